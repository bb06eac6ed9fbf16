internal import Glibc

/// Parses a text byte by byte: for what simdjson does not take, and to say where a text is wrong.
struct TapeBuilder {
    private let bytes: UnsafeRawBufferPointer
    private let options: JSONOptions
    private var place = 0
    private var depth = 0
    private var tape = Tape(words: [0], strings: [])

    init(_ bytes: UnsafeRawBufferPointer, options: JSONOptions) {
        self.bytes = bytes
        self.options = options
    }

    mutating func build() throws(JSONError) -> Tape {
        // Offsets within the tape have 32 bits.
        guard bytes.count < Int(UInt32.max) else { throw error(.outOfMemory, "the text is larger than 4 GiB") }
        try value()
        skipSpace()
        guard place == bytes.count else { throw error(.malformed, "there is more after the end of the value") }
        push("r", UInt64(tape.words.count + 1))
        return tape
    }

    private func error(_ code: JSONError.Code, _ message: String) -> JSONError {
        JSONError(code, message, at: place)
    }

    private mutating func push(_ type: Unicode.Scalar, _ payload: UInt64 = 0) {
        tape.words.append(UInt64(type.value) << 56 | payload)
    }

    private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private mutating func value() throws(JSONError) {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): try container(open: "{", close: "}")
        case UInt8(ascii: "["): try container(open: "[", close: "]")
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true", type: "t")
        case UInt8(ascii: "f"): try word("false", type: "f")
        case UInt8(ascii: "n"): try word("null", type: "n")
        case UInt8(ascii: "N") where options.allowNaN: try word("NaN", value: .nan)
        case UInt8(ascii: "I") where options.allowNaN: try word("Infinity", value: .infinity)
        case nil: throw error(.malformed, "the text ends where a value should be")
        default: try number()
        }
    }

    private mutating func container(open: Unicode.Scalar, close: Unicode.Scalar) throws(JSONError) {
        depth += 1
        guard depth <= options.maximumDepth else {
            throw error(.tooDeep, "arrays and objects are nested deeper than \(options.maximumDepth) levels")
        }
        let start = tape.words.count
        push(open)
        place += 1
        var count: UInt64 = 0
        skipSpace()
        while current != UInt8(close.value) {
            if count > 0 { try expect(",", "a comma or the end of the \(open == "{" ? "object" : "array")") }
            if open == "{" { try key() }
            try value()
            count += 1
            skipSpace()
        }
        place += 1
        depth -= 1
        push(close, UInt64(start))
        tape.words[start] |= min(count, 0xFF_FFFF) << 32 | UInt64(tape.words.count)
    }

    private mutating func key() throws(JSONError) {
        skipSpace()
        guard current == UInt8(ascii: "\"") else { throw error(.malformed, "a member's key must be a string") }
        try string()
        skipSpace()
        try expect(":", "a colon")
    }

    private mutating func expect(_ character: Unicode.Scalar, _ what: String) throws(JSONError) {
        skipSpace()
        guard current == UInt8(character.value) else { throw error(.malformed, "expected \(what)") }
        place += 1
    }

    private mutating func take(_ text: StaticString) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard current == text.utf8Start[index] else { throw error(.malformed, "expected \(text)") }
            place += 1
        }
    }

    private mutating func word(_ text: StaticString, type: Unicode.Scalar) throws(JSONError) {
        try take(text)
        push(type)
    }

    private mutating func word(_ text: StaticString, value: Double) throws(JSONError) {
        try take(text)
        push("d")
        tape.words.append(value.bitPattern)
    }

    // MARK: - Numbers

    private mutating func number() throws(JSONError) {
        let start = place
        if current == UInt8(ascii: "-") {
            place += 1
            if options.allowNaN && current == UInt8(ascii: "I") { return try word("Infinity", value: -.infinity) }
        }
        let first = place
        try digits()
        if bytes[first] == UInt8(ascii: "0") && place > first + 1 {
            place = first
            throw error(.malformed, "a number may not begin with 0")
        }
        var isWhole = true
        if current == UInt8(ascii: ".") {
            isWhole = false
            place += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isWhole = false
            place += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { place += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, let whole = Int64(text) {
            push("l")
            tape.words.append(UInt64(bitPattern: whole))
            return
        }
        guard let double = Double(text), double.isFinite else {
            place = start
            throw error(.numberOutOfRange, "a number is larger than a double can hold")
        }
        push("d")
        tape.words.append(double.bitPattern)
    }

    private mutating func digits() throws(JSONError) {
        let start = place
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { place += 1 }
        guard place > start else { throw error(.malformed, "expected a value") }
    }

    // MARK: - Strings

    private mutating func string() throws(JSONError) {
        push("\"", UInt64(tape.strings.count))
        let header = tape.strings.count
        tape.strings.append(contentsOf: [0, 0, 0, 0])
        place += 1
        var run = place
        while let byte = current, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error(.malformed, "a control character in a string must be escaped") }
            if byte == UInt8(ascii: "\\") {
                try copy(from: run)
                try escape()
                run = place
            } else {
                place += 1
            }
        }
        guard current != nil else { throw error(.malformed, "a string is not ended") }
        try copy(from: run)
        place += 1
        let length = UInt32(tape.strings.count - header - 4)
        withUnsafeBytes(of: length.littleEndian) { tape.strings.replaceSubrange(header..<(header + 4), with: $0) }
        tape.strings.append(0)
    }

    private mutating func copy(from start: Int) throws(JSONError) {
        let part = bytes[start..<place]
        guard String(validating: part, as: UTF8.self) != nil else {
            place = start
            throw error(.invalidUTF8, "a string is not UTF-8")
        }
        tape.strings.append(contentsOf: part)
    }

    private mutating func escape() throws(JSONError) {
        place += 1
        guard let byte = current else { throw error(.malformed, "a string is not ended") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): tape.strings.append(byte)
        case UInt8(ascii: "b"): tape.strings.append(0x08)
        case UInt8(ascii: "f"): tape.strings.append(0x0C)
        case UInt8(ascii: "n"): tape.strings.append(0x0A)
        case UInt8(ascii: "r"): tape.strings.append(0x0D)
        case UInt8(ascii: "t"): tape.strings.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape()
        default: throw error(.malformed, "there is no such escape")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) {
        var code = try fourDigits()
        if (0xD800..<0xDC00).contains(code) {
            try take("\\u")
            let low = try fourDigits()
            guard (0xDC00..<0xE000).contains(low) else {
                throw error(.invalidUTF8, "an escape names half of a surrogate pair")
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw error(.invalidUTF8, "an escape names half of a surrogate pair")
        }
        tape.strings.append(contentsOf: String(scalar).utf8)
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        guard place + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[place..<(place + 4)], as: UTF8.self), radix: 16),
            bytes[place] != UInt8(ascii: "+"), bytes[place] != UInt8(ascii: "-")
        else { throw error(.malformed, "expected four hexadecimal digits") }
        place += 4
        return value
    }
}
