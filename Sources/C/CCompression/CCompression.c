#include "CCompression.h"

#include <limits.h>
#include <lz4frame.h>
#include <snappy-c.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

struct output {
    uint8_t *bytes;
    size_t count, capacity, limit;
};

// Makes room for at least one more byte; 0, or a reason.
static int make_room(struct output *output) {
    if (output->count < output->capacity) return 0;
    if (output->capacity >= output->limit) return MARTLET_COMPRESSION_TOO_LARGE;
    size_t capacity = output->capacity ? output->capacity * 2 : 16384;
    if (capacity > output->limit) capacity = output->limit;
    uint8_t *bytes = realloc(output->bytes, capacity);
    if (!bytes) return MARTLET_COMPRESSION_NO_MEMORY;
    output->bytes = bytes;
    output->capacity = capacity;
    return 0;
}

static int inflate_all(const uint8_t *bytes, size_t count, struct output *output) {
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)count};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) return MARTLET_COMPRESSION_NO_MEMORY;
    int reason = 0;
    for (;;) {
        if ((reason = make_room(output))) break;
        size_t room = output->capacity - output->count;
        stream.next_out = output->bytes + output->count;
        stream.avail_out = room > UINT_MAX ? UINT_MAX : (uInt)room;
        uInt before = stream.avail_out;
        int status = inflate(&stream, Z_NO_FLUSH);
        output->count += before - stream.avail_out;
        if (status == Z_STREAM_END) {
            // A stream may be several, one after the other.
            if (stream.avail_in == 0 || inflateReset(&stream) != Z_OK) break;
        } else if (status != Z_OK || (stream.avail_in == 0 && stream.avail_out > 0)) {
            reason = MARTLET_COMPRESSION_MALFORMED;
            break;
        }
    }
    inflateEnd(&stream);
    return reason;
}

static int unsnappy_block(const char *bytes, size_t count, struct output *output) {
    size_t length;
    if (snappy_uncompressed_length(bytes, count, &length) != SNAPPY_OK) return MARTLET_COMPRESSION_MALFORMED;
    // The length is only claimed; no block can unfold to more than some twenty times its size.
    if (length / 32 > count) return MARTLET_COMPRESSION_MALFORMED;
    if (length > output->limit - output->count) return MARTLET_COMPRESSION_TOO_LARGE;
    if (length == 0) return 0;
    uint8_t *grown = realloc(output->bytes, output->count + length);
    if (!grown) return MARTLET_COMPRESSION_NO_MEMORY;
    output->bytes = grown;
    output->capacity = output->count + length;
    if (snappy_uncompress(bytes, count, (char *)grown + output->count, &length) != SNAPPY_OK)
        return MARTLET_COMPRESSION_MALFORMED;
    output->count += length;
    return 0;
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int unsnappy_all(const uint8_t *bytes, size_t count, struct output *output) {
    // Java's clients write a head of 16 bytes and blocks with their lengths before them.
    static const uint8_t magic[8] = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    if (count < 16 || memcmp(bytes, magic, sizeof magic)) return unsnappy_block((const char *)bytes, count, output);
    for (size_t position = 16; position < count;) {
        if (count - position < 4) return MARTLET_COMPRESSION_MALFORMED;
        size_t length = big_endian(bytes + position);
        position += 4;
        if (length > count - position) return MARTLET_COMPRESSION_MALFORMED;
        int reason = unsnappy_block((const char *)bytes + position, length, output);
        if (reason) return reason;
        position += length;
    }
    return 0;
}

static int unlz4_all(const uint8_t *bytes, size_t count, struct output *output) {
    LZ4F_dctx *context;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return MARTLET_COMPRESSION_NO_MEMORY;
    int reason = 0;
    size_t position = 0;
    for (;;) {
        if ((reason = make_room(output))) break;
        size_t taken = count - position, given = output->capacity - output->count;
        size_t status = LZ4F_decompress(context, output->bytes + output->count, &given, bytes + position, &taken, NULL);
        if (LZ4F_isError(status)) {
            reason = MARTLET_COMPRESSION_MALFORMED;
            break;
        }
        position += taken;
        output->count += given;
        if (status == 0 && position == count) break;
        if (taken == 0 && given == 0) {
            reason = MARTLET_COMPRESSION_MALFORMED;
            break;
        }
    }
    LZ4F_freeDecompressionContext(context);
    return reason;
}

static int unzstd_all(const uint8_t *bytes, size_t count, struct output *output) {
    ZSTD_DStream *stream = ZSTD_createDStream();
    if (!stream) return MARTLET_COMPRESSION_NO_MEMORY;
    ZSTD_inBuffer input = {.src = bytes, .size = count};
    int reason = 0;
    for (;;) {
        if ((reason = make_room(output))) break;
        ZSTD_outBuffer room = {.dst = output->bytes + output->count, .size = output->capacity - output->count};
        size_t before = input.pos, status = ZSTD_decompressStream(stream, &room, &input);
        if (ZSTD_isError(status)) {
            reason = MARTLET_COMPRESSION_MALFORMED;
            break;
        }
        output->count += room.pos;
        if (status == 0 && input.pos == count) break;
        if (input.pos == before && room.pos == 0) {
            reason = MARTLET_COMPRESSION_MALFORMED;
            break;
        }
    }
    ZSTD_freeDStream(stream);
    return reason;
}

ptrdiff_t martlet_decompress(int codec, const void *bytes, size_t count, size_t limit, void **output) {
    if (count == 0 || count > INT_MAX) return MARTLET_COMPRESSION_MALFORMED;
    struct output found = {.limit = limit};
    int reason;
    switch (codec) {
    case MARTLET_GZIP: reason = inflate_all(bytes, count, &found); break;
    case MARTLET_SNAPPY: reason = unsnappy_all(bytes, count, &found); break;
    case MARTLET_LZ4: reason = unlz4_all(bytes, count, &found); break;
    case MARTLET_ZSTD: reason = unzstd_all(bytes, count, &found); break;
    default: reason = MARTLET_COMPRESSION_MALFORMED;
    }
    if (reason) {
        free(found.bytes);
        return reason;
    }
    *output = found.bytes;
    return (ptrdiff_t)found.count;
}

static ptrdiff_t deflate_all(const uint8_t *bytes, size_t count, uint8_t *output, size_t capacity) {
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)count};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return MARTLET_COMPRESSION_NO_MEMORY;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int status = deflate(&stream, Z_FINISH);
    deflateEnd(&stream);
    return status == Z_STREAM_END ? (ptrdiff_t)stream.total_out : MARTLET_COMPRESSION_TOO_LARGE;
}

// The kind of frame that Kafka's clients read: blocks of 64 KiB that stand alone.
static const LZ4F_preferences_t lz4_frame = {
    .frameInfo = {.blockSizeID = LZ4F_max64KB, .blockMode = LZ4F_blockIndependent},
};

static size_t most_compressed(int codec, size_t count) {
    switch (codec) {
    case MARTLET_GZIP: return compressBound((uLong)count) + 32;
    case MARTLET_SNAPPY: return snappy_max_compressed_length(count);
    case MARTLET_LZ4: return LZ4F_compressFrameBound(count, &lz4_frame);
    case MARTLET_ZSTD: return ZSTD_compressBound(count);
    default: return 0;
    }
}

ptrdiff_t martlet_compress(int codec, const void *bytes, size_t count, void **output) {
    size_t capacity = count > INT_MAX / 2 ? 0 : most_compressed(codec, count);
    if (capacity == 0) return MARTLET_COMPRESSION_MALFORMED;
    void *room = malloc(capacity);
    if (!room) return MARTLET_COMPRESSION_NO_MEMORY;
    ptrdiff_t length = MARTLET_COMPRESSION_TOO_LARGE;
    if (codec == MARTLET_GZIP) {
        length = deflate_all(bytes, count, room, capacity);
    } else if (codec == MARTLET_SNAPPY) {
        if (snappy_compress(bytes, count, room, &capacity) == SNAPPY_OK) length = (ptrdiff_t)capacity;
    } else if (codec == MARTLET_LZ4) {
        size_t status = LZ4F_compressFrame(room, capacity, bytes, count, &lz4_frame);
        if (!LZ4F_isError(status)) length = (ptrdiff_t)status;
    } else {
        size_t status = ZSTD_compress(room, capacity, bytes, count, 3);
        if (!ZSTD_isError(status)) length = (ptrdiff_t)status;
    }
    if (length < 0) free(room);
    else *output = room;
    return length;
}
