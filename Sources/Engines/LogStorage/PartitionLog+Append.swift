package import KafkaWire

/// Where a batch went.
package struct Appended: Equatable, Sendable {
    /// The offset of its first record.
    package let baseOffset: Int64
    /// The broker's time when it decides the time, else -1.
    package let appendTime: Int64
    /// Whether it was there already.
    package let isDuplicate: Bool
}

extension PartitionLog {
    /// Appends a batch that ``RecordBatch/validate(_:_:)`` let through, stamping its offset into the bytes.
    ///
    /// Either the whole batch is in the log or nothing of it; offsets are never used twice.
    ///
    /// - Throws: ``BatchRefusal`` for wrong sequence numbers and for a disk that is full or broken.
    package func append(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ header: RecordBatchHeader,
        now: Int64
    ) throws(BatchRefusal) -> Appended {
        if let failure { throw BatchRefusal(.storageError, "the partition is offline: \(failure)") }
        if header.producerID >= 0 {
            switch producers.judge(header) {
            case .append: break
            case .duplicate(let offset): return Appended(baseOffset: offset, appendTime: -1, isDuplicate: true)
            case .refuse(let code, let message): throw BatchRefusal(code, message)
            }
        }
        if settings.usesAppendTime { RecordBatch.stampAppendTime(bytes, milliseconds: now) }
        let offset = try write(bytes, marker: nil, now: now)
        return Appended(baseOffset: offset, appendTime: settings.usesAppendTime ? now : -1, isDuplicate: false)
    }

    /// Ends a producer's transaction here with a marker; nothing when it has none open.
    ///
    /// - Throws: ``BatchRefusal`` for a disk that is full or broken.
    package func endTransaction(
        of producerID: Int64,
        epoch: Int16,
        commits: Bool,
        now: Int64
    ) throws(BatchRefusal) {
        guard openTransactionEpoch(of: producerID) != nil else { return }
        if let failure { throw BatchRefusal(.storageError, "the partition is offline: \(failure)") }
        var marker = ControlBatch.marker(
            commits: commits,
            producerID: producerID,
            producerEpoch: epoch,
            timestamp: now
        )
        var refusal: BatchRefusal?
        marker.withUnsafeMutableBytes { bytes in
            do throws(BatchRefusal) { _ = try write(bytes, marker: commits, now: now) } catch { refusal = error }
        }
        if let refusal { throw refusal }
    }

    private func write(
        _ bytes: UnsafeMutableRawBufferPointer,
        marker: Bool?,
        now: Int64
    ) throws(BatchRefusal) -> Int64 {
        RecordBatch.stamp(bytes, baseOffset: nextOffset, leaderEpoch: leaderEpoch)
        guard let header = RecordBatchHeader(UnsafeRawBufferPointer(bytes)) else {
            preconditionFailure("a validated batch has a header")
        }
        guard header.totalBytes <= max(settings.segmentBytes, settings.maximumMessageBytes) else {
            throw BatchRefusal(.recordListTooLarge, "the batch is larger than a segment of the topic")
        }
        do throws(StorageError) {
            try rollIfNeeded(for: header, now: now)
            try active.append(UnsafeRawBufferPointer(bytes), header, now: now)
        } catch {
            if error.code == .offline { goOffline(error.message) }
            throw BatchRefusal(.storageError, error.message)
        }
        note(header, marker: marker)
        if !acknowledgesAfterFlush { durable = endOfLog }
        return header.baseOffset
    }

    /// Remembers the producer and, for an abort marker, the transaction that ended.
    func note(_ header: RecordBatchHeader, marker: Bool?) {
        let start = producers.record(header, marker: marker)
        if let start, marker == false {
            aborted.append(
                AbortedTransactions.Entry(
                    producerID: header.producerID,
                    firstOffset: start,
                    lastOffset: header.lastOffset
                )
            )
        }
    }

    var endOfLog: Hint { Hint(offset: nextOffset, segmentBase: active.baseOffset, position: active.size) }

    private func rollIfNeeded(for header: RecordBatchHeader, now: Int64) throws(StorageError) {
        guard active.size > 0 else { return }
        let isFull = active.size + header.totalBytes > settings.segmentBytes
        let isOld = active.firstAppendTime.map { now - $0 >= settings.segmentMilliseconds } ?? false
        if isFull || isOld { try roll() }
    }

    /// Closes the active segment and begins a new one.
    ///
    /// The closed one is sealed with its index when the next flush has covered it.
    func roll() throws(StorageError) {
        let segment = try Segment(creating: nextOffset, in: directory)
        closedSinceFlush.append(active)
        segments.append(segment)
        directoryIsDirty = true
        try writeSnapshots()
    }

    /// Writes what replaying the batches would give, so that opening replays only what comes after.
    func writeSnapshots() throws(StorageError) {
        try aborted.write(to: abortedPath)
        try producers.write(to: Segment.path(directory, nextOffset, "producers"), at: nextOffset)
        removeOldSnapshots(keeping: 2)
    }
}
