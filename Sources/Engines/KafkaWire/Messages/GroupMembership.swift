/// Where the coordinator of a group or transaction is (API 10).
package struct FindCoordinatorRequest: WireRequest {
    /// 0 for groups, 1 for transactions.
    package let keyType: Int8
    /// Group ids or transactional ids; exactly one before version 4.
    package let keys: [String]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        var keys = reader.since(4) ? [] : [try reader.string()]
        keyType = reader.since(1) ? try reader.int8() : 0
        if reader.since(4) { keys = try reader.array { reader throws(WireError) in try reader.string() } }
        self.keys = keys
        try reader.tags()
    }
}

/// Always this node (API 10).
package struct FindCoordinatorResponse: WireResponse {
    /// What was asked.
    package var keys: [String]
    /// What went wrong.
    package var error: KafkaErrorCode
    /// The node.
    package var broker: BrokerAddress

    /// The response.
    package init(keys: [String], error: KafkaErrorCode, broker: BrokerAddress) {
        self.keys = keys
        self.error = error
        self.broker = broker
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(1) { writer.int32(0) }
        if writer.since(4) {
            writer.array(keys) { writer, key in
                writer.string(key)
                address(into: &writer)
                writer.int16(error.rawValue)
                writer.string(nil)
                writer.tags()
            }
        } else {
            writer.int16(error.rawValue)
            if writer.since(1) { writer.string(nil) }
            address(into: &writer)
        }
        writer.tags()
    }

    private func address(into writer: inout WireWriter) {
        writer.int32(broker.nodeID)
        writer.string(broker.host)
        writer.int32(broker.port)
    }
}

/// A consumer that wants into a group (API 11).
package struct JoinGroupRequest: WireRequest {
    /// One way of assigning partitions that the member understands.
    package struct GroupProtocol: Hashable, Sendable {
        /// Its name.
        package let name: String
        /// The member's words to the group's leader.
        package let metadata: [UInt8]

        /// A protocol.
        package init(name: String, metadata: [UInt8]) {
            self.name = name
            self.metadata = metadata
        }

        init(from reader: inout WireReader) throws(WireError) {
            name = try reader.string()
            metadata = try reader.byteArray()
            try reader.tags()
        }
    }

    /// The group.
    package let groupID: String
    /// How long the member may be silent.
    package let sessionTimeoutMilliseconds: Int32
    /// How long a rebalance waits for the member.
    package let rebalanceTimeoutMilliseconds: Int32
    /// The member's id, empty at first.
    package let memberID: String
    /// The static name of the member.
    package let groupInstanceID: String?
    /// What kind of group it is: `consumer`.
    package let protocolType: String
    /// The member's protocols, the dearest first.
    package let protocols: [GroupProtocol]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groupID = try reader.string()
        sessionTimeoutMilliseconds = try reader.int32()
        rebalanceTimeoutMilliseconds = reader.since(1) ? try reader.int32() : sessionTimeoutMilliseconds
        memberID = try reader.string()
        groupInstanceID = reader.since(5) ? try reader.nullableString() : nil
        protocolType = try reader.string()
        protocols = try reader.array(GroupProtocol.init(from:))
        if reader.since(8) { _ = try reader.nullableString() }
        try reader.tags()
    }
}

/// The generation that the member is in (API 11).
package struct JoinGroupResponse: WireResponse {
    /// A member as the leader sees it.
    package struct Member: Sendable {
        /// The member's id.
        package let memberID: String
        /// The static name.
        package let groupInstanceID: String?
        /// The member's words.
        package let metadata: [UInt8]

        /// A member.
        package init(memberID: String, groupInstanceID: String?, metadata: [UInt8]) {
            self.memberID = memberID
            self.groupInstanceID = groupInstanceID
            self.metadata = metadata
        }
    }

    /// What went wrong.
    package var error: KafkaErrorCode
    /// The generation, -1 on error.
    package var generationID: Int32 = -1
    /// The kind of group.
    package var protocolType: String?
    /// The protocol chosen.
    package var protocolName: String?
    /// The leader's member id.
    package var leader = ""
    /// Whether the leader is to keep the assignment as it is.
    package var skipAssignment = false
    /// The member's own id.
    package var memberID: String
    /// All members, for the leader only.
    package var members: [Member] = []

    /// An answer without a generation.
    package init(error: KafkaErrorCode, memberID: String) {
        self.error = error
        self.memberID = memberID
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(2) { writer.int32(0) }
        writer.int16(error.rawValue)
        writer.int32(generationID)
        if writer.since(7) { writer.string(protocolType) }
        writer.string(writer.since(7) ? protocolName : protocolName ?? "")
        writer.string(leader)
        if writer.since(9) { writer.bool(skipAssignment) }
        writer.string(memberID)
        writer.array(members) { writer, member in
            writer.string(member.memberID)
            if writer.since(5) { writer.string(member.groupInstanceID) }
            writer.byteArray(member.metadata)
            writer.tags()
        }
        writer.tags()
    }
}

/// The leader's plan, or a member's wish to hear it (API 14).
package struct SyncGroupRequest: WireRequest {
    /// What one member gets.
    package struct Assignment: Sendable {
        /// The member.
        package let memberID: String
        /// Its partitions, opaque here.
        package let assignment: [UInt8]

        init(from reader: inout WireReader) throws(WireError) {
            memberID = try reader.string()
            assignment = try reader.byteArray()
            try reader.tags()
        }
    }

    /// The group.
    package let groupID: String
    /// The generation that the member believes in.
    package let generationID: Int32
    /// The member.
    package let memberID: String
    /// Its static name.
    package let groupInstanceID: String?
    /// The kind of group, nil when not said.
    package let protocolType: String?
    /// The protocol, nil when not said.
    package let protocolName: String?
    /// The plan; empty from all but the leader.
    package let assignments: [Assignment]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groupID = try reader.string()
        generationID = try reader.int32()
        memberID = try reader.string()
        groupInstanceID = reader.since(3) ? try reader.nullableString() : nil
        protocolType = reader.since(5) ? try reader.nullableString() : nil
        protocolName = reader.since(5) ? try reader.nullableString() : nil
        assignments = try reader.array(Assignment.init(from:))
        try reader.tags()
    }
}

/// What the member gets (API 14).
package struct SyncGroupResponse: WireResponse {
    /// What went wrong.
    package var error: KafkaErrorCode
    /// The kind of group.
    package var protocolType: String?
    /// The protocol.
    package var protocolName: String?
    /// The member's partitions.
    package var assignment: [UInt8]

    /// The response.
    package init(
        error: KafkaErrorCode,
        protocolType: String? = nil,
        protocolName: String? = nil,
        assignment: [UInt8] = []
    ) {
        self.error = error
        self.protocolType = protocolType
        self.protocolName = protocolName
        self.assignment = assignment
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(1) { writer.int32(0) }
        writer.int16(error.rawValue)
        if writer.since(5) {
            writer.string(protocolType)
            writer.string(protocolName)
        }
        writer.byteArray(assignment)
        writer.tags()
    }
}

/// A sign of life (API 12).
package struct HeartbeatRequest: WireRequest {
    /// The group.
    package let groupID: String
    /// The generation that the member believes in.
    package let generationID: Int32
    /// The member.
    package let memberID: String
    /// Its static name.
    package let groupInstanceID: String?

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groupID = try reader.string()
        generationID = try reader.int32()
        memberID = try reader.string()
        groupInstanceID = reader.since(3) ? try reader.nullableString() : nil
        try reader.tags()
    }
}

/// An answer of one error code after the throttle time: Heartbeat, AddOffsetsToTxn, EndTxn.
package struct ErrorResponse: WireResponse {
    /// What went wrong.
    package var error: KafkaErrorCode
    /// The first version with a throttle time.
    private let throttleSince: Int16

    /// The response.
    package init(error: KafkaErrorCode, throttleSince: Int16) {
        self.error = error
        self.throttleSince = throttleSince
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(throttleSince) { writer.int32(0) }
        writer.int16(error.rawValue)
        writer.tags()
    }
}

/// Members that go (API 13).
package struct LeaveGroupRequest: WireRequest {
    /// One of them.
    package struct Member: Sendable {
        /// The member's id; may be empty when the static name is given.
        package let memberID: String
        /// The static name.
        package let groupInstanceID: String?

        init(from reader: inout WireReader) throws(WireError) {
            memberID = try reader.string()
            groupInstanceID = try reader.nullableString()
            if reader.since(5) { _ = try reader.nullableString() }
            try reader.tags()
        }

        init(memberID: String) {
            self.memberID = memberID
            groupInstanceID = nil
        }
    }

    /// The group.
    package let groupID: String
    /// Who goes.
    package let members: [Member]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groupID = try reader.string()
        members = reader.since(3) ? try reader.array(Member.init(from:)) : [Member(memberID: try reader.string())]
        try reader.tags()
    }
}

/// Who is gone (API 13).
package struct LeaveGroupResponse: WireResponse {
    /// What went wrong for all.
    package var error: KafkaErrorCode
    /// What went wrong for each.
    package var members: [(member: LeaveGroupRequest.Member, error: KafkaErrorCode)]

    /// The response.
    package init(error: KafkaErrorCode, members: [(member: LeaveGroupRequest.Member, error: KafkaErrorCode)]) {
        self.error = error
        self.members = members
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(1) { writer.int32(0) }
        let single = members.first?.error ?? .none
        writer.int16(error == .none && !writer.since(3) ? single.rawValue : error.rawValue)
        if writer.since(3) {
            writer.array(members) { writer, entry in
                writer.string(entry.member.memberID)
                writer.string(entry.member.groupInstanceID)
                writer.int16(entry.error.rawValue)
                writer.tags()
            }
        }
        writer.tags()
    }
}
