#pragma once
#include <stddef.h>
#include <stdint.h>

/// Kafka's numbers of codecs.
enum {
    MARTLET_GZIP = 1,
    MARTLET_SNAPPY = 2,
    MARTLET_LZ4 = 3,
    MARTLET_ZSTD = 4,
};

/// Why something could not be compressed or decompressed.
enum {
    MARTLET_COMPRESSION_MALFORMED = -1,
    MARTLET_COMPRESSION_TOO_LARGE = -2,
    MARTLET_COMPRESSION_NO_MEMORY = -3,
};

/// Decompresses `count` bytes into memory from malloc, which the caller frees.
///
/// Returns the number of bytes, or one of the reasons above; what would become larger than `limit` is refused, and memory
/// grows with what has come out, not with what is claimed. Snappy may be raw or in the blocks that Java's clients write.
ptrdiff_t martlet_decompress(int codec, const void *bytes, size_t count, size_t limit, void **output);

/// Compresses `count` bytes into memory from malloc, which the caller frees; the number of bytes, or a reason.
ptrdiff_t martlet_compress(int codec, const void *bytes, size_t count, void **output);
