package import KafkaWire

/// What the log remembers beside its batches: topics, groups, transactions, producer ids.
///
/// A pure value changed only by ``apply(_:)``, in running as in replay, so that a restart gives the same state.
package struct MetadataState: Equatable, Sendable {
    /// One topic.
    package struct Topic: Equatable, Sendable {
        /// Its identity.
        package let id: TopicUUID
        /// How many partitions it has.
        package var partitions: Int32
        /// The settings that were given.
        package var settings: [String: String]
        /// The first offset to keep, where it is not 0.
        package var logStarts: [Int32: Int64] = [:]
        /// The leader epoch, where it is not 0.
        package var leaderEpochs: [Int32: Int32] = [:]
    }

    /// One group.
    package struct Group: Equatable, Sendable {
        /// Committed positions.
        package var offsets: [TopicPartition: CommittedOffset] = [:]
        /// Positions of open transactions, by producer id.
        package var staged: [Int64: [TopicPartition: CommittedOffset]] = [:]
        /// The last generation.
        package var generation: GroupGeneration?
    }

    /// The cluster's name for itself.
    package private(set) var clusterID = ""
    /// The topics by name.
    package private(set) var topics: [String: Topic] = [:]
    /// The groups by id.
    package private(set) var groups: [String: Group] = [:]
    /// The transactions by transactional id.
    package private(set) var transactions: [String: TransactionState] = [:]
    /// The first producer id that was never given.
    package private(set) var nextProducerID: Int64 = 1

    /// Makes one change.
    package mutating func apply(_ record: MetadataRecord) {
        switch record {
        case .clusterNamed(let name): clusterID = name
        case .topicCreated(let name, let id, let partitions, let settings):
            topics[name] = Topic(id: id, partitions: partitions, settings: settings)
        case .topicDeleted(let name): delete(topic: name)
        case .partitionsAdded(let name, let count): topics[name]?.partitions = count
        case .settingsChanged(let name, let settings): topics[name]?.settings = settings
        case .logStartMoved(let partition, let offset): topics[partition.topic]?.logStarts[partition.index] = offset
        case .leaderEpochRaised(let partition, let epoch):
            topics[partition.topic]?.leaderEpochs[partition.index] = epoch
        case .producerIDsReserved(let next): nextProducerID = max(nextProducerID, next)
        case .transactionChanged(let id, let state): transactions[id] = state
        case .transactionForgotten(let id): transactions[id] = nil
        default: applyToGroup(record)
        }
    }

    private mutating func applyToGroup(_ record: MetadataRecord) {
        switch record {
        case .offsetsCommitted(let group, let offsets):
            groups[group, default: Group()].offsets.merge(offsets) { _, new in new }
        case .offsetsForgotten(let group, let partitions):
            for partition in partitions { groups[group]?.offsets[partition] = nil }
        case .groupForgotten(let group): groups[group] = nil
        case .groupGeneration(let group, let generation): groups[group, default: Group()].generation = generation
        case .offsetsStaged(let group, let producerID, let offsets):
            groups[group, default: Group()].staged[producerID, default: [:]].merge(offsets) { _, new in new }
        case .stagedOffsetsEnded(let group, let producerID, let commits):
            guard let staged = groups[group]?.staged.removeValue(forKey: producerID), commits else { return }
            groups[group]?.offsets.merge(staged) { _, new in new }
        default: preconditionFailure("every record is applied to the log or to a group")
        }
    }

    private mutating func delete(topic name: String) {
        topics[name] = nil
        groups = groups.mapValues { group in
            var group = group
            group.offsets = group.offsets.filter { $0.key.topic != name }
            group.staged = group.staged.mapValues { $0.filter { $0.key.topic != name } }
            return group
        }
    }

    /// The records that give this state when applied to an empty one.
    var snapshot: [MetadataRecord] {
        var records: [MetadataRecord] = [.clusterNamed(clusterID), .producerIDsReserved(next: nextProducerID)]
        for (name, topic) in topics.sorted(by: { $0.key < $1.key }) {
            records.append(
                .topicCreated(name: name, id: topic.id, partitions: topic.partitions, settings: topic.settings)
            )
            for (index, offset) in topic.logStarts {
                records.append(.logStartMoved(TopicPartition(topic: name, index: index), offset: offset))
            }
            for (index, epoch) in topic.leaderEpochs {
                records.append(.leaderEpochRaised(TopicPartition(topic: name, index: index), epoch: epoch))
            }
        }
        for (id, group) in groups.sorted(by: { $0.key < $1.key }) {
            if let generation = group.generation { records.append(.groupGeneration(group: id, generation)) }
            if !group.offsets.isEmpty { records.append(.offsetsCommitted(group: id, offsets: group.offsets)) }
            for (producerID, offsets) in group.staged {
                records.append(.offsetsStaged(group: id, producerID: producerID, offsets: offsets))
            }
        }
        for (id, state) in transactions.sorted(by: { $0.key < $1.key }) {
            records.append(.transactionChanged(id: id, state))
        }
        return records
    }
}
