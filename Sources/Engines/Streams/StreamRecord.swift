/// A partition of a topic.
package struct TopicPartition: Sendable, Hashable, CustomStringConvertible {
    /// The topic's name.
    package let topic: String
    /// The partition's number, from 0.
    package let partition: Int32

    /// Names a partition.
    package init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package var description: String { "\(topic)[\(partition)]" }
}

/// Positions that are not numbers.
package enum LogicalOffset {
    /// The oldest record that is still in the log.
    package static let beginning: Int64 = -2
    /// Behind the newest record.
    package static let end: Int64 = -1
}

/// A name and a value that travel with a record.
package struct StreamHeader: Sendable, Hashable {
    /// The name; may occur more than once.
    package let name: String
    /// The value's bytes.
    package let value: [UInt8]

    /// Makes a header.
    package init(_ name: String, _ value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// A record to send.
package struct ProducerRecord: Sendable {
    /// The topic's name.
    package var topic: String
    /// The partition; nil lets the key decide, as Java clients do.
    package var partition: Int32?
    /// The key, if any.
    package var key: [UInt8]?
    /// The value; nil is a tombstone.
    package var value: [UInt8]?
    /// Unix time in milliseconds; nil is now.
    package var timestampMilliseconds: Int64?
    /// Headers in order.
    package var headers: [StreamHeader]

    /// Makes a record.
    package init(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        timestampMilliseconds: Int64? = nil,
        headers: [StreamHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.timestampMilliseconds = timestampMilliseconds
        self.headers = headers
    }
}

/// A record that was read.
package struct StreamRecord: Sendable, Hashable {
    /// The topic's name.
    package let topic: String
    /// The partition's number.
    package let partition: Int32
    /// The record's place in the partition.
    package let offset: Int64
    /// Unix time in milliseconds, set by the producer or by the broker.
    package let timestampMilliseconds: Int64
    /// The key, if any.
    package let key: [UInt8]?
    /// The value; nil is a tombstone.
    package let value: [UInt8]?
    /// Headers in order.
    package let headers: [StreamHeader]

    /// The value of the last header of this name, or nil.
    package func header(_ name: String) -> [UInt8]? {
        headers.last { $0.name == name }?.value
    }
}
