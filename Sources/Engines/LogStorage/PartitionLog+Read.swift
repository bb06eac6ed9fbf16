package import KafkaWire
internal import Telemetry

/// A run of whole batches in a file.
package struct LogSlice: Sendable {
    /// The file.
    package let file: LogFile
    /// Where the first batch begins.
    package let position: Int
    /// The bytes of the batches.
    package let length: Int
    /// The offset after them.
    package let nextOffset: Int64
}

extension PartitionLog {
    private static let hintCount = 8

    /// Finds the batches from the one that holds an offset on.
    ///
    /// - Parameters:
    ///   - offset: the first offset wanted; at least ``logStartOffset``.
    ///   - maximumBytes: the most bytes.
    ///   - limit: the high watermark or the last stable offset; batches from there on are left out.
    ///   - wholeFirst: whether the first batch is given even when it is larger than `maximumBytes`.
    /// - Returns: nil when there is nothing, or nothing that fits.
    /// - Throws: ``StorageError`` when the files cannot be read.
    package func read(
        from offset: Int64,
        maximumBytes: Int,
        limit: Int64,
        wholeFirst: Bool
    ) throws(StorageError) -> LogSlice? {
        guard offset < limit, maximumBytes > 0 || wholeFirst else { return nil }
        var index = segmentIndex(holding: offset)
        var position = try place(of: offset, in: segments[index])
        while position >= segments[index].size {
            guard index + 1 < segments.count else { return nil }
            index += 1
            position = 0
        }
        let segment = segments[index]
        let end = try endPosition(of: limit, in: segment)
        guard position < end else { return nil }
        var slice = (end: end, next: min(limit, segment.nextOffset))
        if end - position > maximumBytes {
            if let boundary = try segment.boundary(after: position, maximumBytes: maximumBytes) {
                slice = boundary
            } else {
                guard wholeFirst, let header = try segment.header(at: position) else { return nil }
                slice = (position + header.totalBytes, header.nextOffset)
            }
        }
        guard slice.end > position else { return nil }
        remember(Hint(offset: slice.next, segmentBase: segment.baseOffset, position: slice.end))
        return LogSlice(
            file: try segment.file(),
            position: position,
            length: slice.end - position,
            nextOffset: slice.next
        )
    }

    /// The segment that holds an offset, or the last one that begins before it.
    func segmentIndex(holding offset: Int64) -> Int {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].baseOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    private func place(of offset: Int64, in segment: Segment) throws(StorageError) -> Int {
        let hint = hints.first { $0.offset == offset && $0.segmentBase == segment.baseOffset }
        if let hint { return hint.position }
        return try segment.locate(offset)
    }

    private func endPosition(of limit: Int64, in segment: Segment) throws(StorageError) -> Int {
        if limit >= segment.nextOffset { return segment.size }
        if limit == durable.offset, durable.segmentBase == segment.baseOffset { return durable.position }
        return try segment.locate(limit)
    }

    private func remember(_ hint: Hint) {
        if hints.count < Self.hintCount {
            hints.append(hint)
        } else {
            hints[nextHint] = hint
        }
        nextHint = (nextHint + 1) % Self.hintCount
    }
}

extension PartitionLog {
    /// The aborted transactions that overlap a range of offsets.
    package func abortedTransactions(_ range: Range<Int64>) -> [FetchResponse.AbortedTransaction] {
        aborted.overlapping(range)
    }

    /// The first record of a time or later: its offset and time; nil when all are older.
    ///
    /// Compressed batches are opened; one that cannot be is answered with its first record, which may be a little older.
    package func offset(atOrAfter time: Int64) throws(StorageError) -> (offset: Int64, time: Int64)? {
        for segment in segments where segment.maxTimestamp >= time && segment.size > 0 {
            var found: (offset: Int64, time: Int64)?
            let start = try segment.placeBefore(time: time)
            try segment.forEachBatch(from: start) { header, position throws(StorageError) in
                guard header.baseOffset < highWatermark else { return false }
                guard header.maxTimestamp >= time, header.lastOffset >= logStartOffset, !header.isControl else {
                    return true
                }
                found = try record(atOrAfter: time, in: segment, header, position)
                return found == nil
            }
            if let found { return found }
        }
        return nil
    }

    /// The record with the largest time: its offset and time; nil without records.
    package func offsetOfLargestTime() throws(StorageError) -> (offset: Int64, time: Int64)? {
        guard let largest = segments.map(\.maxTimestamp).max(), largest >= 0 else { return nil }
        return try offset(atOrAfter: largest)
    }

    private func record(
        atOrAfter time: Int64,
        in segment: Segment,
        _ header: RecordBatchHeader,
        _ position: Int
    ) throws(StorageError) -> (offset: Int64, time: Int64)? {
        if header.hasLogAppendTime { return (max(header.baseOffset, logStartOffset), header.maxTimestamp) }
        let batch = try segment.batchBytes(at: position, header)
        do throws(BatchRefusal) {
            return try Self.record(atOrAfter: time, from: logStartOffset, in: batch, header)
        } catch {
            Self.logger.warning("batch not opened", ["partition": name, "reason": error.message])
            return (max(header.baseOffset, logStartOffset), header.baseTimestamp)
        }
    }

    private static func record(
        atOrAfter time: Int64,
        from start: Int64,
        in batch: [UInt8],
        _ header: RecordBatchHeader
    ) throws(BatchRefusal) -> (offset: Int64, time: Int64)? {
        var refusal: BatchRefusal?
        let found = batch.withUnsafeBytes { bytes -> (offset: Int64, time: Int64)? in
            do throws(BatchRefusal) {
                return try RecordBatch.withRecords(of: bytes, header) { records in
                    var walker = RecordWalker(records)
                    while let record = walker.next() {
                        let recordTime = header.baseTimestamp &+ record.timestampDelta
                        let offset = header.baseOffset + record.offsetDelta
                        if recordTime >= time && offset >= start { return (offset, recordTime) }
                    }
                    return nil
                }
            } catch {
                refusal = error
                return nil
            }
        }
        if let refusal { throw refusal }
        return found
    }
}
