// A reused simdjson DOM parser behind C: it fills a tape (simdjson's doc/tape.md) that Swift walks itself.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct martlet_json_parser martlet_json_parser;

typedef struct {
    const uint64_t *_Nullable words;   // the tape; valid until the next parse or destroy
    const uint8_t *_Nullable strings;  // strings: 4 bytes of length (little-endian), bytes, NUL
    size_t words_count;
    size_t strings_count;
} martlet_json_tape;

/// NULL when out of memory.
martlet_json_parser *_Nullable martlet_json_create(void);

void martlet_json_destroy(martlet_json_parser *_Nonnull parser);

/// Parses `length` bytes (copied, no padding needed). Returns 0, or simdjson's error code; never throws.
int martlet_json_parse(
    martlet_json_parser *_Nonnull parser,
    const uint8_t *_Nonnull bytes,
    size_t length,
    size_t maximum_depth,
    martlet_json_tape *_Nonnull tape
);

#ifdef __cplusplus
}
#endif
