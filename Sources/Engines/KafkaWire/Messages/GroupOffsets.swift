/// Positions that a group wants remembered (API 8).
package struct OffsetCommitRequest: WireRequest {
    /// One partition's position.
    package struct Partition: Sendable {
        /// The partition's number.
        package let index: Int32
        /// The next offset to read.
        package let offset: Int64
        /// The epoch of the record before it, -1 for none.
        package let leaderEpoch: Int32
        /// The client's own words.
        package let metadata: String?

        init(from reader: inout WireReader, epochSince: Int16) throws(WireError) {
            index = try reader.int32()
            offset = try reader.int64()
            leaderEpoch = reader.since(epochSince) ? try reader.int32() : -1
            metadata = try reader.nullableString()
            try reader.tags()
        }
    }

    /// One topic's positions.
    package typealias Topic = TopicEntries<Partition>

    /// The group.
    package let groupID: String
    /// The generation that the member believes in, -1 outside membership.
    package let generationID: Int32
    /// The member, empty outside membership.
    package let memberID: String
    /// Its static name.
    package let groupInstanceID: String?
    /// The positions by topic.
    package let topics: [Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groupID = try reader.string()
        generationID = try reader.int32()
        memberID = try reader.string()
        groupInstanceID = reader.since(7) ? try reader.nullableString() : nil
        if reader.version <= 4 { _ = try reader.int64() }
        topics = try reader.topics { reader throws(WireError) in try Partition(from: &reader, epochSince: 6) }
        try reader.tags()
    }
}

/// Error codes by topic and partition: OffsetCommit, TxnOffsetCommit, AddPartitionsToTxn, OffsetDelete.
package struct PartitionErrors: Sendable {
    /// One topic's outcomes.
    package typealias Topic = TopicEntries<(index: Int32, error: KafkaErrorCode)>

    /// The outcomes by topic.
    package var topics: [Topic]

    /// The outcomes.
    package init(topics: [Topic]) { self.topics = topics }

    func encode(into writer: inout WireWriter) {
        writer.topics(topics) { writer, partition in
            writer.int32(partition.index)
            writer.int16(partition.error.rawValue)
            writer.tags()
        }
    }
}

/// An answer of one error code per partition after the throttle time (APIs 8, 24, 28).
package struct PartitionErrorsResponse: WireResponse {
    /// The outcomes.
    package var errors: PartitionErrors
    private let throttleSince: Int16

    /// The response; `throttleSince` is the first version with a throttle time.
    package init(_ errors: PartitionErrors, throttleSince: Int16) {
        self.errors = errors
        self.throttleSince = throttleSince
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(throttleSince) { writer.int32(0) }
        errors.encode(into: &writer)
        writer.tags()
    }
}

/// Positions that a group asks back (API 9).
package struct OffsetFetchRequest: WireRequest {
    /// One topic's partitions.
    package typealias Topic = TopicEntries<Int32>

    /// One group's question.
    package struct Group: Sendable {
        /// The group.
        package let id: String
        /// What is asked, nil for all that was ever committed.
        package let topics: [Topic]?

        init(from reader: inout WireReader) throws(WireError) {
            id = try reader.string()
            topics = try reader.nullableTopics(WireReader.partitionIndex)
            if reader.since(8) { try reader.tags() }
        }
    }

    /// The questions; exactly one before version 8.
    package let groups: [Group]
    /// Whether positions that an open transaction holds are to be refused.
    package let requireStable: Bool

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groups = reader.since(8) ? try reader.array(Group.init(from:)) : [try Group(from: &reader)]
        requireStable = reader.since(7) ? try reader.bool() : false
        try reader.tags()
    }
}

/// The positions (API 9).
package struct OffsetFetchResponse: WireResponse {
    /// One partition's position.
    package struct Partition: Sendable {
        /// The partition's number.
        package var index: Int32
        /// The position, -1 for none.
        package var offset: Int64 = -1
        /// The epoch of the record before it.
        package var leaderEpoch: Int32 = -1
        /// The client's own words.
        package var metadata: String? = ""
        /// What went wrong.
        package var error: KafkaErrorCode = .none

        /// A partition without a position.
        package init(index: Int32) { self.index = index }
    }

    /// One topic's positions.
    package typealias Topic = TopicEntries<Partition>

    /// One group's positions.
    package struct Group: Sendable {
        /// The group.
        package var id: String
        /// The positions by topic.
        package var topics: [Topic]
        /// What went wrong.
        package var error: KafkaErrorCode

        /// A group's positions.
        package init(id: String, topics: [Topic], error: KafkaErrorCode) {
            self.id = id
            self.topics = topics
            self.error = error
        }
    }

    /// The positions by group.
    package var groups: [Group]

    /// The response.
    package init(groups: [Group]) { self.groups = groups }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(3) { writer.int32(0) }
        if writer.since(8) {
            writer.array(groups) { writer, group in
                writer.string(group.id)
                Self.encode(group.topics, into: &writer)
                writer.int16(group.error.rawValue)
                writer.tags()
            }
        } else {
            Self.encode(groups.first?.topics ?? [], into: &writer)
            if writer.since(2) { writer.int16((groups.first?.error ?? .none).rawValue) }
        }
        writer.tags()
    }

    private static func encode(_ topics: [Topic], into writer: inout WireWriter) {
        writer.topics(topics) { writer, partition in
            writer.int32(partition.index)
            writer.int64(partition.offset)
            if writer.since(5) { writer.int32(partition.leaderEpoch) }
            writer.string(partition.metadata)
            writer.int16(partition.error.rawValue)
            writer.tags()
        }
    }
}

/// Positions that a group is to forget (API 47).
package struct OffsetDeleteRequest: WireRequest {
    /// The group.
    package let groupID: String
    /// The partitions by topic.
    package let topics: [OffsetFetchRequest.Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groupID = try reader.string()
        topics = try reader.topics(WireReader.partitionIndex)
    }
}

/// What was forgotten (API 47).
package struct OffsetDeleteResponse: WireResponse {
    /// What went wrong for all.
    package var error: KafkaErrorCode
    /// What went wrong for each.
    package var errors: PartitionErrors

    /// The response.
    package init(error: KafkaErrorCode, errors: PartitionErrors) {
        self.error = error
        self.errors = errors
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int16(error.rawValue)
        writer.int32(0)
        errors.encode(into: &writer)
    }
}
