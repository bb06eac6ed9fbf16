internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

extension GroupCoordinator {
    private static let longestMetadata = 4096

    /// Commits positions of a member, or of somebody outside when the group has no members.
    ///
    /// - Returns: the outcome of each partition; to be told when the journal is safe.
    func commit(_ request: OffsetCommitRequest, exists: (TopicPartition) -> Bool) -> PartitionErrors {
        let refusal = refusal(of: request)
        var offsets: [TopicPartition: CommittedOffset] = [:]
        var errors = PartitionErrors(
            topics: request.topics.map { topic in
                PartitionErrors.Topic(
                    name: topic.name,
                    partitions: topic.partitions.map { partition in
                        let place = TopicPartition(topic: topic.name, index: partition.index)
                        let error = refusal ?? Self.check(partition, exists: exists(place))
                        if error == .none { offsets[place] = Self.committed(partition) }
                        return (index: partition.index, error: error)
                    }
                )
            }
        )
        guard !offsets.isEmpty else { return errors }
        do {
            try store.record([.offsetsCommitted(group: request.groupID, offsets: offsets)])
        } catch {
            Self.logger.warning("offsets not committed", ["group": request.groupID, "reason": "\(error)"])
            errors.replaceSuccess(with: .coordinatorNotAvailable)
        }
        return errors
    }

    /// The position that a commit asks for, at this time.
    static func committed(_ partition: OffsetCommitRequest.Partition) -> CommittedOffset {
        CommittedOffset(
            offset: partition.offset,
            leaderEpoch: partition.leaderEpoch,
            metadata: partition.metadata,
            time: WallClock.nowMilliseconds()
        )
    }

    /// Whether a position can be kept.
    static func check(_ partition: OffsetCommitRequest.Partition, exists: Bool) -> KafkaErrorCode {
        guard exists else { return .unknownTopicOrPartition }
        guard partition.metadata?.utf8.count ?? 0 <= longestMetadata else { return .offsetMetadataTooLarge }
        return .none
    }

    private func refusal(of request: OffsetCommitRequest) -> KafkaErrorCode? {
        guard !request.groupID.isEmpty else { return .invalidGroupID }
        if request.generationID < 0 && request.memberID.isEmpty && request.groupInstanceID == nil {
            let isFree = groups[request.groupID].map { $0.state == .empty } ?? true
            return isFree ? nil : .unknownMemberID
        }
        let found = member(request.groupID, request.memberID, request.groupInstanceID, request.generationID)
        guard case .success(let (group, member)) = found else { return found.error }
        expectSign(of: member, in: group)
        return group.state == .completing ? .rebalanceInProgress : nil
    }

    /// Positions that groups ask back.
    func offsets(_ request: OffsetFetchRequest) -> OffsetFetchResponse {
        OffsetFetchResponse(
            groups: request.groups.map { asked in
                OffsetFetchResponse.Group(
                    id: asked.id,
                    topics: positions(of: asked, requireStable: request.requireStable),
                    error: .none
                )
            }
        )
    }

    private func positions(
        of asked: OffsetFetchRequest.Group,
        requireStable: Bool
    ) -> [OffsetFetchResponse.Topic] {
        let known = store.state.groups[asked.id]
        let topics: [(name: String, partitions: [Int32])]
        if let listed = asked.topics {
            topics = listed.map { ($0.name, $0.partitions) }
        } else {
            let byTopic = Dictionary(grouping: known?.offsets.keys.map { $0 } ?? [], by: \.topic)
            topics = byTopic.sorted { $0.key < $1.key }.map { ($0.key, $0.value.map(\.index).sorted()) }
        }
        return topics.map { topic in
            OffsetFetchResponse.Topic(
                name: topic.name,
                partitions: topic.partitions.map { index in
                    let place = TopicPartition(topic: topic.name, index: index)
                    var answer = OffsetFetchResponse.Partition(index: index)
                    if requireStable, known?.staged.values.contains(where: { $0[place] != nil }) == true {
                        answer.error = .unstableOffsetCommit
                    } else if let committed = known?.offsets[place] {
                        answer.offset = committed.offset
                        answer.leaderEpoch = committed.leaderEpoch
                        answer.metadata = committed.metadata ?? ""
                    }
                    return answer
                }
            )
        }
    }

    // MARK: Describing

    /// Describes groups; an unknown one is dead.
    func describe(_ request: DescribeGroupsRequest) -> DescribeGroupsResponse {
        DescribeGroupsResponse(
            groups: request.groups.map { id in
                if let group = groups[id] { return group.description }
                let state = store.state.groups[id] == nil ? "Dead" : "Empty"
                return DescribeGroupsResponse.Group(id: id, state: state)
            }
        )
    }

    /// Lists groups, those that only have offsets too.
    func list(_ request: ListGroupsRequest) -> ListGroupsResponse {
        let ids = Set(groups.keys).union(store.state.groups.keys)
        let all = ids.sorted().map { id in
            (id: id, protocolType: groups[id]?.protocolType ?? "", state: groups[id]?.state.name ?? "Empty")
        }
        let states = Set(request.states.map { $0.lowercased() })
        return ListGroupsResponse(groups: states.isEmpty ? all : all.filter { states.contains($0.state.lowercased()) })
    }
}

extension PartitionErrors {
    /// Turns every success into an error.
    mutating func replaceSuccess(with error: KafkaErrorCode) {
        for topic in topics.indices {
            for partition in topics[topic].partitions.indices
            where topics[topic].partitions[partition].error == .none {
                topics[topic].partitions[partition].error = error
            }
        }
    }
}
