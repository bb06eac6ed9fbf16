internal import KafkaWire

extension PartitionLog {
    /// Where the log may begin when old segments go: always the base of a segment.
    ///
    /// Where a topic says how long it keeps records, their own times count, as in Kafka. Where nobody said, records also
    /// stay that long after they came: bringing in old data must not make it vanish.
    ///
    /// A segment goes when its newest record is older than the topic keeps records, or while the partition is larger
    /// than the topic may be. What readers may not see yet stays, and so does the segment that is written to, unless all
    /// of it is too old: then a new one is begun first.
    func startAfterRetention(now: Int64) throws(StorageError) -> Int64 {
        guard settings.cleanupPolicy.deletes, failure == nil else { return logStartOffset }
        if settings.retentionMilliseconds >= 0, active.size > 0, isTooOld(active, now), highWatermark == nextOffset {
            try roll()
        }
        var start = logStartOffset
        var bytes = byteCount
        for (segment, next) in zip(segments, segments.dropFirst()) {
            let isTooLarge = settings.retentionBytes >= 0 && bytes - segment.size >= settings.retentionBytes
            guard isTooLarge || isTooOld(segment, now), segment.nextOffset <= highWatermark else { break }
            bytes -= segment.size
            start = max(start, next.baseOffset)
        }
        return start
    }

    private func isTooOld(_ segment: Segment, _ now: Int64) -> Bool {
        guard settings.retentionMilliseconds >= 0, segment.maxTimestamp >= 0 else { return false }
        let newest = settings.hasOwnRetention ? segment.maxTimestamp : max(segment.maxTimestamp, segment.lastWrite)
        return newest < now - settings.retentionMilliseconds
    }

    /// Moves the beginning up, and removes the segments that lie wholly before it.
    ///
    /// The new beginning is remembered before.
    func moveStart(to offset: Int64) {
        precondition(offset >= logStartOffset && offset <= highWatermark, "the log's beginning only grows")
        logStartOffset = offset
        while segments.count > 1, segments[1].baseOffset <= offset, segments[0] !== active {
            let segment = segments.removeFirst()
            closedSinceFlush.removeAll { $0 === segment }
            segment.remove()
        }
        aborted.keep(offset..<Int64.max)
    }

    /// Forgets producers that have been silent, and lets go of what closed segments hold in memory.
    func tidy(now: Int64, producerExpiration: Int64) {
        producers.expire(before: now - producerExpiration)
        for segment in segments.dropLast() { segment.rest() }
    }

    /// The largest epoch of batches not above `epoch`, and the offset where the next one begins.
    package func end(ofEpoch epoch: Int32) throws(StorageError) -> (epoch: Int32, end: Int64) {
        guard epoch < leaderEpoch else { return (leaderEpoch, nextOffset) }
        var last: Int32 = epoch
        for segment in segments {
            var end: Int64?
            try segment.forEachBatch { header, _ throws(StorageError) in
                if header.leaderEpoch > epoch {
                    end = header.baseOffset
                    return false
                }
                last = header.leaderEpoch
                return true
            }
            if let end { return (last, end) }
        }
        return (last, nextOffset)
    }
}
