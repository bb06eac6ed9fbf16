internal import JSON
internal import Primitives
internal import Tracking

/// One span of OpenTelemetry's protocol, in whatever form it came.
struct WireSpan {
    /// How a span ended, by the protocol's numbers: 1 is well, 2 is an error.
    struct Status {
        var code: Int64
        var message: String?

        var name: String { code == 1 ? "OK" : code == 2 ? "ERROR" : "UNSET" }

        var json: JSONValue {
            var object = JSONObject()
            object["message"] = message.map(JSONValue.string)
            object["code"] = .string("STATUS_CODE_\(name)")
            return .object(object)
        }
    }

    var trace: [UInt8] = []
    var id: [UInt8] = []
    var parent: [UInt8] = []
    var name = ""
    var start: Int64 = 0
    var end: Int64 = 0
    /// Keys with typed values, as the API writes them: `{"string_value": …}`.
    var attributes: [(String, JSONValue)] = []
    var events: [JSONValue] = []
    var links: [JSONValue] = []
    var status: Status?

    /// A key with its typed value as the API writes it.
    static func keyValue(_ pair: (String, JSONValue)) -> JSONValue {
        ["key": .string(pair.0), "value": pair.1]
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

    /// A typed value as plain text: strings as they are, everything else as JSON.
    static func text(_ typed: JSONValue) -> String {
        let value = plain(typed)
        return value.stringValue ?? value.description
    }

    /// The span as it is stored; nil when its identifiers are none.
    var stored: TraceSpan? {
        guard trace.count == 16, id.count == 8 else { return nil }
        var span = TraceSpan(
            trace: traceID ?? "tr-" + Hex.encode(trace),
            id: Hex.encode(id),
            parent: parent.isEmpty ? nil : Hex.encode(parent),
            name: name
        )
        span.start = start
        span.end = end
        span.status = status?.name ?? "UNSET"
        span.json = json.description
        span.attributes = attributes.map { KeyValue($0.0, Self.text($0.1)) }
        span.type = span.attributes.first { $0.key == "mlflow.spanType" }?.value ?? ""
        return span
    }

    /// The identifier that a client gave the trace.
    private var traceID: String? {
        let given = attributes.first { $0.0 == "mlflow.traceRequestId" }.map { Self.text($0.1) }
        return given.flatMap { $0.hasPrefix("tr-") && $0.utf8.count <= 64 ? $0 : nil }
    }

    /// The JSON that the API answers with: field names in snake case, identifiers in base64.
    private var json: JSONValue {
        var object = JSONObject()
        if !parent.isEmpty { object["parent_span_id"] = .string(Base64.encode(parent)) }
        if let status { object["status"] = status.json }
        object["trace_id"] = .string(Base64.encode(trace))
        object["span_id"] = .string(Base64.encode(id))
        object["name"] = .string(name)
        object["start_time_unix_nano"] = .int(start)
        object["end_time_unix_nano"] = .int(end)
        if !attributes.isEmpty { object["attributes"] = .array(attributes.map(Self.keyValue)) }
        if !events.isEmpty { object["events"] = .array(events) }
        if !links.isEmpty { object["links"] = .array(links) }
        return .object(object)
    }
}

/// Spans of one request, and what they say of their traces.
struct SpanBatch {
    /// A request that is no list of spans.
    struct Malformed: Error {}

    private static let spanLimit = 100_000
    private static let previewLength = 1_000

    /// The spans, in the order of the request.
    private(set) var spans: [TraceSpan] = []
    /// What the spans say of their traces.
    private(set) var facts: [String: SpanFacts] = [:]

    /// Adds a span.
    mutating func add(_ span: WireSpan) throws {
        guard let stored = span.stored, spans.count < Self.spanLimit else { throw Malformed() }
        learn(from: stored, span.attributes)
        spans.append(stored)
    }

    /// Takes from a span what it says of its trace.
    private mutating func learn(from span: TraceSpan, _ attributes: [(String, JSONValue)]) {
        var known = facts[span.trace] ?? SpanFacts()
        for (key, value) in attributes {
            switch key {
            case "session.id", "gen_ai.conversation.id":
                known.metadata.append(KeyValue("mlflow.trace.session", WireSpan.text(value)))
            case "user.id": known.metadata.append(KeyValue("mlflow.trace.user", WireSpan.text(value)))
            case "mlflow.spanInputs" where span.parent == nil: known.requestPreview = Self.preview(value)
            case "mlflow.spanOutputs" where span.parent == nil: known.responsePreview = Self.preview(value)
            case _ where span.parent == nil && key.hasPrefix("mlflow.traceTag."):
                known.tags.append(KeyValue(String(key.dropFirst("mlflow.traceTag.".count)), WireSpan.text(value)))
            default: break
            }
        }
        facts[span.trace] = known
    }

    private static func preview(_ value: JSONValue) -> String {
        String(WireSpan.text(value).prefix(previewLength))
    }
}
