internal import LogStorage

/// What a partition looks like at one moment.
struct PartitionHealth: Sendable, Hashable {
    let topic: String
    let partition: Int
    /// The offset that the next record gets.
    let endOffset: Int64
    /// The end of what readers may see.
    let highWatermark: Int64
    let bytes: Int
    let isOffline: Bool
    /// How long written records have not become readable, nanoseconds; 0 while they do.
    var stalledNanoseconds: Int64 = 0
}

/// How far a group is in a partition at one moment.
struct PositionHealth: Sendable, Hashable {
    let group: String
    let topic: String
    let partition: Int
    let committed: Int64
    /// Records that are readable and not committed.
    let lag: Int64
    /// How long the position has not moved although there was something to read, nanoseconds; 0 while it moves.
    var stalledNanoseconds: Int64 = 0
}

/// Notices what stands still while there is work for it.
///
/// A pure machine: it is shown where everything is, with the time, and says since when what has work has not moved.
struct HealthWatch {
    /// Beyond so many partitions or positions the rest is not told singly.
    static let capacity = 20_000

    private struct Place {
        var position: Int64
        var since: Int64
    }

    private struct PositionKey: Hashable {
        let group: String
        let topic: String
        let partition: Int
    }

    private struct PartitionKey: Hashable {
        let topic: String
        let partition: Int
    }

    private var partitions: [PartitionKey: Place] = [:]
    private var positions: [PositionKey: Place] = [:]

    /// Takes all partitions as they are `now`, in nanoseconds; returns them with how long they have stalled.
    mutating func observe(_ all: [PartitionHealth], now: Int64) -> [PartitionHealth] {
        var places: [PartitionKey: Place] = [:]
        places.reserveCapacity(all.count)
        let told = all.prefix(Self.capacity).map { partition in
            var partition = partition
            let key = PartitionKey(topic: partition.topic, partition: partition.partition)
            let hasWork = partition.isOffline || partition.endOffset > partition.highWatermark
            let place = Self.moved(partitions[key], to: partition.highWatermark, hasWork: hasWork, now)
            // What had nothing to do does not stand still: its time begins when there is work.
            places[key] = hasWork ? place : nil
            partition.stalledNanoseconds = hasWork ? now - place.since : 0
            return partition
        }
        partitions = places
        return told
    }

    /// Takes all positions of groups likewise.
    mutating func observe(_ all: [PositionHealth], now: Int64) -> [PositionHealth] {
        var places: [PositionKey: Place] = [:]
        places.reserveCapacity(all.count)
        let told = all.prefix(Self.capacity).map { position in
            var position = position
            let key = PositionKey(group: position.group, topic: position.topic, partition: position.partition)
            let hasWork = position.lag > 0
            let place = Self.moved(positions[key], to: position.committed, hasWork: hasWork, now)
            places[key] = hasWork ? place : nil
            position.stalledNanoseconds = hasWork ? now - place.since : 0
            return position
        }
        positions = places
        return told
    }

    private static func moved(_ known: Place?, to position: Int64, hasWork: Bool, _ now: Int64) -> Place {
        guard let known, known.position == position, hasWork else { return Place(position: position, since: now) }
        return known
    }
}
