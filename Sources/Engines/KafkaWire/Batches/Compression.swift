internal import CCompression
internal import Glibc

/// The codecs of record batches, by their number in a batch's attributes: 1 gzip, 2 snappy, 3 lz4, 4 zstd.
///
/// Batches are stored and served as they came; only what looks into records needs this.
package enum Compression {
    /// The most bytes that one batch may unfold to: some sixty times the largest batch by default.
    package static let largestBatch = 64 << 20

    /// Gives the bytes that compressed ones stand for, for as long as `body` runs; uncompressed ones as they are.
    ///
    /// - Parameters:
    ///   - bytes: the records of a batch, as they stand after its header.
    ///   - codec: the batch's codec, 0 for none.
    ///   - limit: the most bytes that may come out; what is larger is refused.
    ///   - body: what looks at the bytes.
    /// - Returns: what `body` returns.
    /// - Throws: ``BatchRefusal`` when the bytes are malformed or too large.
    /// - Complexity: linear in what comes out.
    package static func withDecompressed<Result>(
        _ bytes: UnsafeRawBufferPointer,
        codec: Int,
        limit: Int = largestBatch,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(BatchRefusal) -> Result {
        guard codec != 0 else { return body(bytes) }
        var output: UnsafeMutableRawPointer?
        let count = martlet_decompress(Int32(codec), bytes.baseAddress, bytes.count, limit, &output)
        guard count >= 0 else { throw refusal(count) }
        defer { free(output) }
        return body(UnsafeRawBufferPointer(start: output, count: count))
    }

    /// Compresses bytes with a codec from 1 to 4.
    ///
    /// - Throws: ``BatchRefusal`` when there is no memory, or no such codec.
    package static func compress(_ bytes: UnsafeRawBufferPointer, codec: Int) throws(BatchRefusal) -> [UInt8] {
        var output: UnsafeMutableRawPointer?
        let count = martlet_compress(Int32(codec), bytes.baseAddress, bytes.count, &output)
        guard count >= 0 else { throw refusal(count) }
        defer { free(output) }
        return Array(UnsafeRawBufferPointer(start: output, count: count))
    }

    private static func refusal(_ reason: Int) -> BatchRefusal {
        switch Int32(reason) {
        case Int32(MARTLET_COMPRESSION_TOO_LARGE):
            BatchRefusal(.messageTooLarge, "the records of the batch are too large when they are decompressed")
        case Int32(MARTLET_COMPRESSION_NO_MEMORY):
            BatchRefusal(.storageError, "there is no memory to decompress the batch")
        default: BatchRefusal(.corruptMessage, "the compressed records of the batch cannot be decompressed")
        }
    }
}
