internal import Streams

/// A record that was read and not yet handed on.
struct IntakeItem: Sendable {
    var offset: Int64
    /// By which partitions are brought into one order, Unix milliseconds.
    var time: Int64
    var event: MonitorEvent
}

/// Records of one partition in their order, first in, first out.
struct IntakeQueue: Sendable {
    private var items: [IntakeItem] = []
    private var head = 0
    /// The offset behind the last record that came in; nil before the first.
    private(set) var readThrough: Int64?

    var first: IntakeItem? { head < items.count ? items[head] : nil }

    var count: Int { items.count - head }

    mutating func append(_ item: IntakeItem) {
        items.append(item)
        readThrough = item.offset + 1
    }

    mutating func removeFirst() {
        head += 1
        guard head == items.count || head > 4_096 else { return }
        items.removeFirst(head)
        head = 0
    }
}

/// Brings the partitions of a topic into one order: by time, then by partition; within each its own order.
///
/// A record is handed on when no partition can still bring an earlier one: each has a record waiting or has been read to
/// its end. So what lies in the log is merged by time whatever the order of reading; what comes live goes on at once.
struct PartitionMerge: Sendable {
    /// The most records that wait for a partition that is behind; beyond it the earliest is handed on regardless.
    static let capacity = 50_000

    private var queues: [Int32: IntakeQueue] = [:]
    private var waiting = 0

    /// Begins to read the partitions of a topic; what waits is forgotten, since it is read again.
    mutating func open(partitions: Int) {
        queues = Dictionary(uniqueKeysWithValues: (0..<Int32(partitions)).map { ($0, IntakeQueue()) })
        waiting = 0
    }

    mutating func receive(_ item: IntakeItem, from partition: Int32) {
        queues[partition, default: IntakeQueue()].append(item)
        waiting += 1
    }

    /// Hands on the next record in order.
    ///
    /// - Parameters:
    ///   - isIdle: nothing has come for a while, so nothing is waited for.
    ///   - isAtEnd: whether a partition has been read up to an offset that is its end.
    /// - Returns: the record; nil where one must be waited for.
    mutating func next(
        isIdle: Bool,
        isAtEnd: (_ partition: Int32, _ readThrough: Int64?) -> Bool
    ) -> (partition: Int32, item: IntakeItem)? {
        guard waiting > 0 else { return nil }
        let mayWait = !isIdle && waiting <= Self.capacity
        var earliest: (partition: Int32, item: IntakeItem)?
        for (partition, queue) in queues {
            guard let item = queue.first else {
                if mayWait, !isAtEnd(partition, queue.readThrough) { return nil }
                continue
            }
            if let known = earliest, (known.item.time, known.partition) < (item.time, partition) { continue }
            earliest = (partition, item)
        }
        guard let earliest else { return nil }
        queues[earliest.partition]?.removeFirst()
        waiting -= 1
        return earliest
    }
}
