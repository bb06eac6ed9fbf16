/// What a cluster says about a consumer group.
package struct GroupDescription: Sendable, Hashable {
    /// The group's name.
    package let name: String
    /// Kafka's word for its state, for example `Stable` or `Empty`.
    package let state: String
}

/// A consumer group and who is in it.
package struct GroupMembership: Sendable, Hashable {
    /// One consumer.
    package struct Member: Sendable, Hashable {
        /// The id that the coordinator knows it by.
        package let id: String
        /// Its static name, where it has one.
        package let instanceID: String?
        /// What the client calls itself.
        package let clientID: String
        /// Where it connects from.
        package let host: String
        /// What it reads.
        package let partitions: [TopicPartition]
    }

    /// The group's name.
    package let name: String
    /// Kafka's word for its state; `Dead` for a group that does not exist.
    package let state: String
    /// How the members share the partitions, for example `range`.
    package let assignor: String
    /// The members.
    package let members: [Member]
}

/// How far a group is in one partition.
package struct PartitionProgress: Sendable, Hashable {
    /// The partition.
    package let partition: TopicPartition
    /// The offset of the next record that the group reads; nil where it committed none.
    package let committed: Int64?
    /// The oldest offset in the log.
    package let low: Int64
    /// The offset that the next record gets.
    package let high: Int64

    /// How many records the group has still to read: from its position, or from the oldest where it has none.
    package var lag: Int64 { max(0, high - max(low, committed ?? low)) }
}

extension StreamAdmin {
    /// All consumer groups.
    package func groups() async throws -> [GroupDescription] {
        try await run { try $0.groups() }
    }

    /// One group with its members; an unknown one has the state `Dead` and none.
    package func membership(ofGroup name: String) async throws -> GroupMembership {
        try await run { try $0.group(name) }
    }

    /// Deletes a group without members, with its committed offsets.
    ///
    /// - Throws: `StreamError` where it has members or does not exist.
    package func deleteGroup(_ name: String) async throws {
        try await run { try $0.deleteGroup(name) }
    }

    /// How far a group is in all partitions where it committed an offset, and in `assigned` ones, by partition.
    ///
    /// Partitions of topics that were deleted are left out.
    package func progress(ofGroup name: String, assigned: [TopicPartition] = []) async throws -> [PartitionProgress] {
        try await run { client in
            let committed = try client.committed(nil, group: name)
            let marks = try client.watermarks(of: Set(committed.keys).union(assigned))
            let progress = marks.map { partition, ends in
                PartitionProgress(
                    partition: partition,
                    committed: committed[partition],
                    low: ends.low,
                    high: ends.high
                )
            }
            return progress.sorted {
                ($0.partition.topic, $0.partition.partition) < ($1.partition.topic, $1.partition.partition)
            }
        }
    }
}
