internal import KafkaWire

/// Reads a log file that may have been cut off anywhere, and finds how much of it is good.
enum SegmentRecovery {
    private static let pieceBytes = 1 << 20

    /// What a scan found.
    struct Outcome {
        /// The good part.
        var seal: SegmentSeal
        /// Why the scan ended before the end of the file; nil when all is good.
        var damage: String?
    }

    /// Checks every batch from a sealed place on: sizes, checksum and offsets.
    ///
    /// Stops at the first that is wrong.
    ///
    /// Zeros and half batches at the end are the usual picture after a crash.
    static func scan(
        _ file: LogFile,
        baseOffset: Int64,
        after sealed: SegmentSeal? = nil
    ) throws(StorageError) -> Outcome {
        var seal =
            sealed ?? SegmentSeal(logLength: 0, nextOffset: baseOffset, maxTimestamp: -1, index: SegmentIndex())
        let length = try file.length()
        var piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        var start = 0
        var count = 0
        while seal.logLength < length {
            let position = seal.logLength
            let wanted = min(length - position, try claimedBytes(file, at: position, piece, start, count))
            if position < start || position + wanted > start + count {
                if wanted > piece.count {
                    piece.deallocate()
                    piece = .allocate(byteCount: wanted, alignment: 16)
                }
                start = position
                count = try file.read(into: piece, at: position)
            }
            let rest = UnsafeRawBufferPointer(rebasing: piece[(position - start)..<count])
            if let damage = take(rest, into: &seal) {
                return Outcome(seal: seal, damage: "at byte \(position) of \(length): \(damage)")
            }
        }
        return Outcome(seal: seal, damage: nil)
    }

    /// How many bytes the batch at a position says that it has, at least a header's.
    private static func claimedBytes(
        _ file: LogFile,
        at position: Int,
        _ piece: UnsafeMutableRawBufferPointer,
        _ start: Int,
        _ count: Int
    ) throws(StorageError) -> Int {
        let byteCount = RecordBatchHeader.byteCount
        if position >= start, position + byteCount <= start + count {
            let header = RecordBatchHeader(UnsafeRawBufferPointer(rebasing: piece[(position - start)..<count]))
            return max(byteCount, header?.totalBytes ?? 0)
        }
        var failure: StorageError?
        let total = withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { buffer -> Int in
            do throws(StorageError) {
                let read = try file.read(into: buffer, at: position)
                return RecordBatchHeader(UnsafeRawBufferPointer(rebasing: buffer[..<read]))?.totalBytes ?? 0
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return max(byteCount, total)
    }

    /// Adds the batch at the beginning of the bytes to the good part; says what is wrong with it if anything is.
    private static func take(_ bytes: UnsafeRawBufferPointer, into seal: inout SegmentSeal) -> String? {
        guard let header = RecordBatchHeader(bytes) else { return "half a batch header" }
        guard header.batchLength != 0 || header.magic != 0 else { return "zeros" }
        guard header.isSane else { return "no batch header" }
        guard header.totalBytes <= bytes.count else { return "half a batch" }
        guard header.baseOffset >= seal.nextOffset else { return "offset \(header.baseOffset) repeats an earlier one" }
        let batch = UnsafeRawBufferPointer(rebasing: bytes[..<header.totalBytes])
        guard header.crc == RecordBatch.checksum(batch) else { return "a batch with a wrong checksum" }
        seal.index.note(
            offset: header.baseOffset,
            position: seal.logLength,
            maxTimestampBefore: seal.maxTimestamp
        )
        seal.logLength += header.totalBytes
        seal.nextOffset = header.nextOffset
        seal.maxTimestamp = max(seal.maxTimestamp, header.maxTimestamp)
        return nil
    }
}
