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
        var (errors, offsets) = check(request.topics, refusal(of: request), exists)
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
    private static func committed(_ partition: OffsetCommitRequest.Partition) -> CommittedOffset {
        CommittedOffset(
            offset: partition.offset,
            leaderEpoch: partition.leaderEpoch,
            metadata: partition.metadata,
            time: WallClock.nowMilliseconds()
        )
    }

    /// Whether a position can be kept.
    private static func check(_ partition: OffsetCommitRequest.Partition, exists: Bool) -> KafkaErrorCode {
        guard exists else { return .unknownTopicOrPartition }
        guard partition.metadata?.utf8.count ?? 0 <= longestMetadata else { return .offsetMetadataTooLarge }
        return .none
    }

    private func refusal(of request: OffsetCommitRequest) -> KafkaErrorCode? {
        guard !request.groupID.isEmpty else { return .invalidGroupID }
        guard hasRoom(for: request.groupID) else { return .groupMaxSizeReached }
        if request.generationID < 0 && request.memberID.isEmpty && request.groupInstanceID == nil {
            let isFree = groups[request.groupID].map { $0.state == .empty } ?? true
            return isFree ? nil : .unknownMemberID
        }
        let found = member(request.groupID, request.memberID, request.groupInstanceID, request.generationID)
        guard case .success(let (group, member)) = found else { return found.error }
        expectSign(of: member, in: group)
        return group.state == .completing ? .rebalanceInProgress : nil
    }

    /// Checks positions that a transaction is to keep: the outcome of each, and those that are in order.
    func prepareStaging(
        _ request: TransactionOffsetCommitRequest,
        exists: (TopicPartition) -> Bool
    ) -> (PartitionErrors, [TopicPartition: CommittedOffset]) {
        var refusal: KafkaErrorCode?
        if request.groupID.isEmpty { refusal = .invalidGroupID }
        if !hasRoom(for: request.groupID) { refusal = .groupMaxSizeReached }
        if request.generationID >= 0 || !request.memberID.isEmpty || request.groupInstanceID != nil {
            let found = member(request.groupID, request.memberID, request.groupInstanceID, request.generationID)
            if case .failure(let error) = found { refusal = error }
        }
        return check(request.topics, refusal, exists)
    }

    private func check(
        _ topics: [OffsetCommitRequest.Topic],
        _ refusal: KafkaErrorCode?,
        _ exists: (TopicPartition) -> Bool
    ) -> (PartitionErrors, [TopicPartition: CommittedOffset]) {
        var offsets: [TopicPartition: CommittedOffset] = [:]
        let errors = PartitionErrors(
            topics: topics.map { topic in
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
        return (errors, offsets)
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

    // MARK: Deleting

    /// Forgets groups without members.
    func delete(_ request: DeleteGroupsRequest) -> DeleteGroupsResponse {
        DeleteGroupsResponse(
            results: request.groups.map { id in
                guard knows(id) else { return (id: id, error: .groupIDNotFound) }
                guard groups[id]?.state ?? .empty == .empty else { return (id: id, error: .nonEmptyGroup) }
                return (id: id, error: forget(id))
            }
        )
    }

    private func forget(_ id: String) -> KafkaErrorCode {
        do {
            try store.record([.groupForgotten(id)])
        } catch {
            Self.logger.warning("group not forgotten", ["group": id, "reason": "\(error)"])
            return .coordinatorNotAvailable
        }
        if let group = groups[id] { drop(group) }
        return .none
    }

    /// Forgets positions of topics that no member reads.
    func deleteOffsets(_ request: OffsetDeleteRequest) -> OffsetDeleteResponse {
        func whole(_ error: KafkaErrorCode) -> OffsetDeleteResponse {
            OffsetDeleteResponse(error: error, errors: PartitionErrors(topics: []))
        }
        guard !request.groupID.isEmpty else { return whole(.invalidGroupID) }
        guard knows(request.groupID) else { return whole(.groupIDNotFound) }
        let errors = PartitionErrors(
            topics: request.topics.map { topic in
                let isRead = groups[request.groupID]?.isSubscribed(to: topic.name) ?? false
                let error: KafkaErrorCode = isRead ? .groupSubscribedToTopic : .none
                return PartitionErrors.Topic(
                    name: topic.name,
                    partitions: topic.partitions.map { (index: $0, error: error) }
                )
            }
        )
        let places = errors.topics.flatMap { topic in
            topic.partitions.filter { $0.error == .none }.map { TopicPartition(topic: topic.name, index: $0.index) }
        }
        guard !places.isEmpty else { return OffsetDeleteResponse(error: .none, errors: errors) }
        do {
            try store.record([.offsetsForgotten(group: request.groupID, partitions: places)])
            return OffsetDeleteResponse(error: .none, errors: errors)
        } catch {
            Self.logger.warning("offsets not forgotten", ["group": request.groupID, "reason": "\(error)"])
            return whole(.coordinatorNotAvailable)
        }
    }

    /// Forgets groups that have been empty longer than their positions are kept.
    func expire(now: Int64) {
        let oldest = now - Int64(defaults.offsetsRetentionMinutes) * 60_000
        for (id, remembered) in store.state.groups {
            guard groups[id]?.state ?? .empty == .empty, remembered.staged.values.allSatisfy(\.isEmpty) else {
                continue
            }
            let last = max(remembered.generation?.time ?? 0, remembered.offsets.values.map(\.time).max() ?? 0)
            if last < oldest { _ = forget(id) }
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
        guard request.types.isEmpty || request.types.contains(where: { $0.lowercased() == ListGroupsResponse.type })
        else { return ListGroupsResponse(groups: []) }
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
