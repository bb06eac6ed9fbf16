internal import Files
internal import KafkaWire
internal import Telemetry

/// Rewrites closed segments so that of each key only the newest record stays.
///
/// A value that can run on any thread: it reads closed segments, which nobody changes, and writes new files beside
/// them. Offsets never change. Compressed batches are opened and compressed again with their codec; one that cannot be
/// opened is kept whole, and so are the markers of transactions. Records of aborted transactions go. The last batch of
/// each producer stays, emptied if need be, so that sequence numbers can still be checked.
///
/// A deletion (a record without value) stays for a time after it was compacted first, so that readers that are behind
/// learn of it: until when is noted in its batch, as Kafka does (KIP-534).
struct Compaction: Sendable {
    /// One closed segment.
    struct Source: Sendable {
        let baseOffset: Int64
        let file: LogFile
        let size: Int
        let nextOffset: Int64
        let maxTimestamp: Int64
        let lastWrite: Int64
    }

    /// One rewritten segment.
    struct Result: Sendable {
        let baseOffset: Int64
        /// The new file, flushed, beside the old one.
        let path: String
        let seal: SegmentSeal
    }

    /// How many bytes of keys are remembered at a time; what does not fit is done next time.
    static let keyBytesLimit = 64 << 20
    private static let bytesPerKey = 64
    private static let logger = Logger(label: "log")

    let sources: [Source]
    let aborted: AbortedTransactions
    /// The last offset of each producer's last batch.
    let lastBatches: Set<Int64>
    /// The time, in milliseconds.
    let now: Int64
    /// How long a deletion stays after it was compacted first.
    let deleteRetention: Int64

    /// Does the work.
    ///
    /// - Returns: the rewritten segments in order, and the offset up to which keys were compared.
    func run() throws(StorageError) -> (results: [Result], cleanTo: Int64) {
        let (newest, end) = try newestOffsets()
        var results: [Result] = []
        for source in sources where source.baseOffset < end {
            results.append(try rewrite(source, newest, before: end))
        }
        return (results, end)
    }

    private func newestOffsets() throws(StorageError) -> ([[UInt8]: Int64], end: Int64) {
        var newest: [[UInt8]: Int64] = [:]
        var bytes = 0
        var end = sources.first?.baseOffset ?? 0
        for source in sources {
            var scanner = BatchScanner(source.file, from: 0, to: source.size)
            while let (header, position) = try scanner.next() {
                guard bytes < Self.keyBytesLimit else { return (newest, end) }
                if !header.isControl, !isAborted(header) {
                    try forEachRecord(source, header, position) { record, raw in
                        guard record.keyLength >= 0 else { return }
                        let key = Array(raw[record.keyStart..<record.keyStart + record.keyLength])
                        let offset = header.baseOffset + record.offsetDelta
                        if newest.updateValue(offset, forKey: key) == nil { bytes += key.count + Self.bytesPerKey }
                    }
                }
                end = header.nextOffset
            }
            end = max(end, source.nextOffset)
        }
        return (newest, end)
    }

    private func isAborted(_ header: RecordBatchHeader) -> Bool {
        header.isTransactional && !header.isControl
            && aborted.entries.contains {
                $0.producerID == header.producerID && ($0.firstOffset...$0.lastOffset).contains(header.baseOffset)
            }
    }

    private func forEachRecord(
        _ source: Source,
        _ header: RecordBatchHeader,
        _ position: Int,
        _ body: (RecordView, UnsafeRawBufferPointer) -> Void
    ) throws(StorageError) {
        let batch = try bytes(of: source, header, position)
        do throws(BatchRefusal) {
            try BatchRewriter.withRecords(of: batch, header) { records in
                var walker = RecordWalker(records)
                while let record = walker.next() { body(record, records) }
            }
        } catch {
            Self.logger.warning(
                "batch kept whole",
                ["file": source.file.path, "offset": "\(header.baseOffset)", "reason": error.message]
            )
        }
    }

    private func bytes(
        of source: Source,
        _ header: RecordBatchHeader,
        _ position: Int
    ) throws(StorageError) -> [UInt8] {
        var failure: StorageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: header.totalBytes) { buffer, count in
            do throws(StorageError) {
                count = try source.file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position)
            } catch {
                failure = error
                count = 0
            }
        }
        if let failure { throw failure }
        guard bytes.count == header.totalBytes else { throw .corrupt(source.file.path, "a batch ends beyond the file") }
        return bytes
    }

    private func rewrite(
        _ source: Source,
        _ newest: [[UInt8]: Int64],
        before end: Int64
    ) throws(StorageError) -> Result {
        let path = source.file.path + ".clean"
        let output = try LogFile(path: path)
        try output.truncate(to: 0)
        var seal = SegmentSeal(
            logLength: 0,
            nextOffset: source.nextOffset,
            maxTimestamp: -1,
            index: SegmentIndex()
        )
        var scanner = BatchScanner(source.file, from: 0, to: source.size)
        while let (header, position) = try scanner.next() {
            let batch = try bytes(of: source, header, position)
            guard let kept = keep(batch, header, newest, before: end) else { continue }
            try write(kept, to: output, &seal)
        }
        try output.synchronize()
        // The records are as old as they were: retention and the next compaction go by it.
        try output.setModificationTime(milliseconds: source.lastWrite)
        return Result(baseOffset: source.baseOffset, path: path, seal: seal)
    }

    private func write(
        _ batch: [UInt8],
        to output: LogFile,
        _ seal: inout SegmentSeal
    ) throws(StorageError) {
        guard let header = batch.withUnsafeBytes({ RecordBatchHeader($0) }) else {
            preconditionFailure("a batch that is kept has a header")
        }
        var failure: StorageError?
        let position = seal.logLength
        batch.withUnsafeBytes { raw in
            do throws(StorageError) { try output.write(raw, at: position) } catch { failure = error }
        }
        if let failure { throw failure }
        seal.index.note(offset: header.baseOffset, position: position, maxTimestampBefore: seal.maxTimestamp)
        seal.logLength += batch.count
        seal.maxTimestamp = max(seal.maxTimestamp, header.maxTimestamp)
    }

    /// What stays of a batch: all of it, some records, an empty shell, or nothing.
    private func keep(
        _ batch: [UInt8],
        _ header: RecordBatchHeader,
        _ newest: [[UInt8]: Int64],
        before end: Int64
    ) -> [UInt8]? {
        guard header.baseOffset < end, !header.isControl else { return batch }
        var rewriter = BatchRewriter(header: header)
        do throws(BatchRefusal) {
            if !isAborted(header) {
                try BatchRewriter.withRecords(of: batch, header) { records in
                    rewriter.choose(from: records, horizon: now + deleteRetention) { record in
                        isKept(record, records, header, newest)
                    }
                }
            }
            if rewriter.keepsAll { return batch }
            guard rewriter.count > 0 || lastBatches.contains(header.lastOffset) else { return nil }
            return try rewriter.batch(from: batch)
        } catch {
            return batch
        }
    }

    private func isKept(
        _ record: RecordView,
        _ bytes: UnsafeRawBufferPointer,
        _ header: RecordBatchHeader,
        _ newest: [[UInt8]: Int64]
    ) -> Bool {
        guard record.keyLength >= 0 else { return true }
        let key = Array(bytes[record.keyStart..<record.keyStart + record.keyLength])
        guard let last = newest[key] else { return true }
        guard header.baseOffset + record.offsetDelta >= last else { return false }
        let isOver = header.hasDeleteHorizon && header.baseTimestamp <= now
        return record.valueLength >= 0 || !isOver
    }
}
