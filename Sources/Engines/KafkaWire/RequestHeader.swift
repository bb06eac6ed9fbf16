/// What stands before every request.
package struct RequestHeader: Sendable {
    /// The API key as sent, known or not.
    package let rawKey: Int16
    /// The version as sent, offered or not.
    package let version: Int16
    /// Comes back in the response.
    package let correlationID: Int32
    /// What the client calls itself.
    package let clientID: String

    /// The API, when it is one that the log answers.
    package var key: ApiKey? { ApiKey(rawValue: rawKey) }

    /// Reads the header; `reader` then stands at the body, which is to be read with ``bodyReader(_:)``.
    package init(from reader: inout WireReader) throws(WireError) {
        rawKey = try reader.int16()
        version = try reader.int16()
        correlationID = try reader.int32()
        clientID = try reader.classicNullableString() ?? ""
        if let key = ApiKey(rawValue: rawKey), key.versions.contains(version), key.isFlexible(version) {
            var tagged = reader.rest(version: version, flexible: true)
            try tagged.tags()
            reader = tagged
        }
    }

    private init(rawKey: Int16, version: Int16, correlationID: Int32, clientID: String) {
        self.rawKey = rawKey
        self.version = version
        self.correlationID = correlationID
        self.clientID = clientID
    }

    /// The same request as if it had been sent in another version: for an answer that every client can read.
    package func answered(inVersion version: Int16) -> RequestHeader {
        RequestHeader(rawKey: rawKey, version: version, correlationID: correlationID, clientID: clientID)
    }

    /// A reader of the body in the header's version.
    package func bodyReader(_ reader: WireReader) -> WireReader {
        reader.rest(version: version, flexible: key?.isFlexible(version) ?? false)
    }

    /// A writer that holds the response's header after four bytes for the frame's length.
    package func responseWriter(capacity: Int = 128) -> WireWriter {
        let flexible = key?.isFlexible(version) ?? false
        var writer = WireWriter(version: version, flexible: flexible, capacity: capacity)
        writer.int32(0)
        writer.int32(correlationID)
        if key != .apiVersions { writer.tags() }
        return writer
    }
}

/// A request's body.
package protocol WireRequest: Sendable {
    /// Reads the body in the reader's version.
    init(from reader: inout WireReader) throws(WireError)
}

/// A response's body.
package protocol WireResponse: Sendable {
    /// Writes the body in the writer's version.
    func encode(into writer: inout WireWriter)
}
