/// Who the client is and what it wants to know first (API 18).
package struct ApiVersionsRequest: WireRequest {
    /// The client library's name, empty before version 3.
    package let softwareName: String
    /// The client library's version, empty before version 3.
    package let softwareVersion: String

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        softwareName = reader.since(3) ? try reader.string() : ""
        softwareVersion = reader.since(3) ? try reader.string() : ""
        try reader.tags()
    }

    /// Whether name and version are of the form that the protocol asks for.
    package var isValid: Bool {
        [softwareName, softwareVersion].allSatisfy { text in
            guard let first = text.utf8.first, let last = text.utf8.last else { return false }
            return Self.isAlphanumeric(first) && Self.isAlphanumeric(last)
                && text.utf8.allSatisfy {
                    Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

/// What the log answers (API 18).
///
/// Never tagged fields: librdkafka before 2.2 misreads them.
package struct ApiVersionsResponse: WireResponse {
    /// What went wrong.
    package var error: KafkaErrorCode

    /// The response.
    package init(error: KafkaErrorCode) { self.error = error }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int16(error.rawValue)
        writer.array(ApiKey.allCases) { writer, key in
            writer.int16(key.rawValue)
            writer.int16(key.advertisedVersions.lowerBound)
            writer.int16(key.advertisedVersions.upperBound)
            writer.tags()
        }
        if writer.since(1) { writer.int32(0) }
        writer.tags()
    }
}

/// Which mechanism the client will use (API 17).
package struct SaslHandshakeRequest: WireRequest {
    /// The mechanism.
    package let mechanism: String

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) { mechanism = try reader.string() }
}

/// Which mechanisms there are (API 17).
package struct SaslHandshakeResponse: WireResponse {
    /// What went wrong.
    package var error: KafkaErrorCode
    /// What is offered.
    package var mechanisms: [String]

    /// The response.
    package init(error: KafkaErrorCode, mechanisms: [String]) {
        self.error = error
        self.mechanisms = mechanisms
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int16(error.rawValue)
        writer.array(mechanisms) { $0.string($1) }
    }
}

/// One token of an authentication (API 36).
package struct SaslAuthenticateRequest: WireRequest {
    /// The mechanism's bytes.
    package let token: [UInt8]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        token = try reader.byteArray()
        try reader.tags()
    }
}

/// The server's token (API 36).
package struct SaslAuthenticateResponse: WireResponse {
    /// What went wrong.
    package var error: KafkaErrorCode
    /// What went wrong, in words that name neither user nor password as the wrong one.
    package var message: String?
    /// The mechanism's bytes.
    package var token: [UInt8]

    /// The response.
    package init(error: KafkaErrorCode, message: String? = nil, token: [UInt8] = []) {
        self.error = error
        self.message = message
        self.token = token
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int16(error.rawValue)
        writer.string(message)
        writer.byteArray(token)
        if writer.since(1) { writer.int64(0) }
        writer.tags()
    }
}

/// What the cluster is made of (API 60).
package struct DescribeClusterRequest: WireRequest {
    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.bool()
        try reader.tags()
    }
}

/// The cluster of one node (API 60).
package struct DescribeClusterResponse: WireResponse {
    /// The cluster's name for itself.
    package var clusterID: String
    /// The node.
    package var broker: BrokerAddress

    /// The response.
    package init(clusterID: String, broker: BrokerAddress) {
        self.clusterID = clusterID
        self.broker = broker
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.int16(0)
        writer.string(nil)
        writer.string(clusterID)
        writer.int32(broker.nodeID)
        writer.array([broker]) { writer, broker in
            writer.int32(broker.nodeID)
            writer.string(broker.host)
            writer.int32(broker.port)
            writer.string(nil)
            writer.tags()
        }
        writer.int32(.min)
        writer.tags()
    }
}
