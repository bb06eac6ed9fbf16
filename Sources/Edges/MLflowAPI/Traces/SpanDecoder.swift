internal import JSON
internal import Primitives
internal import Tracking

/// Reads OpenTelemetry's `ExportTraceServiceRequest` from its protobuf form.
///
/// A span becomes the JSON that the API answers with: field names in snake case, identifiers in base64.
struct SpanDecoder {
    private static let depthLimit = 32
    private static let spanLimit = 100_000

    /// The spans, in the order of the message.
    private(set) var spans: [TraceSpan] = []
    /// What the spans say of their traces.
    private(set) var facts: [String: SpanFacts] = [:]

    init(_ bytes: [UInt8]) throws {
        var reader = ProtobufReader(bytes[...])
        while let (number, value) = try reader.next() {
            if case .bytes(let resource) = value, number == 1 { try readResource(resource) }
        }
    }

    private mutating func readResource(_ bytes: ArraySlice<UInt8>) throws {
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            if case .bytes(let scope) = value, number == 2 { try readScope(scope) }
        }
    }

    private mutating func readScope(_ bytes: ArraySlice<UInt8>) throws {
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard case .bytes(let span) = value, number == 2 else { continue }
            guard spans.count < Self.spanLimit else { throw ProtobufReader.Malformed() }
            try readSpan(span)
        }
    }

    private mutating func readSpan(_ bytes: ArraySlice<UInt8>) throws {
        var trace: ArraySlice<UInt8> = []
        var id: ArraySlice<UInt8> = []
        var span = TraceSpan(trace: "", id: "", parent: nil, name: "")
        var attributes: [(String, JSONValue)] = []
        var events: [JSONValue] = []
        var links: [JSONValue] = []
        var object = JSONObject()
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let bytes)): trace = bytes
            case (2, .bytes(let bytes)): id = bytes
            case (4, .bytes(let bytes)) where !bytes.isEmpty:
                span.parent = Hex.encode(bytes)
                object["parent_span_id"] = .string(Base64.encode(bytes))
            case (5, .bytes(let bytes)): span.name = String(decoding: bytes, as: UTF8.self)
            case (7, .fixed64(let time)): span.start = Int64(clamping: time)
            case (8, .fixed64(let time)): span.end = Int64(clamping: time)
            case (9, .bytes(let bytes)): attributes.append(try Self.pair(bytes, 0))
            case (11, .bytes(let bytes)): events.append(try Self.event(bytes))
            case (13, .bytes(let bytes)): links.append(try Self.link(bytes))
            case (15, .bytes(let bytes)):
                let (status, json) = try Self.status(bytes)
                span.status = status
                object["status"] = json
            default: break
            }
        }
        guard trace.count == 16, id.count == 8 else { throw ProtobufReader.Malformed() }
        span.id = Hex.encode(id)
        span.trace = Self.traceID(attributes) ?? "tr-" + Hex.encode(trace)
        object["trace_id"] = .string(Base64.encode(trace))
        object["span_id"] = .string(Base64.encode(id))
        object["name"] = .string(span.name)
        object["start_time_unix_nano"] = .int(span.start)
        object["end_time_unix_nano"] = .int(span.end)
        if !attributes.isEmpty { object["attributes"] = .array(attributes.map(Self.keyValue)) }
        if !events.isEmpty { object["events"] = .array(events) }
        if !links.isEmpty { object["links"] = .array(links) }
        span.json = JSONValue.object(object).description
        span.attributes = attributes.map { KeyValue($0.0, Self.text($0.1)) }
        span.type = span.attributes.first { $0.key == "mlflow.spanType" }?.value ?? ""
        learn(from: span, attributes)
        spans.append(span)
    }

    /// Takes from a span what it says of its trace.
    private mutating func learn(from span: TraceSpan, _ attributes: [(String, JSONValue)]) {
        var known = facts[span.trace] ?? SpanFacts()
        for (key, value) in attributes {
            switch key {
            case "session.id", "gen_ai.conversation.id":
                known.metadata.append(KeyValue("mlflow.trace.session", Self.text(value)))
            case "user.id": known.metadata.append(KeyValue("mlflow.trace.user", Self.text(value)))
            case "mlflow.spanInputs" where span.parent == nil: known.requestPreview = Self.preview(value)
            case "mlflow.spanOutputs" where span.parent == nil: known.responsePreview = Self.preview(value)
            case _ where span.parent == nil && key.hasPrefix("mlflow.traceTag."):
                known.tags.append(KeyValue(String(key.dropFirst("mlflow.traceTag.".count)), Self.text(value)))
            default: break
            }
        }
        facts[span.trace] = known
    }

    private static func traceID(_ attributes: [(String, JSONValue)]) -> String? {
        let given = attributes.first { $0.0 == "mlflow.traceRequestId" }.map { text($0.1) }
        return given.flatMap { $0.hasPrefix("tr-") && $0.utf8.count <= 64 ? $0 : nil }
    }

    private static func preview(_ value: JSONValue) -> String {
        String(text(value).prefix(1_000))
    }

    // MARK: - Parts

    /// A key with its typed value, as the API writes it: `{"string_value": …}`.
    private static func pair(_ bytes: ArraySlice<UInt8>, _ depth: Int) throws -> (String, JSONValue) {
        var key = ""
        var typed: JSONValue = [:]
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard case .bytes(let bytes) = value else { continue }
            if number == 1 { key = String(decoding: bytes, as: UTF8.self) }
            if number == 2 { typed = try anyValue(bytes, depth + 1) }
        }
        return (key, typed)
    }

    private static func anyValue(_ bytes: ArraySlice<UInt8>, _ depth: Int) throws -> JSONValue {
        guard depth < depthLimit else { throw ProtobufReader.Malformed() }
        var reader = ProtobufReader(bytes)
        guard let (number, value) = try reader.next() else { return [:] }
        switch (number, value) {
        case (1, .bytes(let bytes)): return ["string_value": .string(String(decoding: bytes, as: UTF8.self))]
        case (2, .varint(let bits)): return ["bool_value": .bool(bits != 0)]
        case (3, .varint(let bits)): return ["int_value": .int(Int64(bitPattern: bits))]
        case (4, .fixed64(let bits)): return ["double_value": .double(Double(bitPattern: bits))]
        case (5, .bytes(let bytes)): return ["array_value": ["values": .array(try list(bytes, depth))]]
        case (6, .bytes(let bytes)):
            var pairs: [JSONValue] = []
            var inner = ProtobufReader(bytes)
            while let (_, value) = try inner.next() {
                if case .bytes(let bytes) = value { pairs.append(keyValue(try pair(bytes, depth + 1))) }
            }
            return ["kvlist_value": ["values": .array(pairs)]]
        case (7, .bytes(let bytes)): return ["bytes_value": .string(Base64.encode(bytes))]
        default: return [:]
        }
    }

    private static func list(_ bytes: ArraySlice<UInt8>, _ depth: Int) throws -> [JSONValue] {
        var values: [JSONValue] = []
        var reader = ProtobufReader(bytes)
        while let (_, value) = try reader.next() {
            if case .bytes(let bytes) = value { values.append(try anyValue(bytes, depth + 1)) }
        }
        return values
    }

    private static func keyValue(_ pair: (String, JSONValue)) -> JSONValue {
        ["key": .string(pair.0), "value": pair.1]
    }

    private static func event(_ bytes: ArraySlice<UInt8>) throws -> JSONValue {
        var object = JSONObject()
        var attributes: [JSONValue] = []
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .fixed64(let time)): object["time_unix_nano"] = .int(Int64(clamping: time))
            case (2, .bytes(let bytes)): object["name"] = .string(String(decoding: bytes, as: UTF8.self))
            case (3, .bytes(let bytes)): attributes.append(keyValue(try pair(bytes, 0)))
            default: break
            }
        }
        if !attributes.isEmpty { object["attributes"] = .array(attributes) }
        return .object(object)
    }

    private static func link(_ bytes: ArraySlice<UInt8>) throws -> JSONValue {
        var object = JSONObject()
        var attributes: [JSONValue] = []
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let bytes)): object["trace_id"] = .string(Base64.encode(bytes))
            case (2, .bytes(let bytes)): object["span_id"] = .string(Base64.encode(bytes))
            case (4, .bytes(let bytes)): attributes.append(keyValue(try pair(bytes, 0)))
            default: break
            }
        }
        if !attributes.isEmpty { object["attributes"] = .array(attributes) }
        return .object(object)
    }

    private static func status(_ bytes: ArraySlice<UInt8>) throws -> (String, JSONValue) {
        var object = JSONObject()
        var name = "UNSET"
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (2, .bytes(let bytes)): object["message"] = .string(String(decoding: bytes, as: UTF8.self))
            case (3, .varint(let code)): name = code == 1 ? "OK" : code == 2 ? "ERROR" : "UNSET"
            default: break
            }
        }
        object["code"] = .string("STATUS_CODE_\(name)")
        return (name, .object(object))
    }

    /// A typed value as plain text: strings as they are, everything else as JSON.
    private static func text(_ typed: JSONValue) -> String {
        let value = plain(typed)
        return value.stringValue ?? value.description
    }

    /// A typed value without its type.
    static func plain(_ typed: JSONValue) -> JSONValue {
        guard let object = typed.objectValue, let kind = object.keys.first, let value = object.values.first else {
            return .null
        }
        switch kind {
        case "array_value": return .array((value["values"]?.arrayValue ?? []).map(plain))
        case "kvlist_value":
            let pairs = (value["values"]?.arrayValue ?? []).map { pair in
                (pair["key"]?.stringValue ?? "", plain(pair["value"] ?? .null))
            }
            return .object(JSONObject(pairs))
        default: return value
        }
    }
}
