/// A parsed text that is read in place, for hot paths: nothing is materialised until it is asked for.
///
/// The text becomes a tape (`Tape`): simdjson writes it, and `TapeBuilder` writes the same for the few texts that
/// simdjson does not take (whole numbers beyond 64 bits, `NaN`) and says exactly where the others are wrong.
/// Immutable once made, so any thread may read it.
package final class JSONDocument: Sendable {
    let tape: Tape

    /// Parses a text; nothing of the buffer is kept.
    ///
    /// - Throws: `JSONError` naming the byte at which the text stops being JSON.
    package init(parsing bytes: UnsafeRawBufferPointer, options: JSONOptions = JSONOptions()) throws(JSONError) {
        if let tape = ParserPool.shared.parse(bytes, maximumDepth: options.maximumDepth) {
            self.tape = tape
        } else {
            var builder = TapeBuilder(bytes, options: options)
            tape = try builder.build()
        }
    }

    /// Parses a text; see the variant over a raw buffer.
    package convenience init(parsing bytes: [UInt8], options: JSONOptions = JSONOptions()) throws(JSONError) {
        var failure: JSONError?
        let document: JSONDocument? = bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                return try JSONDocument(parsing: buffer, options: options)
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        self.init(tape: document?.tape ?? Tape(words: [], strings: []))
    }

    private init(tape: Tape) {
        self.tape = tape
    }

    /// The outermost value.
    package var root: JSONNode { JSONNode(document: self, index: 1) }
}

/// One value of a document; as cheap as an index.
package struct JSONNode: Sendable {
    private let document: JSONDocument
    private let index: Int

    init(document: JSONDocument, index: Int) {
        self.document = document
        self.index = index
    }

    private var tape: Tape { document.tape }
    private var type: UInt8 { document.tape.type(at: index) }

    /// Whether it is `null`.
    package var isNull: Bool { type == UInt8(ascii: "n") }

    /// Whether it is an object.
    package var isObject: Bool { type == UInt8(ascii: "{") }

    /// Whether it is an array.
    package var isArray: Bool { type == UInt8(ascii: "[") }

    /// The truth value, nil for another type.
    package var boolValue: Bool? {
        switch type {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The whole number, nil for another type or beyond 64 bits.
    package var intValue: Int64? {
        type == UInt8(ascii: "l") ? Int64(bitPattern: tape.words[index + 1]) : nil
    }

    /// The number, whole or not, nil for another type.
    package var doubleValue: Double? {
        switch type {
        case UInt8(ascii: "d"): Double(bitPattern: tape.words[index + 1])
        case UInt8(ascii: "l"): Double(Int64(bitPattern: tape.words[index + 1]))
        case UInt8(ascii: "u"): Double(tape.words[index + 1])
        default: nil
        }
    }

    /// The string, nil for another type; makes a copy.
    package var stringValue: String? {
        type == UInt8(ascii: "\"") ? tape.string(at: index) : nil
    }

    /// The bytes of the string, for comparing or writing on without a copy; nil for another type.
    package func withStringBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T? {
        guard type == UInt8(ascii: "\"") else { return nil }
        let (start, length) = tape.stringRange(at: index)
        return try tape.strings.withUnsafeBytes { buffer in
            try body(UnsafeRawBufferPointer(rebasing: buffer[start..<(start + length)]))
        }
    }

    /// The value of an object's key, the last one where it stands twice; nil when there is none, or no object.
    package subscript(key: StaticString) -> JSONNode? {
        var found: JSONNode?
        forEachIndex { keyIndex, valueIndex in
            if tape.string(at: keyIndex, equals: key) { found = JSONNode(document: document, index: valueIndex) }
        }
        return found
    }

    /// Calls `body` with each member of an object, in order; nothing for another type.
    package func forEachMember(_ body: (JSONKey, JSONNode) throws -> Void) rethrows {
        try forEachIndex { keyIndex, valueIndex in
            try body(JSONKey(document: document, index: keyIndex), JSONNode(document: document, index: valueIndex))
        }
    }

    /// Calls `body` with each element of an array, in order; nothing for another type.
    package func forEachElement(_ body: (JSONNode) throws -> Void) rethrows {
        guard isArray else { return }
        let end = tape.next(after: index) - 1
        var place = index + 1
        while place < end {
            try body(JSONNode(document: document, index: place))
            place = tape.next(after: place)
        }
    }

    /// The value as a tree of its own.
    ///
    /// A whole number beyond 64 bits becomes the nearest double.
    package var value: JSONValue {
        switch type {
        case UInt8(ascii: "{"):
            var object = JSONObject()
            forEachMember { key, node in object[key.text] = node.value }
            return .object(object)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            forEachElement { elements.append($0.value) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(tape.string(at: index))
        case UInt8(ascii: "l"): return .int(Int64(bitPattern: tape.words[index + 1]))
        case UInt8(ascii: "u"), UInt8(ascii: "d"): return .double(doubleValue ?? 0)
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        default: return .null
        }
    }

    private func forEachIndex(_ body: (Int, Int) throws -> Void) rethrows {
        guard isObject else { return }
        let end = tape.next(after: index) - 1
        var place = index + 1
        while place < end {
            try body(place, place + 1)
            place = tape.next(after: place + 1)
        }
    }
}

/// A member's key, in place.
package struct JSONKey: Sendable {
    private let document: JSONDocument
    private let index: Int

    init(document: JSONDocument, index: Int) {
        self.document = document
        self.index = index
    }

    /// The key as a text of its own.
    package var text: String { document.tape.string(at: index) }

    /// Whether the key is this one, without a copy.
    package static func == (key: JSONKey, text: StaticString) -> Bool {
        key.document.tape.string(at: key.index, equals: text)
    }

    /// The key's bytes, without a copy.
    package func withBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        let (start, length) = document.tape.stringRange(at: index)
        return try document.tape.strings.withUnsafeBytes { buffer in
            try body(UnsafeRawBufferPointer(rebasing: buffer[start..<(start + length)]))
        }
    }
}
