// What we call of libsodium, declared here: its own headers pull in <stdlib.h>, and a module that owns parts of the C
// library hides them from the targets above it.
#pragma once

#include <stdint.h>

/// The state of one SHA-256; its size is libsodium's `crypto_hash_sha256_statebytes()`, checked by `SHA256`.
typedef struct crypto_hash_sha256_state {
    uint32_t state[8];
    uint64_t count;
    uint8_t buf[64];
} crypto_hash_sha256_state;

unsigned long crypto_hash_sha256_statebytes(void);
int crypto_hash_sha256_init(crypto_hash_sha256_state *state);
int crypto_hash_sha256_update(crypto_hash_sha256_state *state, const unsigned char *in, unsigned long long inlen);
int crypto_hash_sha256_final(crypto_hash_sha256_state *state, unsigned char *out);
