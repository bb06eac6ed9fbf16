internal import JSON

/// The fields of a request by name, from its JSON body or its query, read by the rules of the MLflow protocol.
///
/// Unknown fields are ignored, null counts as absent, the camelCase spelling of a name is accepted, whole numbers may
/// be decimal text.
struct Fields {
    private let object: JSONObject
    private let isQuery: Bool
    /// What comes before the names in messages, such as `metrics[0].`.
    private let path: String
    /// Whether a name may be spelled in camelCase; most requests have no such key.
    private let hasCamelCase: Bool

    init(_ object: JSONObject, isQuery: Bool = false, path: String = "") {
        self.object = object
        hasCamelCase = object.keys.contains { key in
            key.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        }
        self.isQuery = isQuery
        self.path = path
    }

    /// The value of a field; nil when it is absent or null.
    func value(_ name: String) throws(MLflowError) -> JSONValue? {
        let plain = object[name]
        guard hasCamelCase, name.utf8.contains(UInt8(ascii: "_")) else { return Self.unlessNull(plain) }
        let camel = Self.camelCased(name)
        let other = object[camel]
        if plain != nil, other != nil {
            throw .invalid("Request specifies both '\(name)' and '\(camel)'; provide only one of them.")
        }
        return Self.unlessNull(plain ?? other)
    }

    // A literal nil would be JSON's null here.
    private static func unlessNull(_ value: JSONValue?) -> JSONValue? {
        guard let value, !value.isNull else { return Optional<JSONValue>.none }
        return value
    }

    /// Whether a field is there, be it empty.
    func has(_ name: String) throws(MLflowError) -> Bool {
        try value(name) != nil
    }

    /// The text of a field.
    func string(_ name: String) throws(MLflowError) -> String? {
        guard let value = try value(name) else { return nil }
        guard let text = value.stringValue else { throw wrong(name, value) }
        return text
    }

    /// The text of a field that must be there and not empty.
    func requiredString(_ name: String) throws(MLflowError) -> String {
        guard let text = try string(name), !text.isEmpty else { throw .missing(path + name) }
        return text
    }

    /// The whole number of a field.
    func int(_ name: String) throws(MLflowError) -> Int64? {
        guard let value = try value(name) else { return nil }
        switch value {
        case .int(let number): return number
        case .double(let number):
            guard let whole = Int64(exactly: number) else { throw wrong(name, value) }
            return whole
        case .string(let text):
            guard let number = Int64(text) else { throw wrong(name, value) }
            return number
        default: throw wrong(name, value)
        }
    }

    /// The whole number of a field that must be there.
    func requiredInt(_ name: String) throws(MLflowError) -> Int64 {
        guard let number = try int(name) else { throw .missing(path + name) }
        return number
    }

    /// The number of a field that must be there; `"NaN"` and `"Infinity"` are numbers, true is 1.
    func requiredDouble(_ name: String) throws(MLflowError) -> Double {
        guard let value = try value(name) else { throw .missing(path + name) }
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        case .bool(let truth): return truth ? 1 : 0
        case .string(let text):
            guard let number = Double(text) else { throw wrong(name, value) }
            return number
        default: throw wrong(name, value)
        }
    }

    /// The truth value of a field.
    func bool(_ name: String) throws(MLflowError) -> Bool? {
        guard let value = try value(name) else { return nil }
        if let truth = value.boolValue { return truth }
        guard let text = value.stringValue else { throw wrong(name, value) }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw .invalid("Invalid boolean value: \(text), must be 'true' or 'false'.")
        }
    }

    /// The texts of a repeated field.
    func strings(_ name: String) throws(MLflowError) -> [String] {
        guard let value = try value(name) else { return [] }
        if isQuery, let text = value.stringValue { return [text] }
        guard let elements = value.arrayValue else { throw wrong(name, value) }
        var texts: [String] = []
        texts.reserveCapacity(elements.count)
        for element in elements {
            guard let text = element.stringValue else { throw wrong(name, value) }
            texts.append(text)
        }
        return texts
    }

    /// The messages of a repeated field.
    func messages(_ name: String) throws(MLflowError) -> [Fields] {
        guard let value = try value(name) else { return [] }
        guard let elements = value.arrayValue else { throw wrong(name, value) }
        var messages: [Fields] = []
        messages.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let object = element.objectValue else { throw wrong(name, value) }
            messages.append(Fields(object, path: "\(path)\(name)[\(index)]."))
        }
        return messages
    }

    /// The message of a field.
    func message(_ name: String) throws(MLflowError) -> Fields? {
        guard let value = try value(name) else { return nil }
        guard let object = value.objectValue else { throw wrong(name, value) }
        return Fields(object, path: "\(path)\(name).")
    }

    /// The case of an enumeration by its name or number; an unknown one counts as absent.
    func choice<Case>(_ name: String, named: (String) -> Case?, numbered: (Int64) -> Case?) throws(MLflowError) -> Case?
    {
        guard let value = try value(name) else { return nil }
        switch value {
        case .string(let text): return named(text) ?? Int64(text).flatMap(numbered)
        case .int(let number): return numbered(number)
        default: throw wrong(name, value)
        }
    }

    /// The refusal of a value of the wrong type.
    func wrong(_ name: String, _ value: JSONValue) -> MLflowError {
        .invalid(
            "Invalid value \(value) for parameter '\(path)\(name)' supplied:  Hint: Value was of type "
                + "'\(Self.pythonType(value))'. See the API docs for more information about request parameters."
        )
    }

    private static func pythonType(_ value: JSONValue) -> String {
        switch value {
        case .null: "NoneType"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "str"
        case .array: "list"
        case .object: "dict"
        }
    }

    /// `run_id` as `runId`.
    private static func camelCased(_ name: String) -> String {
        var result = ""
        var isNext = false
        for character in name {
            if character == "_" {
                isNext = true
            } else {
                result += isNext ? character.uppercased() : String(character)
                isNext = false
            }
        }
        return result
    }
}
