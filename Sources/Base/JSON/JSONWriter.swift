/// Writes JSON straight into bytes, without a tree in between; commas and colons come by themselves.
///
/// The caller keeps to the grammar: a key before each member's value, each begin with its end.
package struct JSONWriter: Sendable {
    /// What a double that is not a number or infinite is written as.
    package enum NonFinite: Sendable {
        /// `null`
        case null
        /// `"NaN"`, `"Infinity"` and `"-Infinity"`, as Protocol Buffers' JSON has it
        case string
    }

    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    private let pretty: Bool
    private let nonFinite: NonFinite
    private var depth = 0
    private var needsComma = false
    private var isAfterKey = false

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - pretty: Breaks lines and indents by two spaces.
    ///   - nonFinite: What NaN and infinity become.
    ///   - capacity: Bytes to reserve at once.
    package init(pretty: Bool = false, nonFinite: NonFinite = .null, capacity: Int = 0) {
        self.pretty = pretty
        self.nonFinite = nonFinite
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what was written and keeps the memory for the next text.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        depth = 0
        needsComma = false
        isAfterKey = false
    }

    /// Opens an object.
    package mutating func beginObject() { begin(UInt8(ascii: "{")) }

    /// Closes the innermost object.
    package mutating func endObject() { end(UInt8(ascii: "}")) }

    /// Opens an array.
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }

    /// Closes the innermost array.
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Writes a member's key; its value has to follow.
    package mutating func key(_ key: String) {
        separate()
        quote(key)
        bytes.append(UInt8(ascii: ":"))
        if pretty { bytes.append(UInt8(ascii: " ")) }
        isAfterKey = true
    }

    /// Writes a string.
    package mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    /// Writes a whole number.
    package mutating func int(_ value: Int64) {
        separate()
        append(decimal: value)
    }

    /// Writes a whole number.
    package mutating func int(_ value: Int) { int(Int64(value)) }

    /// Writes a double in the shortest form that reads back as the same double.
    package mutating func double(_ value: Double) {
        separate()
        guard value.isFinite else { return append(nonFinite: value) }
        if value == value.rounded(.towardZero), value.magnitude < 1e15, value.sign == .plus || value != 0 {
            append(decimal: Int64(value))
            append(".0")
        } else {
            bytes.append(contentsOf: value.description.utf8)
        }
    }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    /// Writes `null`.
    package mutating func null() {
        separate()
        append("null")
    }

    /// Writes a value that is JSON already, unchecked.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes a whole value.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .int(let value): int(value)
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for (key, member) in object.pairs {
                self.key(key)
                self.value(member)
            }
            endObject()
        }
    }

    // MARK: - Pieces

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(depth > 0 && !isAfterKey, "an end without its begin, or a key without its value")
        depth -= 1
        if pretty && needsComma { breakLine() }
        bytes.append(bracket)
        needsComma = true
    }

    /// Puts what belongs between the last thing written and the value or key that comes.
    private mutating func separate() {
        if isAfterKey {
            isAfterKey = false
        } else {
            if needsComma { bytes.append(UInt8(ascii: ",")) }
            if pretty && depth > 0 { breakLine() }
        }
        needsComma = true
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(decimal value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = value.magnitude
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest > 0
        bytes[start...].reverse()
    }

    private mutating func append(nonFinite value: Double) {
        switch nonFinite {
        case .null: append("null")
        case .string: append(value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"")
        }
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { append(escaped: $0) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for position in text.indices {
            let byte = text[position]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: text[start..<position])
            append(escape: byte)
            start = position + 1
        }
        bytes.append(contentsOf: text[start...])
    }

    private mutating func append(escape byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x0C: append("\\f")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        default:
            append(byte < 0x10 ? "\\u000" : "\\u001")
            let low = byte & 0x0F
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}
