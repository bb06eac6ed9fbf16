/// Records for one topic in one piece of memory: the way to send many small records without an allocation for each.
package struct ProducerBatch: Sendable {
    struct Entry: Sendable {
        let partition: Int32
        let timestampMilliseconds: Int64
        let keyLength: Int
        let valueLength: Int
        let start: Int
    }

    /// The topic of all records.
    package let topic: String
    /// Headers that every record of the batch carries.
    package var headers: [StreamHeader] = []
    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []

    /// An empty batch for `topic`.
    package init(topic: String) {
        self.topic = topic
    }

    /// How many records it holds.
    package var count: Int { entries.count }

    /// True where it holds none.
    package var isEmpty: Bool { entries.isEmpty }

    /// The partition that each record asks for, in order; -1 where the key decides.
    package var partitions: [Int32] { entries.map(\.partition) }

    /// Bytes of keys and values.
    package var byteCount: Int { bytes.count }

    /// Adds a copy of a record; a nil `partition` lets the key decide, a nil `timestampMilliseconds` is now.
    package mutating func append(
        partition: Int32?,
        timestampMilliseconds: Int64?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer
    ) {
        append(partition: partition, timestampMilliseconds: timestampMilliseconds, key: key) {
            $0.append(contentsOf: value)
        }
    }

    /// Adds a record whose value `write` appends to the bytes it is given; it must leave those before alone.
    package mutating func append(
        partition: Int32?,
        timestampMilliseconds: Int64?,
        key: UnsafeRawBufferPointer?,
        write: (inout [UInt8]) -> Void
    ) {
        let start = bytes.count
        if let key { bytes.append(contentsOf: key) }
        let valueStart = bytes.count
        write(&bytes)
        precondition(bytes.count >= valueStart, "a writer removed bytes of other records")
        entries.append(
            Entry(
                partition: partition ?? -1,
                timestampMilliseconds: timestampMilliseconds ?? 0,
                keyLength: key?.count ?? -1,
                valueLength: bytes.count - valueStart,
                start: start
            )
        )
    }

    /// Removes all records and keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}
