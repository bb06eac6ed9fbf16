internal import Glibc
internal import KafkaWire
internal import LogStorage
internal import Telemetry

extension Broker {
    // MARK: Partitions

    /// Gives topics more partitions.
    func createPartitions(_ request: CreatePartitionsRequest, _ call: Call) {
        let reply = call.reply()
        let results = request.topics.map { topic -> (name: String, error: KafkaErrorCode, message: String?) in
            do throws(TopicRefusal) {
                try addPartitions(topic, validateOnly: request.validateOnly)
                return (name: topic.name, error: .none, message: nil)
            } catch {
                return (name: topic.name, error: error.code, message: error.message)
            }
        }
        whenSafe { reply.send(CreatePartitionsResponse(results: results)) }
    }

    private func addPartitions(
        _ asked: CreatePartitionsRequest.Topic,
        validateOnly: Bool
    ) throws(TopicRefusal) {
        guard let topic = store.topics[asked.name] else {
            throw TopicRefusal(.unknownTopicOrPartition, "there is no such topic")
        }
        let present = Int32(topic.partitions.count)
        guard asked.count > present else {
            throw TopicRefusal(.invalidPartitions, "the topic has \(present) partitions; it can only get more")
        }
        let places = asked.assignments ?? []
        guard places.allSatisfy({ $0 == [Self.nodeID] }), places.isEmpty || places.count == Int(asked.count - present)
        else {
            throw TopicRefusal(.invalidReplicaAssignment, "there is one node, with the number \(Self.nodeID)")
        }
        try checkRoom(for: asked.count - present)
        guard !validateOnly else { return }
        do throws(StorageError) { try store.addPartitions(to: topic, count: asked.count) } catch {
            throw TopicRefusal(.storageError, error.message)
        }
    }

    /// Moves the beginning of partitions up.
    func deleteRecords(_ request: DeleteRecordsRequest, _ call: Call) {
        let reply = call.reply()
        let topics = request.topics.map { topic in
            DeleteRecordsResponse.Topic(
                name: topic.name,
                partitions: topic.partitions.map { asked in
                    let (low, error) = deleteRecords(topic.name, asked.index, before: asked.offset)
                    return (index: asked.index, lowWatermark: low, error: error)
                }
            )
        }
        whenSafe { reply.send(DeleteRecordsResponse(topics: topics)) }
    }

    private func deleteRecords(_ topic: String, _ index: Int32, before offset: Int64) -> (Int64, KafkaErrorCode) {
        guard let log = store.partition(topic, index) else { return (-1, .unknownTopicOrPartition) }
        // As Kafka has it: where only compaction removes records, a newest value is never taken away.
        guard log.settings.cleanupPolicy.deletes else { return (-1, .policyViolation) }
        let start = offset == -1 ? log.highWatermark : offset
        guard start >= 0, start <= log.highWatermark else { return (-1, .offsetOutOfRange) }
        do {
            try store.moveLogStart(of: log, at: TopicPartition(topic: topic, index: index), to: start)
        } catch {
            Self.logger.warning("records not deleted", ["partition": log.name, "reason": "\(error)"])
            return (-1, .storageError)
        }
        return (log.logStartOffset, .none)
    }

    // MARK: Settings

    /// Changes settings of topics, each topic wholly or not at all.
    func alterConfigs(_ request: AlterConfigsRequest, replacing: Bool, _ call: Call) {
        let reply = call.reply()
        let results = request.changes.map {
            change -> (resource: ConfigResource, error: KafkaErrorCode, message: String?) in
            do throws(TopicRefusal) {
                try alter(change, replacing: replacing, validateOnly: request.validateOnly)
                return (resource: change.resource, error: .none, message: nil)
            } catch {
                return (resource: change.resource, error: error.code, message: error.message)
            }
        }
        whenSafe { reply.send(AlterConfigsResponse(results: results)) }
    }

    private func alter(
        _ change: AlterConfigsRequest.Change,
        replacing: Bool,
        validateOnly: Bool
    ) throws(TopicRefusal) {
        guard change.resource.type == 2 else {
            throw TopicRefusal(
                .invalidRequest,
                "only topics' settings can be changed; the node's are in its configuration"
            )
        }
        guard let topic = store.topics[change.resource.name] else {
            throw TopicRefusal(.unknownTopicOrPartition, "there is no such topic")
        }
        var settings = replacing ? [:] : topic.settings.overrides
        for entry in change.entries { try apply(entry, to: &settings) }
        do throws(StorageError) {
            let parsed = try TopicSettings(settings)
            if !validateOnly { try store.changeSettings(of: topic, to: parsed) }
        } catch {
            throw TopicRefusal(error.code == .invalid ? .invalidConfig : .storageError, error.message)
        }
    }

    private func apply(
        _ entry: (name: String, operation: ConfigOperation, value: String?),
        to settings: inout [String: String]
    ) throws(TopicRefusal) {
        guard let definition = TopicSettingDefinition.all[entry.name] else {
            throw TopicRefusal(.invalidConfig, "there is no topic setting '\(entry.name)'")
        }
        let current = TopicSettingDefinition.list(settings[entry.name] ?? definition.standard)
        let given = TopicSettingDefinition.list(entry.value ?? "")
        switch entry.operation {
        case .set:
            guard let value = entry.value else {
                throw TopicRefusal(.invalidRequest, "'\(entry.name)' is to be set to nothing; delete it instead")
            }
            settings[entry.name] = value
        case .delete: settings[entry.name] = nil
        case .append, .subtract:
            guard definition.type == .list else {
                throw TopicRefusal(.invalidConfig, "'\(entry.name)' is not a list")
            }
            let kept = current.filter { !given.contains($0) }
            settings[entry.name] = (entry.operation == .append ? kept + given : kept).joined(separator: ",")
        }
    }

    // MARK: Looking in

    /// Answers where epochs end.
    func epochEnds(_ request: OffsetForLeaderEpochRequest) -> OffsetForLeaderEpochResponse {
        OffsetForLeaderEpochResponse(
            topics: request.topics.map { topic in
                OffsetForLeaderEpochResponse.Topic(
                    name: topic.name,
                    partitions: topic.partitions.map { asked in
                        let (error, epoch, end) = epochEnd(topic.name, asked)
                        return (error: error, index: asked.index, epoch: epoch, endOffset: end)
                    }
                )
            }
        )
    }

    private func epochEnd(
        _ topic: String,
        _ asked: (index: Int32, currentEpoch: Int32, epoch: Int32)
    ) -> (KafkaErrorCode, Int32, Int64) {
        guard let log = store.partition(topic, asked.index) else { return (.unknownTopicOrPartition, -1, -1) }
        if asked.currentEpoch >= 0, asked.currentEpoch != log.leaderEpoch {
            return (asked.currentEpoch < log.leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch, -1, -1)
        }
        guard asked.epoch >= 0, asked.epoch <= log.leaderEpoch else { return (.none, -1, -1) }
        do {
            let found = try log.end(ofEpoch: asked.epoch)
            return (.none, found.epoch, found.end)
        } catch {
            Self.logger.error("epoch not found", ["partition": log.name, "reason": "\(error)"])
            return (.storageError, -1, -1)
        }
    }

    /// Tells how much room partitions take.
    func logDirectories(_ request: DescribeLogDirectoriesRequest) -> DescribeLogDirectoriesResponse {
        let wanted = request.topics.map { topics in
            Dictionary(topics.map { ($0.name, Set($0.partitions)) }) { $0.union($1) }
        }
        let topics = store.topics.values.sorted { $0.name < $1.name }
            .filter { wanted?.keys.contains($0.name) ?? true }
            .map { topic in
                let partitions = topic.partitions.enumerated()
                    .filter { wanted?[topic.name]?.contains(Int32($0.offset)) ?? true }
                    .map { (index: Int32($0.offset), bytes: Int64($0.element.byteCount)) }
                return TopicEntries(name: topic.name, partitions: partitions)
            }
        var status = statvfs()
        let isKnown = statvfs(store.directory, &status) == 0
        return DescribeLogDirectoriesResponse(
            path: store.directory,
            topics: topics,
            totalBytes: isKnown ? Int64(status.f_blocks) * Int64(status.f_frsize) : -1,
            usableBytes: isKnown ? Int64(status.f_bavail) * Int64(status.f_frsize) : -1
        )
    }

    /// Tells who writes to partitions.
    func producers(_ request: DescribeProducersRequest) -> DescribeProducersResponse {
        typealias Entry = (index: Int32, error: KafkaErrorCode, producers: [DescribeProducersResponse.Producer])
        return DescribeProducersResponse(
            topics: request.topics.map { topic in
                let partitions = topic.partitions.map { index -> Entry in
                    guard let log = store.partition(topic.name, index) else {
                        return (index: index, error: .unknownTopicOrPartition, producers: [])
                    }
                    return (index: index, error: .none, producers: log.producerDescriptions)
                }
                return TopicEntries(name: topic.name, partitions: partitions)
            }
        )
    }
}
