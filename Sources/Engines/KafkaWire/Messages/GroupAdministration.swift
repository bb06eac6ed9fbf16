/// Groups to describe (API 15).
package struct DescribeGroupsRequest: WireRequest {
    /// The groups.
    package let groups: [String]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groups = try reader.array { reader throws(WireError) in try reader.string() }
        if reader.since(3) { _ = try reader.bool() }
        try reader.tags()
    }
}

/// The groups with their members (API 15).
package struct DescribeGroupsResponse: WireResponse {
    /// One member.
    package struct Member: Sendable {
        /// The member's id.
        package var memberID: String
        /// Its static name.
        package var groupInstanceID: String?
        /// What the client calls itself.
        package var clientID: String
        /// Where it comes from.
        package var clientHost: String
        /// Its words for the chosen protocol.
        package var metadata: [UInt8]
        /// Its partitions.
        package var assignment: [UInt8]

        /// A member.
        package init(
            memberID: String,
            groupInstanceID: String?,
            clientID: String,
            clientHost: String,
            metadata: [UInt8],
            assignment: [UInt8]
        ) {
            self.memberID = memberID
            self.groupInstanceID = groupInstanceID
            self.clientID = clientID
            self.clientHost = clientHost
            self.metadata = metadata
            self.assignment = assignment
        }
    }

    /// One group.
    package struct Group: Sendable {
        /// What went wrong.
        package var error: KafkaErrorCode = .none
        /// The group.
        package var id: String
        /// Its state by name.
        package var state: String
        /// What kind of group it is.
        package var protocolType = ""
        /// The protocol in use.
        package var protocolName = ""
        /// The members.
        package var members: [Member] = []

        /// A group.
        package init(id: String, state: String) {
            self.id = id
            self.state = state
        }
    }

    /// The groups.
    package var groups: [Group]

    /// The response.
    package init(groups: [Group]) { self.groups = groups }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(1) { writer.int32(0) }
        writer.array(groups) { writer, group in
            writer.int16(group.error.rawValue)
            writer.string(group.id)
            writer.string(group.state)
            writer.string(group.protocolType)
            writer.string(group.protocolName)
            writer.array(group.members) { writer, member in
                writer.string(member.memberID)
                if writer.since(4) { writer.string(member.groupInstanceID) }
                writer.string(member.clientID)
                writer.string(member.clientHost)
                writer.byteArray(member.metadata)
                writer.byteArray(member.assignment)
                writer.tags()
            }
            if writer.since(3) { writer.int32(.min) }
            writer.tags()
        }
        writer.tags()
    }
}

/// Which groups there are (API 16).
package struct ListGroupsRequest: WireRequest {
    /// Only groups in these states; empty for all.
    package let states: [String]
    /// Only groups of these types; empty for all.
    package let types: [String]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        states = reader.since(4) ? try reader.array { reader throws(WireError) in try reader.string() } : []
        types = reader.since(5) ? try reader.array { reader throws(WireError) in try reader.string() } : []
        try reader.tags()
    }
}

/// The groups (API 16).
package struct ListGroupsResponse: WireResponse {
    /// The type of every group here.
    package static let type = "classic"

    /// The groups: id, kind and state.
    package var groups: [(id: String, protocolType: String, state: String)]

    /// The response.
    package init(groups: [(id: String, protocolType: String, state: String)]) { self.groups = groups }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        if writer.since(1) { writer.int32(0) }
        writer.int16(0)
        writer.array(groups) { writer, group in
            writer.string(group.id)
            writer.string(group.protocolType)
            if writer.since(4) { writer.string(group.state) }
            if writer.since(5) { writer.string(Self.type) }
            writer.tags()
        }
        writer.tags()
    }
}

/// Groups to forget (API 42).
package struct DeleteGroupsRequest: WireRequest {
    /// The groups.
    package let groups: [String]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        groups = try reader.array { reader throws(WireError) in try reader.string() }
        try reader.tags()
    }
}

/// What was forgotten (API 42).
package struct DeleteGroupsResponse: WireResponse {
    /// The outcome of each group.
    package var results: [(id: String, error: KafkaErrorCode)]

    /// The response.
    package init(results: [(id: String, error: KafkaErrorCode)]) { self.results = results }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.array(results) { writer, result in
            writer.string(result.id)
            writer.int16(result.error.rawValue)
            writer.tags()
        }
        writer.tags()
    }
}
