internal import LogStorage
internal import Primitives

extension Broker {
    /// How often partitions and positions are looked at for `/metrics`.
    static let healthMilliseconds: Int64 = 1_000

    /// Notes where everything is; the text of `/metrics` is made elsewhere, when it is asked for.
    ///
    /// O(partitions + committed positions), some 100 ns each.
    func observeHealth() {
        var partitions: [PartitionHealth] = []
        for topic in store.topics.values {
            for (number, partition) in topic.partitions.enumerated() {
                let health = PartitionHealth(
                    topic: topic.name,
                    partition: number,
                    endOffset: partition.nextOffset,
                    highWatermark: partition.highWatermark,
                    bytes: partition.byteCount,
                    isOffline: partition.failure != nil
                )
                partitions.append(health)
            }
        }
        var positions: [PositionHealth] = []
        for (name, group) in store.state.groups {
            for (place, committed) in group.offsets {
                guard let partition = store.partition(place.topic, place.index) else { continue }
                let position = PositionHealth(
                    group: name,
                    topic: place.topic,
                    partition: Int(place.index),
                    committed: committed.offset,
                    lag: max(0, partition.highWatermark - max(committed.offset, partition.logStartOffset))
                )
                positions.append(position)
            }
        }
        let now = MonotonicClock.nowNanoseconds()
        metrics.publish(
            partitions: health.observe(partitions, now: now),
            positions: health.observe(positions, now: now),
            groups: store.state.groups.count
        )
    }
}
