internal import KafkaWire
internal import LogStorage
internal import Telemetry

extension Broker {
    // MARK: Metadata

    /// Tells which topics there are, creating those that may be created by asking.
    func metadata(_ request: MetadataRequest, _ call: Call) {
        let reply = call.reply()
        let topics: [MetadataResponse.Topic]
        if let asked = request.topics {
            topics = asked.map { describe($0, mayCreate: request.allowAutoTopicCreation) }
        } else {
            topics = store.topics.values.sorted { $0.name < $1.name }.map(describe)
        }
        let response = MetadataResponse(broker: address, clusterID: store.state.clusterID, topics: topics)
        whenSafe { reply.send(response) }
    }

    private func describe(_ topic: LogStore.Topic) -> MetadataResponse.Topic {
        MetadataResponse.Topic(
            error: .none,
            name: topic.name,
            id: topic.id,
            partitionEpochs: topic.partitions.map(\.leaderEpoch)
        )
    }

    private func describe(_ asked: MetadataRequest.Topic, mayCreate: Bool) -> MetadataResponse.Topic {
        guard let name = asked.name else {
            guard let topic = store.topic(asked.id) else {
                return MetadataResponse.Topic(error: .unknownTopicID, name: nil, id: asked.id)
            }
            return describe(topic)
        }
        if let topic = store.topics[name] { return describe(topic) }
        guard mayCreate, configuration.defaults.createsTopics else {
            let error: KafkaErrorCode = TopicNames.isLegal(name) ? .unknownTopicOrPartition : .invalidTopic
            return MetadataResponse.Topic(error: error, name: name)
        }
        do throws(TopicRefusal) {
            return describe(try create(name, partitions: configuration.defaults.partitions, settings: [:]))
        } catch {
            return MetadataResponse.Topic(error: error.code, name: name)
        }
    }

    // MARK: Creating

    /// Why a topic is not created or changed.
    struct TopicRefusal: Error {
        let code: KafkaErrorCode
        let message: String

        init(_ code: KafkaErrorCode, _ message: String) {
            self.code = code
            self.message = message
        }
    }

    /// Creates topics, each by itself.
    func createTopics(_ request: CreateTopicsRequest, _ call: Call) {
        let reply = call.reply()
        let names = request.topics.map(\.name)
        let repeated = Set(names.filter { name in names.count { $0 == name } > 1 })
        var outcomes: [CreateTopicsResponse.Topic] = []
        var answered: Set<String> = []
        for topic in request.topics where answered.insert(topic.name).inserted {
            var outcome = CreateTopicsResponse.Topic(name: topic.name)
            do throws(TopicRefusal) {
                guard !repeated.contains(topic.name) else {
                    throw TopicRefusal(.invalidRequest, "the topic is named more than once")
                }
                try create(topic, validateOnly: request.validateOnly, &outcome)
            } catch {
                outcome.error = error.code
                outcome.message = error.message
            }
            outcomes.append(outcome)
        }
        whenSafe { reply.send(CreateTopicsResponse(topics: outcomes)) }
    }

    private func create(
        _ topic: CreateTopicsRequest.Topic,
        validateOnly: Bool,
        _ outcome: inout CreateTopicsResponse.Topic
    ) throws(TopicRefusal) {
        let partitions = try partitionCount(of: topic)
        if let empty = topic.configs.first(where: { $0.value == nil }) {
            throw TopicRefusal(.invalidRequest, "'\(empty.name)' is to be set to nothing; leave it out instead")
        }
        let settings = Dictionary(
            topic.configs.compactMap { pair in pair.value.map { (pair.name, $0) } }
        ) { _, last in last }
        let parsed = try check(topic.name, partitions: partitions, settings: settings)
        outcome.partitionCount = partitions
        outcome.configs = parsed.entries
        guard !validateOnly else { return }
        outcome.id = try create(topic.name, partitions: partitions, settings: settings).id
    }

    private func partitionCount(of topic: CreateTopicsRequest.Topic) throws(TopicRefusal) -> Int32 {
        guard topic.assignments.isEmpty else {
            guard topic.partitionCount == -1, topic.replicationFactor == -1 else {
                throw TopicRefusal(.invalidRequest, "give either counts or an assignment, not both")
            }
            let indexes = topic.assignments.map(\.index).sorted()
            guard indexes == Array(0..<Int32(indexes.count)),
                topic.assignments.allSatisfy({ $0.brokers == [Self.nodeID] })
            else {
                throw TopicRefusal(.invalidReplicaAssignment, "there is one node, with the number \(Self.nodeID)")
            }
            return Int32(indexes.count)
        }
        let replicas = topic.replicationFactor
        guard replicas == -1 || replicas == 1 || (replicas > 1 && configuration.defaults.acceptsAnyReplicationFactor)
        else {
            throw TopicRefusal(.invalidReplicationFactor, "there is one node, so the replication factor is 1")
        }
        return topic.partitionCount == -1 ? configuration.defaults.partitions : topic.partitionCount
    }

    private func check(
        _ name: String,
        partitions: Int32,
        settings: [String: String]
    ) throws(TopicRefusal) -> TopicSettings {
        guard TopicNames.isLegal(name) else {
            throw TopicRefusal(
                .invalidTopic,
                "a topic's name has 1 to 249 letters, digits, dots, underscores and dashes"
            )
        }
        guard store.topics[name] == nil else { throw TopicRefusal(.topicAlreadyExists, "the topic exists already") }
        if let other = TopicNames.collision(of: name, with: store.topics.keys) {
            throw TopicRefusal(.invalidTopic, "the name collides with '\(other)': dot and underscore count as the same")
        }
        guard partitions > 0 else { throw TopicRefusal(.invalidPartitions, "a topic has at least one partition") }
        try checkRoom(for: partitions)
        do throws(StorageError) { return try TopicSettings(settings) } catch {
            throw TopicRefusal(.invalidConfig, error.message)
        }
    }

    /// Refuses partitions beyond the limit.
    func checkRoom(for more: Int32) throws(TopicRefusal) {
        let present = store.topics.values.reduce(0) { $0 + $1.partitions.count }
        guard present + Int(more) <= configuration.limits.partitions else {
            let limit = configuration.limits.partitions
            throw TopicRefusal(.invalidPartitions, "there are \(present) partitions, the limit is \(limit)")
        }
    }

    private func create(
        _ name: String,
        partitions: Int32,
        settings: [String: String]
    ) throws(TopicRefusal) -> LogStore.Topic {
        _ = try check(name, partitions: partitions, settings: settings)
        do throws(StorageError) {
            let topic = try store.createTopic(name, partitions: partitions, settings: settings)
            Self.logger.info("topic created", ["topic": name, "partitions": "\(partitions)"])
            return topic
        } catch {
            throw TopicRefusal(.storageError, error.message)
        }
    }

    // MARK: Deleting

    /// Deletes topics, each by itself.
    func deleteTopics(_ request: DeleteTopicsRequest, _ call: Call) {
        let reply = call.reply()
        let outcomes = request.topics.map { asked in
            let topic = asked.name.map { store.topics[$0] } ?? store.topic(asked.id)
            guard let topic else {
                let error: KafkaErrorCode = asked.name == nil ? .unknownTopicID : .unknownTopicOrPartition
                return DeleteTopicsResponse.Topic(name: asked.name, id: asked.id, error: error)
            }
            return DeleteTopicsResponse.Topic(name: topic.name, id: topic.id, error: delete(topic))
        }
        whenSafe { reply.send(DeleteTopicsResponse(topics: outcomes)) }
    }

    private func delete(_ topic: LogStore.Topic) -> KafkaErrorCode {
        do {
            try store.deleteTopic(topic)
        } catch {
            Self.logger.error("topic not deleted", ["topic": topic.name, "reason": "\(error)"])
            return .storageError
        }
        for partition in topic.partitions { wakeFetches(of: partition) }
        metrics.forget(topic.name)
        Self.logger.info("topic deleted", ["topic": topic.name])
        return .none
    }
}

/// Which names a topic can have.
enum TopicNames {
    /// 1 to 249 of `[a-zA-Z0-9._-]`, but neither `.` nor `..`.
    static func isLegal(_ name: String) -> Bool {
        guard (1...249).contains(name.utf8.count), name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    /// A name that differs only in dots against underscores.
    static func collision(of name: String, with others: some Collection<String>) -> String? {
        guard name.contains(where: { $0 == "." || $0 == "_" }) else { return nil }
        let plain = withUnderscores(name)
        return others.first { $0 != name && withUnderscores($0) == plain }
    }

    private static func withUnderscores(_ name: String) -> String {
        String(decoding: name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }
}
