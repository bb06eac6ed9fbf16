internal import Files
internal import KafkaWire

/// Rewrites closed segments so that of each key only the newest record stays.
///
/// A value that can run on any thread: it reads closed segments, which nobody changes, and writes new files beside
/// them. Offsets never change. Batches that are compressed are kept whole, which is correct and only larger; so are the
/// markers of transactions. Records of aborted transactions go. The last batch of each producer stays, emptied if need
/// be, so that sequence numbers can still be checked.
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

    let sources: [Source]
    let aborted: AbortedTransactions
    /// The last offset of each producer's last batch.
    let lastBatches: Set<Int64>
    /// Deletions in segments written before this time go.
    let tombstoneHorizon: Int64

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
                if isData(header) {
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

    /// Whether the records of a batch can be compared: neither compressed, nor a marker, nor aborted.
    private func isData(_ header: RecordBatchHeader) -> Bool {
        header.codec == 0 && !header.isControl && !isAborted(header)
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
        batch.withUnsafeBytes { raw in
            let records = UnsafeRawBufferPointer(rebasing: raw[RecordBatchHeader.byteCount...])
            var walker = RecordWalker(records)
            while let record = walker.next() { body(record, records) }
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
            guard let kept = keep(batch, header, source, newest, before: end) else { continue }
            try write(kept, header, to: output, &seal)
        }
        try output.synchronize()
        return Result(baseOffset: source.baseOffset, path: path, seal: seal)
    }

    private func write(
        _ batch: [UInt8],
        _ header: RecordBatchHeader,
        to output: LogFile,
        _ seal: inout SegmentSeal
    ) throws(StorageError) {
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
        _ source: Source,
        _ newest: [[UInt8]: Int64],
        before end: Int64
    ) -> [UInt8]? {
        guard header.baseOffset < end, !header.isControl, header.codec == 0 else { return batch }
        let isGone = isAborted(header)
        var records: [UInt8] = []
        var count: Int32 = 0
        batch.withUnsafeBytes { raw in
            let all = UnsafeRawBufferPointer(rebasing: raw[RecordBatchHeader.byteCount...])
            var walker = RecordWalker(all)
            while !isGone, let record = walker.next() {
                guard isKept(record, all, header, source, newest) else { continue }
                records.append(contentsOf: all[record.start..<record.end])
                count += 1
            }
        }
        if count == header.recordCount { return batch }
        guard count > 0 || lastBatches.contains(header.lastOffset) else { return nil }
        return rebuilt(Array(batch[..<RecordBatchHeader.byteCount]) + records, count)
    }

    private func isKept(
        _ record: RecordView,
        _ bytes: UnsafeRawBufferPointer,
        _ header: RecordBatchHeader,
        _ source: Source,
        _ newest: [[UInt8]: Int64]
    ) -> Bool {
        guard record.keyLength >= 0 else { return true }
        let key = Array(bytes[record.keyStart..<record.keyStart + record.keyLength])
        guard let last = newest[key] else { return true }
        guard header.baseOffset + record.offsetDelta >= last else { return false }
        return record.valueLength >= 0 || source.lastWrite >= tombstoneHorizon
    }

    private func rebuilt(_ batch: [UInt8], _ count: Int32) -> [UInt8] {
        var batch = batch
        batch.withUnsafeMutableBytes { raw in
            let length = Int32(raw.count - RecordBatchHeader.lengthOverhead)
            raw.storeBytes(of: length.bigEndian, toByteOffset: 8, as: Int32.self)
            raw.storeBytes(of: count.bigEndian, toByteOffset: 57, as: Int32.self)
            let crc = RecordBatch.checksum(UnsafeRawBufferPointer(raw))
            raw.storeBytes(of: crc.bigEndian, toByteOffset: 17, as: UInt32.self)
        }
        return batch
    }
}
