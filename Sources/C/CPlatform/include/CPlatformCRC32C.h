#pragma once

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, reflected, initial value and final xor all ones) of `count` bytes.
/// `seed` is the checksum of the bytes before them, 0 at the beginning.
uint32_t martlet_crc32c(uint32_t seed, const void *bytes, size_t count);

/// The same checksum from the table alone: what runs where the processor has no instruction for it.
uint32_t martlet_crc32c_table(uint32_t seed, const void *bytes, size_t count);
