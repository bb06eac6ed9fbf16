extension JSONValue {
    /// What a value says of itself to an encoder, exactly: doubles keep all their digits, and those that JSON has no word
    /// for become the texts `nan`, `inf` and `-inf`.
    ///
    /// - Throws: what the value throws.
    package init(encoding value: some Encodable) throws {
        let node = EncodedNode()
        try value.encode(to: NodeEncoder(node: node, codingPath: []))
        self = node.value
    }

    /// The value that ``init(encoding:)`` was given.
    ///
    /// - Throws: `DecodingError` where this is no such value.
    package func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try Value(from: ValueDecoder(value: self, codingPath: []))
    }
}

/// A value on its way into JSON; a class, since containers fill it after they were handed out.
private final class EncodedNode {
    enum Content {
        case nothing
        case value(JSONValue)
        case array([EncodedNode])
        case object([(String, EncodedNode)])
    }

    var content = Content.nothing

    var value: JSONValue {
        switch content {
        case .nothing: .null
        case .value(let value): value
        case .array(let nodes): .array(nodes.map(\.value))
        case .object(let members): .object(JSONObject(members.map { ($0.0, $0.1.value) }))
        }
    }

    func append() -> EncodedNode {
        let node = EncodedNode()
        var nodes: [EncodedNode] = []
        if case .array(let known) = content { nodes = known }
        content = .nothing
        nodes.append(node)
        content = .array(nodes)
        return node
    }

    func member(_ key: String) -> EncodedNode {
        let node = EncodedNode()
        var members: [(String, EncodedNode)] = []
        if case .object(let known) = content { members = known }
        content = .nothing
        members.append((key, node))
        content = .object(members)
        return node
    }
}

extension JSONValue {
    /// A value that needs no container; nil for every other one.
    fileprivate static func scalar(_ value: some Encodable) -> JSONValue? {
        switch value {
        case let value as Bool: .bool(value)
        case let value as String: .string(value)
        case let value as Double: value.isFinite ? .double(value) : .string("\(value)")
        case let value as Float: value.isFinite ? .double(Double(value)) : .string("\(value)")
        case let value as any FixedWidthInteger: Int64(exactly: value).map(JSONValue.int) ?? .string("\(value)")
        default: nil
        }
    }

    fileprivate func scalar<Value>(_ type: Value.Type) -> Value? {
        switch type {
        case is Bool.Type: boolValue as? Value
        case is String.Type: stringValue as? Value
        case is Double.Type: number as? Value
        case is Float.Type: number.map(Float.init) as? Value
        case let type as any FixedWidthInteger.Type: integer(type) as? Value
        default: nil
        }
    }

    private var number: Double? { doubleValue ?? stringValue.flatMap(Double.init) }

    private func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        intValue.flatMap(Value.init(exactly:)) ?? stringValue.flatMap { Value($0) }
    }
}

private struct NodeEncoder: Encoder {
    let node: EncodedNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.content = .object([])
        return KeyedEncodingContainer(Members<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.content = .array([])
        return Elements(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node, codingPath: codingPath) }

    static func put(_ value: some Encodable, into node: EncodedNode, _ path: [any CodingKey]) throws {
        if let scalar = JSONValue.scalar(value) {
            node.content = .value(scalar)
        } else {
            try value.encode(to: NodeEncoder(node: node, codingPath: path))
        }
    }

    struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: EncodedNode
        let codingPath: [any CodingKey]

        mutating func encodeNil(forKey key: Key) { _ = node.member(key.stringValue) }

        mutating func encode(_ value: some Encodable, forKey key: Key) throws {
            try put(value, into: node.member(key.stringValue), codingPath + [key])
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key]).container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
        }

        mutating func superEncoder() -> any Encoder {
            NodeEncoder(node: node.member("super"), codingPath: codingPath)
        }

        mutating func superEncoder(forKey key: Key) -> any Encoder {
            NodeEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key])
        }
    }

    struct Elements: UnkeyedEncodingContainer {
        let node: EncodedNode
        let codingPath: [any CodingKey]
        private(set) var count = 0

        init(node: EncodedNode, codingPath: [any CodingKey]) {
            self.node = node
            self.codingPath = codingPath
        }

        mutating func encodeNil() { _ = next() }

        mutating func encode(_ value: some Encodable) throws { try put(value, into: next(), codingPath) }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) -> KeyedEncodingContainer<Nested> {
            NodeEncoder(node: next(), codingPath: codingPath).container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            NodeEncoder(node: next(), codingPath: codingPath).unkeyedContainer()
        }

        mutating func superEncoder() -> any Encoder { NodeEncoder(node: next(), codingPath: codingPath) }

        private mutating func next() -> EncodedNode {
            count += 1
            return node.append()
        }
    }

    struct Single: SingleValueEncodingContainer {
        let node: EncodedNode
        let codingPath: [any CodingKey]

        mutating func encodeNil() { node.content = .value(.null) }

        mutating func encode(_ value: some Encodable) throws { try put(value, into: node, codingPath) }
    }
}

private struct ValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let object = value.objectValue else { throw Self.mismatch(JSONObject.self, value, codingPath) }
        return KeyedDecodingContainer(Members<Key>(object: object, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = value.arrayValue else { throw Self.mismatch([JSONValue].self, value, codingPath) }
        return Elements(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(value: value, codingPath: codingPath) }

    static func take<Value: Decodable>(
        _ type: Value.Type,
        from value: JSONValue,
        _ path: [any CodingKey]
    ) throws -> Value {
        if let scalar = value.scalar(type) { return scalar }
        // These would ask for a single value of themselves without end.
        if type is any FixedWidthInteger.Type || type is any BinaryFloatingPoint.Type || type is Bool.Type
            || type is String.Type
        {
            throw mismatch(type, value, path)
        }
        return try Value(from: ValueDecoder(value: value, codingPath: path))
    }

    static func mismatch(_ type: Any.Type, _ value: JSONValue, _ path: [any CodingKey]) -> DecodingError {
        .typeMismatch(type, .init(codingPath: path, debugDescription: "found \(value.typeName)"))
    }

    struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let object: JSONObject
        let codingPath: [any CodingKey]
        var allKeys: [Key] { object.keys.compactMap(Key.init(stringValue:)) }

        func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }

        func decodeNil(forKey key: Key) throws -> Bool { try member(key).isNull }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try take(type, from: member(key), codingPath + [key])
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try ValueDecoder(value: member(key), codingPath: codingPath + [key]).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try ValueDecoder(value: member(key), codingPath: codingPath + [key]).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder {
            ValueDecoder(value: object["super"] ?? .null, codingPath: codingPath)
        }

        func superDecoder(forKey key: Key) throws -> any Decoder {
            ValueDecoder(value: try member(key), codingPath: codingPath + [key])
        }

        private func member(_ key: Key) throws -> JSONValue {
            guard let value = object[key.stringValue] else {
                throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "is missing"))
            }
            return value
        }
    }

    struct Elements: UnkeyedDecodingContainer {
        let elements: [JSONValue]
        let codingPath: [any CodingKey]
        private(set) var currentIndex = 0
        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        init(elements: [JSONValue], codingPath: [any CodingKey]) {
            self.elements = elements
            self.codingPath = codingPath
        }

        mutating func decodeNil() throws -> Bool {
            guard !isAtEnd, elements[currentIndex].isNull else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try take(type, from: next(), codingPath)
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> {
            try ValueDecoder(value: next(), codingPath: codingPath).container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try ValueDecoder(value: next(), codingPath: codingPath).unkeyedContainer()
        }

        mutating func superDecoder() throws -> any Decoder { ValueDecoder(value: try next(), codingPath: codingPath) }

        private mutating func next() throws -> JSONValue {
            guard !isAtEnd else {
                let context = DecodingError.Context(codingPath: codingPath, debugDescription: "the list is too short")
                throw DecodingError.valueNotFound(JSONValue.self, context)
            }
            currentIndex += 1
            return elements[currentIndex - 1]
        }
    }

    struct Single: SingleValueDecodingContainer {
        let value: JSONValue
        let codingPath: [any CodingKey]

        func decodeNil() -> Bool { value.isNull }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take(type, from: value, codingPath) }
    }
}
