/// Which offset stands at a time, or at an end (API 2).
package struct ListOffsetsRequest: WireRequest {
    /// One question.
    package struct Partition: Sendable {
        /// The partition's number.
        package let index: Int32
        /// The leader epoch that the client knows, -1 for none.
        package let currentLeaderEpoch: Int32
        /// A time, or -1 latest, -2 earliest, -3 the largest time, -4 earliest on local disk.
        package let timestamp: Int64

        init(from reader: inout WireReader) throws(WireError) {
            index = try reader.int32()
            currentLeaderEpoch = reader.since(4) ? try reader.int32() : -1
            timestamp = try reader.int64()
            try reader.tags()
        }
    }

    /// One topic's questions.
    package typealias Topic = TopicEntries<Partition>

    /// Whether latest means the end of the committed part.
    package let readCommitted: Bool
    /// The questions by topic.
    package let topics: [Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.int32()
        readCommitted = reader.since(2) ? try reader.int8() == 1 : false
        topics = try reader.topics(Partition.init(from:))
        try reader.tags()
    }
}

/// The offsets asked for (API 2).
package struct ListOffsetsResponse: WireResponse {
    /// One answer.
    package struct Partition: Sendable {
        /// The partition's number.
        package var index: Int32
        /// What went wrong.
        package var error: KafkaErrorCode = .none
        /// The time of the record found, -1 for none.
        package var timestamp: Int64 = -1
        /// The offset found, -1 for none.
        package var offset: Int64 = -1
        /// The epoch of the offset.
        package var leaderEpoch: Int32 = -1

        /// An empty answer.
        package init(index: Int32) { self.index = index }
    }

    /// One topic's answers.
    package typealias Topic = TopicEntries<Partition>

    /// The answers by topic.
    package var topics: [Topic]

    /// The response.
    package init(topics: [Topic]) { self.topics = topics }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(2) { writer.int32(0) }
        writer.topics(topics) { writer, partition in
            writer.int32(partition.index)
            writer.int16(partition.error.rawValue)
            writer.int64(partition.timestamp)
            writer.int64(partition.offset)
            if writer.since(4) { writer.int32(partition.leaderEpoch) }
            writer.tags()
        }
        writer.tags()
    }
}
