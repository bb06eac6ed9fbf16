internal import CRdKafka

extension AdminClient {
    /// All groups, by name.
    func groups() throws(StreamError) -> [GroupDescription] {
        var groups: [GroupDescription] = []
        let operation = "listing consumer groups failed"
        try request(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, operation) { options, queue in
            rd_kafka_ListConsumerGroups(handle.raw, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroups_result(event)
            let listed = rd_kafka_ListConsumerGroups_result_valid(result, &count)
            for case let group? in UnsafeBufferPointer(start: listed, count: count) {
                guard let name = rd_kafka_ConsumerGroupListing_group_id(group) else { continue }
                let state = rd_kafka_ConsumerGroupListing_state(group)
                groups.append(GroupDescription(name: String(cString: name), state: Self.name(of: state)))
            }
        }
        return groups.sorted { $0.name < $1.name }
    }

    /// One group with its members; an unknown one has the state `Dead` and none.
    func group(_ name: String) throws(StreamError) -> GroupMembership {
        let operation = "describing consumer group \"\(name)\" failed"
        var found: GroupMembership?
        try request(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, operation) { options, queue in
            name.withCString { text in
                var names: [UnsafePointer<CChar>?] = [text]
                rd_kafka_DescribeConsumerGroups(handle.raw, &names, 1, options, queue)
            }
        } read: { event throws(StreamError) in
            var count = 0
            let result = rd_kafka_event_DescribeConsumerGroups_result(event)
            let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count)
            guard count > 0, let group = groups?.pointee else { return }
            if let error = rd_kafka_ConsumerGroupDescription_error(group) {
                let detail = rd_kafka_error_string(error).map { String(cString: $0) }
                throw StreamError(rd_kafka_error_code(error), operation: operation, detail: detail)
            }
            found = Self.membership(name, group)
        }
        guard let found else { throw StreamError(.refused, "\(operation): the answer names no group") }
        return found
    }

    /// Deletes a group with its committed offsets.
    func deleteGroup(_ name: String) throws(StreamError) {
        let operation = "deleting consumer group \"\(name)\" failed"
        guard let group = rd_kafka_DeleteGroup_new(name) else {
            throw StreamError(.invalid, "\(operation): the name is not accepted")
        }
        defer { rd_kafka_DeleteGroup_destroy(group) }
        var groups: [OpaquePointer?] = [group]
        try request(RD_KAFKA_ADMIN_OP_DELETEGROUPS, operation) { options, queue in
            rd_kafka_DeleteGroups(handle.raw, &groups, 1, options, queue)
        } read: { event throws(StreamError) in
            var count = 0
            let results = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count)
            _ = try readGroup(results, count, operation)
        }
    }

    private static func membership(_ name: String, _ group: OpaquePointer) -> GroupMembership {
        let count = rd_kafka_ConsumerGroupDescription_member_count(group)
        return GroupMembership(
            name: name,
            state: Self.name(of: rd_kafka_ConsumerGroupDescription_state(group)),
            assignor: text(rd_kafka_ConsumerGroupDescription_partition_assignor(group)),
            members: (0..<count).compactMap { index in
                rd_kafka_ConsumerGroupDescription_member(group, index).map(member)
            }
        )
    }

    private static func member(_ member: OpaquePointer) -> GroupMembership.Member {
        var partitions: [TopicPartition] = []
        if let assignment = rd_kafka_MemberDescription_assignment(member),
            let list = rd_kafka_MemberAssignment_partitions(assignment)
        {
            for entry in UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt)) {
                partitions.append(TopicPartition(text(entry.topic), entry.partition))
            }
        }
        return GroupMembership.Member(
            id: text(rd_kafka_MemberDescription_consumer_id(member)),
            instanceID: rd_kafka_MemberDescription_group_instance_id(member).map { String(cString: $0) },
            clientID: text(rd_kafka_MemberDescription_client_id(member)),
            host: text(rd_kafka_MemberDescription_host(member)),
            partitions: partitions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
        )
    }

    private static func name(of state: rd_kafka_consumer_group_state_t) -> String {
        rd_kafka_consumer_group_state_name(state).map { String(cString: $0) } ?? "Unknown"
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
}
