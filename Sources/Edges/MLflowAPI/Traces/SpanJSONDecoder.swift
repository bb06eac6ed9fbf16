internal import JSON
internal import Primitives

/// Reads OpenTelemetry's `ExportTraceServiceRequest` from its JSON form: names in camel case, identifiers in
/// hexadecimal, 64-bit numbers as text.
struct SpanJSONDecoder {
    /// What was read.
    private(set) var batch = SpanBatch()

    init(_ bytes: [UInt8]) throws {
        guard let request = try? JSONValue.parse(bytes), let resources = request["resourceSpans"]?.arrayValue else {
            throw SpanBatch.Malformed()
        }
        for resource in resources {
            for scope in resource["scopeSpans"]?.arrayValue ?? [] {
                for span in scope["spans"]?.arrayValue ?? [] { try batch.add(Self.span(span)) }
            }
        }
    }

    private static func span(_ json: JSONValue) throws -> WireSpan {
        var span = WireSpan()
        span.trace = try identifier(json["traceId"])
        span.id = try identifier(json["spanId"])
        span.parent = try identifier(json["parentSpanId"])
        span.name = json["name"]?.stringValue ?? ""
        span.start = try integer(json["startTimeUnixNano"])
        span.end = try integer(json["endTimeUnixNano"])
        span.attributes = try attributes(json)
        span.events = try (json["events"]?.arrayValue ?? []).map(event)
        span.links = try (json["links"]?.arrayValue ?? []).map(link)
        if let status = json["status"] {
            span.status = WireSpan.Status(code: try code(status["code"]), message: status["message"]?.stringValue)
        }
        return span
    }

    private static func attributes(_ json: JSONValue) throws -> [(String, JSONValue)] {
        try (json["attributes"]?.arrayValue ?? []).map { pair in
            (pair["key"]?.stringValue ?? "", try typed(pair["value"] ?? [:]))
        }
    }

    /// A typed value with its type in snake case.
    private static func typed(_ value: JSONValue) throws -> JSONValue {
        guard let object = value.objectValue, let kind = object.keys.first, let inner = object.values.first else {
            return [:]
        }
        switch kind {
        case "stringValue": return ["string_value": .string(inner.stringValue ?? "")]
        case "boolValue": return ["bool_value": .bool(inner.boolValue ?? false)]
        case "intValue": return ["int_value": .int(try integer(inner))]
        case "doubleValue":
            return ["double_value": .double(inner.doubleValue ?? Double(inner.stringValue ?? "") ?? .nan)]
        case "bytesValue": return ["bytes_value": .string(inner.stringValue ?? "")]
        case "arrayValue":
            return ["array_value": ["values": .array(try (inner["values"]?.arrayValue ?? []).map(typed))]]
        case "kvlistValue":
            let pairs = try (inner["values"]?.arrayValue ?? []).map { pair in
                WireSpan.keyValue((pair["key"]?.stringValue ?? "", try typed(pair["value"] ?? [:])))
            }
            return ["kvlist_value": ["values": .array(pairs)]]
        default: return [:]
        }
    }

    private static func event(_ json: JSONValue) throws -> JSONValue {
        var object = JSONObject()
        object["time_unix_nano"] = .int(try integer(json["timeUnixNano"]))
        object["name"] = json["name"]
        let pairs = try attributes(json).map(WireSpan.keyValue)
        if !pairs.isEmpty { object["attributes"] = .array(pairs) }
        return .object(object)
    }

    private static func link(_ json: JSONValue) throws -> JSONValue {
        var object = JSONObject()
        object["trace_id"] = .string(Base64.encode(try identifier(json["traceId"])))
        object["span_id"] = .string(Base64.encode(try identifier(json["spanId"])))
        let pairs = try attributes(json).map(WireSpan.keyValue)
        if !pairs.isEmpty { object["attributes"] = .array(pairs) }
        return .object(object)
    }

    private static func identifier(_ value: JSONValue?) throws -> [UInt8] {
        guard let bytes = Hex.decode(value?.stringValue ?? "") else { throw SpanBatch.Malformed() }
        return bytes
    }

    private static func integer(_ value: JSONValue?) throws -> Int64 {
        switch value {
        case nil, .null: return 0
        case .int(let number): return number
        case .string(let text):
            guard let number = Int64(text) else { throw SpanBatch.Malformed() }
            return number
        default: throw SpanBatch.Malformed()
        }
    }

    private static func code(_ value: JSONValue?) throws -> Int64 {
        switch value?.stringValue {
        case "STATUS_CODE_OK": 1
        case "STATUS_CODE_ERROR": 2
        case "STATUS_CODE_UNSET": 0
        default: try integer(value)
        }
    }
}
