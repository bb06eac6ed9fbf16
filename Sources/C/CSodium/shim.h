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

/// The state of one HMAC with SHA-256; its size is libsodium's `crypto_auth_hmacsha256_statebytes()`, checked by
/// `HMACSHA256`.
typedef struct crypto_auth_hmacsha256_state {
    crypto_hash_sha256_state ictx;
    crypto_hash_sha256_state octx;
} crypto_auth_hmacsha256_state;

unsigned long crypto_auth_hmacsha256_statebytes(void);
int crypto_auth_hmacsha256_init(
    crypto_auth_hmacsha256_state *state, const unsigned char *key, unsigned long keylen);
int crypto_auth_hmacsha256_update(
    crypto_auth_hmacsha256_state *state, const unsigned char *in, unsigned long long inlen);
int crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state *state, unsigned char *out);

/// The state of one SHA-512.
typedef struct crypto_hash_sha512_state {
    uint64_t state[8];
    uint64_t count[2];
    uint8_t buf[128];
} crypto_hash_sha512_state;

int crypto_hash_sha512(unsigned char *out, const unsigned char *in, unsigned long long inlen);

/// The state of one HMAC with SHA-512; its size is libsodium's `crypto_auth_hmacsha512_statebytes()`, checked by
/// `HMACSHA512`.
typedef struct crypto_auth_hmacsha512_state {
    crypto_hash_sha512_state ictx;
    crypto_hash_sha512_state octx;
} crypto_auth_hmacsha512_state;

unsigned long crypto_auth_hmacsha512_statebytes(void);
int crypto_auth_hmacsha512_init(
    crypto_auth_hmacsha512_state *state, const unsigned char *key, unsigned long keylen);
int crypto_auth_hmacsha512_update(
    crypto_auth_hmacsha512_state *state, const unsigned char *in, unsigned long long inlen);
int crypto_auth_hmacsha512_final(crypto_auth_hmacsha512_state *state, unsigned char *out);

/// Compares in constant time; 0 when equal.
int sodium_memcmp(const void *first, const void *second, unsigned long len);
