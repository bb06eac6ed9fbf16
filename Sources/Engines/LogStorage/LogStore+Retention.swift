internal import Telemetry

extension LogStore {
    /// Moves the beginning of a partition up, remembering it before anything is removed.
    package func moveLogStart(
        of partition: PartitionLog,
        at place: TopicPartition,
        to offset: Int64
    ) throws(StorageError) {
        guard offset > partition.logStartOffset else { return }
        try record([.logStartMoved(place, offset: offset)])
        partition.moveStart(to: offset)
    }

    /// Removes what topics do not keep any longer.
    ///
    /// - Returns: the partitions whose beginning moved.
    package func enforceRetention(now: Int64, producerExpiration: Int64) -> [PartitionLog] {
        var moved: [PartitionLog] = []
        for topic in topics.values {
            for (index, partition) in topic.partitions.enumerated() {
                do throws(StorageError) {
                    let start = try partition.startAfterRetention(now: now)
                    if start > partition.logStartOffset {
                        let place = TopicPartition(topic: topic.name, index: Int32(index))
                        try moveLogStart(of: partition, at: place, to: start)
                        moved.append(partition)
                        Self.logger.info("old records removed", ["partition": partition.name, "start": "\(start)"])
                    }
                    noteWrite(to: partition)
                    partition.tidy(now: now, producerExpiration: producerExpiration)
                } catch {
                    Self.logger.warning("retention failed", ["partition": partition.name, "reason": error.message])
                }
            }
        }
        return moved
    }
}
