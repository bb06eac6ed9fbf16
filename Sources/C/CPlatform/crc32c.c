#include "CPlatformCRC32C.h"

#include <stdbool.h>
#include <string.h>

// Slicing by eight: eight table lookups for eight bytes. Filled before main, so no thread can see it half made.
static uint32_t table[8][256];

__attribute__((constructor)) static void fill_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
        table[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int slice = 1; slice < 8; slice++)
            table[slice][byte] = (table[slice - 1][byte] >> 8) ^ table[0][table[slice - 1][byte] & 0xFF];
}

uint32_t martlet_crc32c_table(uint32_t seed, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    uint32_t crc = ~seed;
    while (count >= 8) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + 4, 4);
        low ^= crc;
        crc = table[7][low & 0xFF] ^ table[6][(low >> 8) & 0xFF] ^ table[5][(low >> 16) & 0xFF] ^ table[4][low >> 24]
            ^ table[3][high & 0xFF] ^ table[2][(high >> 8) & 0xFF] ^ table[1][(high >> 16) & 0xFF] ^ table[0][high >> 24];
        p += 8;
        count -= 8;
    }
    while (count--) crc = (crc >> 8) ^ table[0][(crc ^ *p++) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(uint32_t seed, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    uint64_t crc = ~seed;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        crc = _mm_crc32_u64(crc, word);
        p += 8;
        count -= 8;
    }
    uint32_t rest = (uint32_t)crc;
    while (count--) rest = _mm_crc32_u8(rest, *p++);
    return ~rest;
}

static bool has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }

#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>

__attribute__((target("+crc"))) static uint32_t crc32c_hardware(uint32_t seed, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    uint32_t crc = ~seed;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        crc = __crc32cd(crc, word);
        p += 8;
        count -= 8;
    }
    while (count--) crc = __crc32cb(crc, *p++);
    return ~crc;
}

static bool has_instruction(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }

#else
static uint32_t crc32c_hardware(uint32_t seed, const void *bytes, size_t count) {
    return martlet_crc32c_table(seed, bytes, count);
}

static bool has_instruction(void) { return false; }
#endif

uint32_t martlet_crc32c(uint32_t seed, const void *bytes, size_t count) {
    return has_instruction() ? crc32c_hardware(seed, bytes, count) : martlet_crc32c_table(seed, bytes, count);
}
