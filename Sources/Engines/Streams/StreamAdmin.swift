internal import CRdKafka
internal import Execution
internal import Primitives

/// What a cluster says about a topic.
package struct TopicDescription: Sendable, Hashable {
    /// The topic's name.
    package let name: String
    /// How many partitions it has.
    package let partitions: Int
}

/// Looks at and changes a cluster: topics, watermarks, groups.
///
/// Thread-safe; blocking calls of librdkafka run on threads of its own. Each call takes at most
/// ``StreamConfiguration/requestTimeout``.
package final class StreamAdmin: Sendable {
    let client: AdminClient
    private let pool = BlockingPool(name: "kafka-admin", threads: 2)

    /// Starts a client; connects in the background.
    ///
    /// - Throws: `StreamError` with code `configuration`.
    package init(_ configuration: StreamConfiguration) throws {
        client = try AdminClient(configuration)
    }

    /// Returns when a broker has answered.
    ///
    /// - Throws: `StreamError` with the reason, where none does within `timeout`.
    package func ping(timeout: Duration) async throws {
        try await run { try $0.ping(timeout: timeout) }
    }

    /// All topics, by name.
    package func topics() async throws -> [TopicDescription] {
        try await run { try $0.topics() }
    }

    /// One topic, or nil where it does not exist.
    ///
    /// Looks through all topics, because asking for one by name would make many brokers create it.
    package func topic(_ name: String) async throws -> TopicDescription? {
        try await topics().first { $0.name == name }
    }

    /// Creates a topic; `configuration` holds Kafka's topic settings by name.
    ///
    /// - Throws: `StreamError` with code `topicExists` or `invalid`, among others.
    package func createTopic(
        _ name: String,
        partitions: Int = 1,
        configuration: [String: String] = [:]
    ) async throws {
        try await run { try $0.createTopic(name, partitions: partitions, configuration: configuration) }
    }

    /// Creates a topic unless it exists.
    package func ensureTopic(_ name: String, partitions: Int = 1, configuration: [String: String] = [:]) async throws {
        if try await topic(name) != nil { return }
        do {
            try await createTopic(name, partitions: partitions, configuration: configuration)
        } catch let error as StreamError where error.code == .topicExists {
            return
        }
    }

    /// Deletes a topic with all its records.
    ///
    /// - Throws: `StreamError` with code `unknownTopic`, among others.
    package func deleteTopic(_ name: String) async throws {
        try await run { try $0.deleteTopic(name) }
    }

    /// The oldest offset of a partition and the one that the next record gets.
    package func watermarks(_ partition: TopicPartition) async throws -> (low: Int64, high: Int64) {
        try await run { try $0.watermarks(partition) }
    }

    /// The ends of many partitions, in two requests; partitions that do not exist are left out.
    package func watermarks(
        of partitions: Set<TopicPartition>
    ) async throws -> [TopicPartition: (low: Int64, high: Int64)] {
        try await run { try $0.watermarks(of: partitions) }
    }

    /// The first offset whose time is at least `milliseconds`; the end of the log where there is none.
    package func offset(_ partition: TopicPartition, atTime milliseconds: Int64) async throws -> Int64 {
        try await run { try $0.offset(partition, atTime: milliseconds) }
    }

    /// The committed offsets of a group.
    package nonisolated func group(_ name: String) -> GroupOffsets {
        GroupOffsets(admin: self, group: name)
    }

    func run<T: Sendable>(_ body: @escaping @Sendable (AdminClient) throws -> T) async throws -> T {
        let client = client
        return try await pool.run { try body(client) }
    }
}

/// The committed offsets of one consumer group: where its reader goes on after a restart.
package struct GroupOffsets: Sendable {
    private let admin: StreamAdmin
    /// The group's name.
    package let group: String

    init(admin: StreamAdmin, group: String) {
        self.admin = admin
        self.group = group
    }

    /// Commits, for each partition, the offset of the next record to read; durable when it returns.
    package func commit(_ offsets: [TopicPartition: Int64]) async throws {
        guard !offsets.isEmpty else { return }
        let group = group
        try await admin.run { try $0.commit(offsets, group: group) }
    }

    /// The committed offsets; partitions without one are absent.
    package func committed(_ partitions: [TopicPartition]) async throws -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let group = group
        return try await admin.run { try $0.committed(partitions, group: group) }
    }

    /// How many records of each partition the group has still to read.
    package func lag(_ partitions: [TopicPartition]) async throws -> [TopicPartition: Int64] {
        let group = group
        return try await admin.run { client in
            let committed = try client.committed(partitions, group: group)
            var lag: [TopicPartition: Int64] = [:]
            for partition in partitions {
                let (low, high) = try client.watermarks(partition)
                lag[partition] = max(0, high - max(low, committed[partition] ?? low))
            }
            return lag
        }
    }
}
