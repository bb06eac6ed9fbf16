#pragma once

#include <stddef.h>
#include <stdint.h>

/// Takes whole blocks of 64 bytes into a SHA-256 (FIPS 180-4, 6.2.2) with the processor's instructions for it.
/// How many blocks were taken: all, or none where the processor has no such instructions.
size_t martlet_sha256_blocks(uint32_t state[8], const void *bytes, size_t blocks);
