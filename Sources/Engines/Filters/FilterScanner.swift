/// A cursor over the text of a filter.
struct FilterScanner {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position >= bytes.count }

    var current: UInt8? { byte(0) }

    func byte(_ ahead: Int) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    mutating func advance(_ count: Int = 1) {
        position = min(bytes.count, position + count)
    }

    mutating func rewind(to earlier: Int) {
        precondition(earlier <= position, "a scanner rewinds to where it was")
        position = earlier
    }

    mutating func skipSpace() {
        while let byte = current, byte.isFilterSpace {
            advance()
        }
    }

    /// Takes the bytes for which `accepts` holds.
    mutating func take(while accepts: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = current, accepts(byte) {
            advance()
        }
        return text(from: start)
    }

    func text(from start: Int) -> String {
        String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// The rest of the text up to white space, for messages.
    func restOfWord(from start: Int) -> String {
        let end = bytes[start...].firstIndex { $0.isFilterSpace } ?? bytes.count
        return String(decoding: bytes[start..<max(end, position)], as: UTF8.self)
    }

    /// Everything from `start`, for messages.
    func rest(from start: Int) -> String {
        var end = bytes.count
        while end > start, bytes[end - 1].isFilterSpace { end -= 1 }
        return String(decoding: bytes[min(start, end)..<end], as: UTF8.self)
    }

    /// Takes the text between two of the quote at the cursor, as it stands; nil when it is not closed.
    ///
    /// As in SQL, two of the quote and one after a backslash do not close the text, unless nothing else does.
    mutating func takeQuoted() -> String? {
        guard let quote = current, let end = closingQuote(quote) else { return nil }
        let text = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        position = end + 1
        return text
    }

    private func closingQuote(_ quote: UInt8) -> Int? {
        guard quote != UInt8(ascii: "`") else { return bytes[(position + 1)...].firstIndex(of: quote) }
        var fallback: Int?
        var index = position + 1
        while index < bytes.count {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if next == quote, bytes[index] == quote || bytes[index] == UInt8(ascii: "\\") {
                fallback = bytes[index] == quote ? index : index + 1
                index += 2
            } else if bytes[index] == quote {
                return index
            } else {
                index += 1
            }
        }
        return fallback
    }

    /// The words from `start`, each quoted text and each run of operators as one, for messages.
    func words(from start: Int) -> [String] {
        var rest = self
        rest.position = start
        var words: [String] = []
        while true {
            rest.skipSpace()
            guard let byte = rest.current else { return words }
            let begin = rest.position
            if byte.isFilterQuote, rest.takeQuoted() != nil {
                words.append(rest.text(from: begin))
                continue
            }
            let isOperator = byte.isFilterOperator
            rest.advance()
            _ = rest.take { !$0.isFilterSpace && !$0.isFilterQuote && $0.isFilterOperator == isOperator }
            words.append(rest.text(from: begin))
        }
    }

    /// Whether a keyword stands at the cursor, in any case, as a whole word.
    func isKeyword(_ word: String) -> Bool {
        let letters = Array(word.utf8)
        for (offset, letter) in letters.enumerated() where byte(offset)?.asciiUppercased != letter {
            return false
        }
        return byte(letters.count)?.isFilterWord != true
    }

    /// Takes keywords separated by white space; leaves the cursor where it was when they do not stand here.
    mutating func takeKeywords(_ words: String...) -> Bool {
        let start = position
        for word in words {
            skipSpace()
            guard isKeyword(word) else {
                position = start
                return false
            }
            advance(word.utf8.count)
        }
        return true
    }

    /// Takes a number that ends where a word ends; nil when none stands here.
    mutating func takeNumber() -> String? {
        let start = position
        if current == UInt8(ascii: "-") { advance() }
        var digits = take(while: \.isFilterDigit).utf8.count
        if current == UInt8(ascii: ".") {
            advance()
            digits += take(while: \.isFilterDigit).utf8.count
        }
        if digits > 0 { takeExponent() }
        guard digits > 0, current?.isFilterWord != true else {
            position = start
            return nil
        }
        return text(from: start)
    }

    private mutating func takeExponent() {
        guard current?.asciiUppercased == UInt8(ascii: "E") else { return }
        let start = position
        advance()
        if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { advance() }
        if take(while: \.isFilterDigit).isEmpty { position = start }
    }
}

extension UInt8 {
    var isFilterSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    var isFilterDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Letters, digits, `_` and `.`: what a bare key is made of.
    var isFilterWord: Bool {
        isFilterDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: ".")
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(asciiUppercased)
    }

    var isFilterQuote: Bool {
        self == UInt8(ascii: "'") || self == UInt8(ascii: "\"") || self == UInt8(ascii: "`")
    }

    var isFilterOperator: Bool {
        self == UInt8(ascii: "=") || self == UInt8(ascii: "!") || self == UInt8(ascii: ">") || self == UInt8(ascii: "<")
            || self == UInt8(ascii: "~")
    }

    var asciiUppercased: UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) ? self - 0x20 : self
    }
}
