extension RecordBatch {
    /// Gives the records of a whole batch, decompressed where need be, for as long as `body` runs.
    ///
    /// What a producer compressed was not looked into when it came, so the records are walked over here first: there are
    /// as many as the header says, their offsets ascend within the batch, and nothing is left over.
    ///
    /// - Parameters:
    ///   - batch: the batch, its header included.
    ///   - header: its header.
    ///   - limit: the most bytes that the records may unfold to.
    ///   - body: what looks at the records.
    /// - Returns: what `body` returns.
    /// - Throws: ``BatchRefusal`` when the records cannot be read or are too large.
    /// - Complexity: linear in the decompressed bytes.
    package static func withRecords<Result>(
        of batch: UnsafeRawBufferPointer,
        _ header: RecordBatchHeader,
        limit: Int = Compression.largestBatch,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(BatchRefusal) -> Result {
        let records = UnsafeRawBufferPointer(rebasing: batch[RecordBatchHeader.byteCount...])
        // A shell that a compaction left has nothing to decompress.
        if records.isEmpty, header.recordCount == 0 { return body(records) }
        let result = try Compression.withDecompressed(records, codec: header.codec, limit: limit) { records in
            holds(records, header) ? body(records) : nil
        }
        guard let result else {
            throw BatchRefusal(.corruptMessage, "the records of the batch are not what its header says")
        }
        return result
    }

    private static func holds(_ records: UnsafeRawBufferPointer, _ header: RecordBatchHeader) -> Bool {
        var walker = RecordWalker(records)
        var next: Int64 = 0
        for _ in 0..<max(0, header.recordCount) {
            guard let record = walker.next(), record.offsetDelta >= next,
                record.offsetDelta <= Int64(header.lastOffsetDelta)
            else { return false }
            next = record.offsetDelta + 1
        }
        return walker.isAtEnd
    }
}
