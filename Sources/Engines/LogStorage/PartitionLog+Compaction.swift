internal import Files
internal import Primitives

extension PartitionLog {
    /// What there is to compact, when enough of the closed part is new.
    ///
    /// Only closed segments below the last stable offset, old enough for the topic, take part.
    func compaction(now: Int64) throws(StorageError) -> Compaction? {
        guard settings.cleanupPolicy.compacts, failure == nil else { return nil }
        let limit = lastStableOffset
        let closed = segments.dropLast().prefix { segment in
            segment.isSealed && segment.nextOffset <= limit
                && segment.lastWrite <= now - settings.minimumCompactionLag
        }
        let total = closed.reduce(0) { $0 + $1.size }
        let dirty = closed.reduce(0) { $0 + ($1.nextOffset > cleanTo ? $1.size : 0) }
        guard dirty > 0, Double(dirty) >= Double(total) * settings.minimumDirtyRatio else { return nil }
        var sources: [Compaction.Source] = []
        for segment in closed {
            sources.append(
                Compaction.Source(
                    baseOffset: segment.baseOffset,
                    file: try segment.file(),
                    size: segment.size,
                    nextOffset: segment.nextOffset,
                    maxTimestamp: segment.maxTimestamp,
                    lastWrite: segment.lastWrite
                )
            )
        }
        return Compaction(
            sources: sources,
            aborted: aborted,
            lastBatches: Set(producers.producers.values.compactMap { $0.batches.last?.lastOffset }),
            now: now,
            deleteRetention: min(settings.deleteRetentionMilliseconds, Int64.max - now)
        )
    }

    /// Puts rewritten segments in the place of the old ones, each by one rename.
    ///
    /// A crash in between leaves some old and some new ones, which is as good. Readers of the old files finish.
    func replace(with results: [Compaction.Result], cleanTo end: Int64) throws(StorageError) {
        defer { hints = [] }
        for result in results {
            guard let index = segments.firstIndex(where: { $0.baseOffset == result.baseOffset }),
                index < segments.count - 1, failure == nil
            else {
                try? File.remove(result.path)
                continue
            }
            try segments[index].replace(with: result)
        }
        cleanTo = end
        directoryIsDirty = true
    }
}
