internal import JSON
internal import Primitives
internal import Tracking

/// Reads OpenTelemetry's `ExportTraceServiceRequest` from its protobuf form.
///
/// A span becomes the JSON that the API answers with: field names in snake case, identifiers in base64.
struct SpanDecoder {
    private static let depthLimit = 32

    /// What was read.
    private(set) var batch = SpanBatch()

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
            try readSpan(span)
        }
    }

    private mutating func readSpan(_ bytes: ArraySlice<UInt8>) throws {
        var span = WireSpan()
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let bytes)): span.trace = Array(bytes)
            case (2, .bytes(let bytes)): span.id = Array(bytes)
            case (4, .bytes(let bytes)): span.parent = Array(bytes)
            case (5, .bytes(let bytes)): span.name = String(decoding: bytes, as: UTF8.self)
            case (7, .fixed64(let time)): span.start = Int64(clamping: time)
            case (8, .fixed64(let time)): span.end = Int64(clamping: time)
            case (9, .bytes(let bytes)): span.attributes.append(try Self.pair(bytes, 0))
            case (11, .bytes(let bytes)): span.events.append(try Self.event(bytes))
            case (13, .bytes(let bytes)): span.links.append(try Self.link(bytes))
            case (15, .bytes(let bytes)): span.status = try Self.status(bytes)
            default: break
            }
        }
        try batch.add(span)
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
        guard depth < depthLimit else { throw SpanBatch.Malformed() }
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
                if case .bytes(let bytes) = value { pairs.append(WireSpan.keyValue(try pair(bytes, depth + 1))) }
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

    private static func event(_ bytes: ArraySlice<UInt8>) throws -> JSONValue {
        var object = JSONObject()
        var attributes: [JSONValue] = []
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .fixed64(let time)): object["time_unix_nano"] = .int(Int64(clamping: time))
            case (2, .bytes(let bytes)): object["name"] = .string(String(decoding: bytes, as: UTF8.self))
            case (3, .bytes(let bytes)): attributes.append(WireSpan.keyValue(try pair(bytes, 0)))
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
            case (4, .bytes(let bytes)): attributes.append(WireSpan.keyValue(try pair(bytes, 0)))
            default: break
            }
        }
        if !attributes.isEmpty { object["attributes"] = .array(attributes) }
        return .object(object)
    }

    private static func status(_ bytes: ArraySlice<UInt8>) throws -> WireSpan.Status {
        var status = WireSpan.Status(code: 0, message: nil)
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (2, .bytes(let bytes)): status.message = String(decoding: bytes, as: UTF8.self)
            case (3, .varint(let code)): status.code = Int64(clamping: code)
            default: break
            }
        }
        return status
    }
}
