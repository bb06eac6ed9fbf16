/// Splits the text of a GraphQL request into its words.
struct GraphQLLexer {
    enum Token: Equatable {
        /// One of `! $ & ( ) : = @ [ ] { | }`.
        case mark(Character)
        /// `...`
        case spread
        case name(String)
        case int(Int64)
        case float(Double)
        case string(String)
        case end
    }

    private let text: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.text = Array(text.utf8)
    }

    /// The next word.
    mutating func next() throws(GraphQLError) -> Token {
        skipIgnored()
        guard position < text.count else { return .end }
        let byte = text[position]
        switch byte {
        case UInt8(ascii: "."):
            guard text[position...].starts(with: "...".utf8) else { throw unexpected(byte) }
            position += 3
            return .spread
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case _ where Self.begins(byte): return .name(name())
        case _ where "!$&():=@[]{|}".utf8.contains(byte):
            position += 1
            return .mark(Character(UnicodeScalar(byte)))
        default: throw unexpected(byte)
        }
    }

    private mutating func skipIgnored() {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: ","):
                position += 1
            case UInt8(ascii: "#"):
                while position < text.count, text[position] != UInt8(ascii: "\n") { position += 1 }
            default:
                // The mark that some editors put at the beginning of a text.
                guard position == 0, text.starts(with: [0xEF, 0xBB, 0xBF]) else { return }
                position = 3
            }
        }
    }

    private mutating func name() -> String {
        let start = position
        while position < text.count, Self.begins(text[position]) || Self.isDigit(text[position]) { position += 1 }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func number() throws(GraphQLError) -> Token {
        let start = position
        let parts = "+-.eE".utf8
        while position < text.count, Self.isDigit(text[position]) || parts.contains(text[position]) { position += 1 }
        let digits = String(decoding: text[start..<position], as: UTF8.self)
        if let whole = Int64(digits) { return .int(whole) }
        guard let number = Double(digits), number.isFinite else {
            throw GraphQLError("Syntax Error: Invalid number, \(digits.prefix(40)).")
        }
        return .float(number)
    }

    private mutating func string() throws(GraphQLError) -> String {
        if text[position...].starts(with: "\"\"\"".utf8) { return try block() }
        position += 1
        var bytes: [UInt8] = []
        while position < text.count, text[position] != UInt8(ascii: "\n") {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): bytes += try escape().utf8
            default: bytes.append(byte)
            }
        }
        throw GraphQLError("Syntax Error: Unterminated string.")
    }

    /// A text between three quotes, without the white space that its lines begin with in common.
    private mutating func block() throws(GraphQLError) -> String {
        position += 3
        var bytes: [UInt8] = []
        while position < text.count {
            if text[position...].starts(with: "\"\"\"".utf8) {
                position += 3
                return Self.dedented(String(decoding: bytes, as: UTF8.self))
            }
            if text[position...].starts(with: "\\\"\"\"".utf8) { position += 1 }
            bytes.append(text[position])
            position += 1
        }
        throw GraphQLError("Syntax Error: Unterminated string.")
    }

    private static func dedented(_ text: String) -> String {
        let isBlank = { (line: Substring) in line.allSatisfy { $0 == " " || $0 == "\t" } }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let indents = lines.dropFirst().filter { !isBlank($0) }.map { line in
            line.prefix { $0 == " " || $0 == "\t" }.count
        }
        let common = indents.min() ?? 0
        for index in lines.indices.dropFirst() { lines[index] = lines[index].dropFirst(common) }
        while let first = lines.first, isBlank(first) { lines.removeFirst() }
        while let last = lines.last, isBlank(last) { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private mutating func escape() throws(GraphQLError) -> String {
        guard position < text.count else { throw GraphQLError("Syntax Error: Unterminated string.") }
        let byte = text[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw GraphQLError("Syntax Error: Invalid character escape sequence.")
        }
    }

    /// Four hexadecimal digits, twice for what lies beyond them, or any number in braces.
    private mutating func unicodeEscape() throws(GraphQLError) -> String {
        if position < text.count, text[position] == UInt8(ascii: "{") {
            position += 1
            let digits = text[position...].prefix(8).prefix { $0 != UInt8(ascii: "}") }
            position += digits.count + 1
            return try Self.scalar(UInt32(String(decoding: digits, as: UTF8.self), radix: 16))
        }
        let high = try hexadecimal()
        guard (0xD800...0xDBFF).contains(high) else { return try Self.scalar(high) }
        guard text[min(position, text.count)...].starts(with: "\\u".utf8) else { return try Self.scalar(nil) }
        position += 2
        let low = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(low) else { return try Self.scalar(nil) }
        return try Self.scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func hexadecimal() throws(GraphQLError) -> UInt32 {
        let digits = text[min(position, text.count)...].prefix(4)
        position += digits.count
        guard digits.count == 4, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw GraphQLError("Syntax Error: Invalid Unicode escape sequence.")
        }
        return value
    }

    private static func scalar(_ value: UInt32?) throws(GraphQLError) -> String {
        guard let value, let scalar = UnicodeScalar(value) else {
            throw GraphQLError("Syntax Error: Invalid Unicode escape sequence.")
        }
        return String(Character(scalar))
    }

    private func unexpected(_ byte: UInt8) -> GraphQLError {
        let shown = byte < 0x80 ? "'\(Character(UnicodeScalar(byte)))'" : "at byte \(position)"
        return GraphQLError("Syntax Error: Unexpected character: \(shown).")
    }

    private static func begins(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
