internal import KafkaWire
internal import LogStorage
internal import Telemetry

extension Broker {
    /// Answers which offset stands at a time or an end.
    func listOffsets(_ request: ListOffsetsRequest) -> ListOffsetsResponse {
        ListOffsetsResponse(
            topics: request.topics.map { topic in
                ListOffsetsResponse.Topic(
                    name: topic.name,
                    partitions: topic.partitions.map { find($0, topic.name, committed: request.readCommitted) }
                )
            }
        )
    }

    private func find(
        _ asked: ListOffsetsRequest.Partition,
        _ topic: String,
        committed: Bool
    ) -> ListOffsetsResponse.Partition {
        var answer = ListOffsetsResponse.Partition(index: asked.index)
        guard let log = store.partition(topic, asked.index) else {
            answer.error = .unknownTopicOrPartition
            return answer
        }
        if asked.currentLeaderEpoch >= 0, asked.currentLeaderEpoch != log.leaderEpoch {
            answer.error = asked.currentLeaderEpoch < log.leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
            return answer
        }
        answer.leaderEpoch = log.leaderEpoch
        do throws(StorageError) {
            switch asked.timestamp {
            case -1: answer.offset = committed ? log.lastStableOffset : log.highWatermark
            case -2, -4: answer.offset = log.logStartOffset
            case -3: fill(&answer, try log.offsetOfLargestTime())
            case 0...: fill(&answer, try log.offset(atOrAfter: asked.timestamp))
            default: answer.error = .invalidRequest
            }
        } catch {
            Self.logger.error("offset not found", ["partition": log.name, "reason": error.message])
            answer.error = .storageError
        }
        return answer
    }

    private func fill(_ answer: inout ListOffsetsResponse.Partition, _ found: (offset: Int64, time: Int64)?) {
        guard let found else {
            answer.leaderEpoch = -1
            return
        }
        answer.offset = found.offset
        answer.timestamp = found.time
    }

    /// Commits a group's positions and answers when they are safe.
    func offsetCommit(_ request: OffsetCommitRequest, _ call: Call) {
        let reply = call.reply()
        let errors = groups.commit(request) { [store] in store.partition($0.topic, $0.index) != nil }
        whenSafe { reply.send(PartitionErrorsResponse(errors, throttleSince: 3)) }
    }

    /// Shows settings.
    func describeConfigs(_ request: DescribeConfigsRequest) -> DescribeConfigsResponse {
        let results = request.resources.map { asked in
            var result = DescribeConfigsResponse.Result(resource: asked.resource)
            switch asked.resource.type {
            case 2:
                if let topic = store.topics[asked.resource.name] {
                    result.entries = topic.settings.entries
                } else {
                    result.error = .unknownTopicOrPartition
                }
            case 4 where asked.resource.name.isEmpty || asked.resource.name == "\(Self.nodeID)":
                result.entries = BrokerSetting.entries(configuration)
            default:
                result.error = .invalidRequest
                result.message = "only topics and node \(Self.nodeID) have settings"
            }
            if let names = asked.names, !names.isEmpty {
                result.entries.removeAll { !names.contains($0.name) }
            }
            return result
        }
        return DescribeConfigsResponse(results: results, includeSynonyms: request.includeSynonyms)
    }
}
