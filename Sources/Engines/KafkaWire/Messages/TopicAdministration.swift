/// Topics to create (API 19).
package struct CreateTopicsRequest: WireRequest {
    /// One topic.
    package struct Topic: Sendable {
        /// Its name.
        package let name: String
        /// How many partitions, -1 for the default.
        package let partitionCount: Int32
        /// How many replicas, -1 for the default.
        package let replicationFactor: Int16
        /// Partitions placed by hand: number and nodes.
        package let assignments: [(index: Int32, brokers: [Int32])]
        /// Settings; nil values stand for the default.
        package let configs: [(name: String, value: String?)]

        init(from reader: inout WireReader) throws(WireError) {
            name = try reader.string()
            partitionCount = try reader.int32()
            replicationFactor = try reader.int16()
            assignments = try reader.array { reader throws(WireError) in
                let index = try reader.int32()
                let brokers = try reader.array { reader throws(WireError) in try reader.int32() }
                try reader.tags()
                return (index, brokers)
            }
            configs = try reader.array { reader throws(WireError) in
                let name = try reader.string()
                let value = try reader.nullableString()
                try reader.tags()
                return (name, value)
            }
            try reader.tags()
        }
    }

    /// The topics.
    package let topics: [Topic]
    /// Whether only to check.
    package let validateOnly: Bool

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        topics = try reader.array(Topic.init(from:))
        _ = try reader.int32()
        validateOnly = try reader.bool()
        try reader.tags()
    }
}

/// What was created (API 19).
package struct CreateTopicsResponse: WireResponse {
    /// One topic's outcome.
    package struct Topic: Sendable {
        /// Its name.
        package var name: String
        /// What went wrong.
        package var error: KafkaErrorCode = .none
        /// What went wrong, in words.
        package var message: String?
        /// Its identity.
        package var id = TopicUUID.none
        /// Its partitions, -1 on error.
        package var partitionCount: Int32 = -1
        /// Its settings.
        package var configs: [TopicConfigEntry] = []

        /// An outcome.
        package init(name: String) { self.name = name }
    }

    /// The outcomes.
    package var topics: [Topic]

    /// The response.
    package init(topics: [Topic]) { self.topics = topics }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.array(topics) { writer, topic in
            writer.string(topic.name)
            if writer.since(7) { writer.uuid(topic.id) }
            writer.int16(topic.error.rawValue)
            writer.string(topic.message)
            if writer.since(5) {
                writer.int32(topic.partitionCount)
                writer.int16(topic.partitionCount < 0 ? -1 : 1)
                writer.array(topic.configs) { writer, entry in
                    writer.string(entry.name)
                    writer.string(entry.value)
                    writer.bool(entry.isReadOnly)
                    writer.int8(entry.source.rawValue)
                    writer.bool(false)
                    writer.tags()
                }
            }
            writer.tags()
        }
        writer.tags()
    }
}

/// Topics to delete (API 20).
package struct DeleteTopicsRequest: WireRequest {
    /// The topics, by name or by identity.
    package let topics: [(name: String?, id: TopicUUID)]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        if reader.since(6) {
            topics = try reader.array { reader throws(WireError) in
                let name = try reader.nullableString()
                let id = try reader.uuid()
                try reader.tags()
                return (name, id)
            }
        } else {
            topics = try reader.array { reader throws(WireError) in (try reader.string(), .none) }
        }
        _ = try reader.int32()
        try reader.tags()
    }
}

/// What was deleted (API 20).
package struct DeleteTopicsResponse: WireResponse {
    /// One topic's outcome.
    package struct Topic: Sendable {
        /// Its name, when known.
        package var name: String?
        /// Its identity.
        package var id: TopicUUID
        /// What went wrong.
        package var error: KafkaErrorCode

        /// An outcome.
        package init(name: String?, id: TopicUUID, error: KafkaErrorCode) {
            self.name = name
            self.id = id
            self.error = error
        }
    }

    /// The outcomes.
    package var topics: [Topic]

    /// The response.
    package init(topics: [Topic]) { self.topics = topics }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.array(topics) { writer, topic in
            writer.string(writer.since(6) ? topic.name : topic.name ?? "")
            if writer.since(6) { writer.uuid(topic.id) }
            writer.int16(topic.error.rawValue)
            if writer.since(5) { writer.string(nil) }
            writer.tags()
        }
        writer.tags()
    }
}

/// More partitions for topics (API 37).
package struct CreatePartitionsRequest: WireRequest {
    /// One topic.
    package struct Topic: Sendable {
        /// Its name.
        package let name: String
        /// How many partitions it shall have.
        package let count: Int32
        /// Nodes of the new partitions, placed by hand.
        package let assignments: [[Int32]]?

        init(from reader: inout WireReader) throws(WireError) {
            name = try reader.string()
            count = try reader.int32()
            assignments = try reader.nullableArray { reader throws(WireError) in
                let brokers = try reader.array { reader throws(WireError) in try reader.int32() }
                try reader.tags()
                return brokers
            }
            try reader.tags()
        }
    }

    /// The topics.
    package let topics: [Topic]
    /// Whether only to check.
    package let validateOnly: Bool

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        topics = try reader.array(Topic.init(from:))
        _ = try reader.int32()
        validateOnly = try reader.bool()
        try reader.tags()
    }
}

/// What got its partitions (API 37).
package struct CreatePartitionsResponse: WireResponse {
    /// The outcome of each topic.
    package var results: [(name: String, error: KafkaErrorCode, message: String?)]

    /// The response.
    package init(results: [(name: String, error: KafkaErrorCode, message: String?)]) { self.results = results }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.array(results) { writer, result in
            writer.string(result.name)
            writer.int16(result.error.rawValue)
            writer.string(result.message)
            writer.tags()
        }
        writer.tags()
    }
}

/// Records to delete up to an offset (API 21).
package struct DeleteRecordsRequest: WireRequest {
    /// One topic's partitions.
    package typealias Topic = TopicEntries<(index: Int32, offset: Int64)>

    /// The partitions by topic.
    package let topics: [Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        topics = try reader.topics { reader throws(WireError) in
            let index = try reader.int32()
            let offset = try reader.int64()
            try reader.tags()
            return (index, offset)
        }
        _ = try reader.int32()
        try reader.tags()
    }
}

/// Where the partitions begin now (API 21).
package struct DeleteRecordsResponse: WireResponse {
    /// One topic's outcomes.
    package typealias Topic = TopicEntries<(index: Int32, lowWatermark: Int64, error: KafkaErrorCode)>

    /// The outcomes by topic.
    package var topics: [Topic]

    /// The response.
    package init(topics: [Topic]) { self.topics = topics }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.topics(topics) { writer, partition in
            writer.int32(partition.index)
            writer.int64(partition.lowWatermark)
            writer.int16(partition.error.rawValue)
            writer.tags()
        }
        writer.tags()
    }
}
