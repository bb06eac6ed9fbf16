internal import JSON

/// Builds the value of a document from its events.
struct Composer {
    private let parser: EventParser
    private let limits: YAML.Limits
    private var anchors: [String: (value: JSONValue, size: Int)] = [:]
    private var values = 0

    init(parser: EventParser, limits: YAML.Limits) {
        self.parser = parser
        self.limits = limits
    }

    mutating func document() throws(YAMLError) -> JSONValue {
        guard case .documentStart = try parser.next() else { return .null }
        let value = try node(try parser.next(), depth: 0)
        if case .documentStart = try parser.next() { throw parser.error("there is a second document") }
        return value
    }

    private mutating func node(_ event: Event, depth: Int) throws(YAMLError) -> JSONValue {
        try count(1)
        let before = values
        switch event {
        case .scalar(let text, let isPlain, let tag, let anchor):
            let value = isPlain && tag == nil ? PlainScalar.value(text) : .string(text)
            keep(anchor, value, size: 1)
            return value
        case .alias(let name):
            guard let known = anchors[name] else { throw parser.error("there is no anchor '\(name)' before this") }
            try count(known.size - 1)
            return known.value
        case .sequenceStart(let anchor):
            let value = try sequence(depth: try deeper(depth))
            keep(anchor, value, size: values - before + 1)
            return value
        case .mappingStart(let anchor):
            let value = try mapping(depth: try deeper(depth))
            keep(anchor, value, size: values - before + 1)
            return value
        case .end, .documentStart, .streamEnd:
            throw parser.error("a value is missing")
        }
    }

    private mutating func sequence(depth: Int) throws(YAMLError) -> JSONValue {
        var elements: [JSONValue] = []
        while true {
            let event = try parser.next()
            if case .end = event { return .array(elements) }
            elements.append(try node(event, depth: depth))
        }
    }

    private mutating func mapping(depth: Int) throws(YAMLError) -> JSONValue {
        var object = JSONObject()
        while true {
            let event = try parser.next()
            if case .end = event { return .object(object) }
            guard case .scalar(let key, _, _, _) = event else { throw parser.error("a key must be a text") }
            guard object[key] == nil else { throw parser.error("the key '\(key)' stands twice") }
            object[key] = try node(try parser.next(), depth: depth)
        }
    }

    private func deeper(_ depth: Int) throws(YAMLError) -> Int {
        guard depth < limits.depth else { throw parser.error("nested deeper than \(limits.depth) levels") }
        return depth + 1
    }

    /// Counts values against the limit; an alias counts what it stands for, so that a few cannot grow to billions.
    private mutating func count(_ more: Int) throws(YAMLError) {
        values += more
        guard values <= limits.values else { throw parser.error("more than \(limits.values) values") }
    }

    private mutating func keep(_ anchor: String?, _ value: JSONValue, size: Int) {
        if let anchor { anchors[anchor] = (value, size) }
    }
}

/// Plain scalars by YAML 1.2's core schema.
enum PlainScalar {
    static func value(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .double(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
        default: return number(text) ?? .string(text)
        }
    }

    private static func number(_ text: String) -> JSONValue? {
        if text.hasPrefix("0x") { return unsigned(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return unsigned(text.dropFirst(2), radix: 8) }
        guard isDecimal(text) else { return nil }
        if let whole = Int64(text) { return .int(whole) }
        return Double(text).map(JSONValue.double)
    }

    private static func unsigned(_ digits: Substring, radix: Int) -> JSONValue? {
        guard let first = digits.first, first != "+", first != "-" else { return nil }
        return Int64(digits, radix: radix).map(JSONValue.int)
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, YAML 1.2.2, 10.3.2.
    private static func isDecimal(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let before = takeDigits(&rest)
        var after = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            after = takeDigits(&rest)
        }
        guard before + after > 0 else { return false }
        guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else { return rest.isEmpty }
        rest.removeFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        return takeDigits(&rest) > 0 && rest.isEmpty
    }

    private static func takeDigits(_ text: inout Substring.UTF8View) -> Int {
        let digits = text.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        text = text[digits.endIndex...]
        return digits.count
    }
}
