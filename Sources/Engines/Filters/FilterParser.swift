/// Reads the filter language: `clause { AND clause }` as MLflow has it, and OR, NOT and parentheses beyond it.
///
/// Every filter that MLflow accepts means the same here. The text, the depth and the number of clauses are bounded.
package struct FilterParser {
    /// How the language differs between entities.
    package struct Options: Sendable {
        /// Whether messages put the words that they refuse in quotes.
        package var quotesRefusedWords = true
        /// What replaces the message for a text that is no list of clauses; `%` stands for the text.
        package var noClausesMessage: String?

        /// The usual language.
        package init() {}
    }

    private static let textLimit = 64 << 10
    private static let depthLimit = 32
    private static let clauseLimit = 256

    private let text: String
    private let options: Options
    private var scanner: FilterScanner
    private var clauses = 0

    private init(_ text: String, _ options: Options) {
        self.text = text
        self.options = options
        scanner = FilterScanner(text)
    }

    /// Parses a filter; the empty text and nil mean everything.
    package static func parse(_ text: String?, options: Options = Options()) throws(FilterError) -> FilterExpression {
        guard let text, !text.isEmpty else { return .everything }
        guard text.utf8.count <= textLimit else {
            throw FilterError("Invalid filter: it is longer than \(textLimit) bytes.")
        }
        var parser = FilterParser(text, options)
        return try parser.parse()
    }

    private mutating func parse() throws(FilterError) -> FilterExpression {
        scanner.skipSpace()
        guard !scanner.isAtEnd else { throw FilterError("Invalid filter '\(text)'. Could not be parsed.") }
        let expression = try disjunction(depth: 0)
        scanner.skipSpace()
        if scanner.current == UInt8(ascii: ";") { throw severalExpressions() }
        guard scanner.isAtEnd else { throw refused(scanner.words(from: scanner.position)) }
        return expression
    }

    private mutating func disjunction(depth: Int) throws(FilterError) -> FilterExpression {
        var parts = [try conjunction(depth: depth)]
        while scanner.takeKeywords("OR") {
            parts.append(try conjunction(depth: depth))
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction(depth: Int) throws(FilterError) -> FilterExpression {
        var parts: [FilterExpression] = []
        takeAnds()
        repeat {
            guard !isAtEndOfGroup else { break }
            parts.append(try negation(depth: depth))
        } while takeAnds()
        guard let first = parts.first else { throw refused(scanner.words(from: scanner.position)) }
        return parts.count == 1 ? first : .all(parts)
    }

    /// Takes stray, double and trailing ANDs, which MLflow tolerates.
    @discardableResult
    private mutating func takeAnds() -> Bool {
        var found = false
        while scanner.takeKeywords("AND") { found = true }
        scanner.skipSpace()
        return found
    }

    private var isAtEndOfGroup: Bool {
        scanner.isAtEnd || scanner.current == UInt8(ascii: ")")
    }

    private mutating func negation(depth: Int) throws(FilterError) -> FilterExpression {
        guard depth < Self.depthLimit else {
            throw FilterError("Invalid filter: it is nested deeper than \(Self.depthLimit) levels.")
        }
        if scanner.takeKeywords("NOT") {
            scanner.skipSpace()
            return .not(try negation(depth: depth + 1))
        }
        scanner.skipSpace()
        guard scanner.current == UInt8(ascii: "(") else { return .clause(try clause()) }
        scanner.advance()
        scanner.skipSpace()
        let inner = try disjunction(depth: depth + 1)
        scanner.skipSpace()
        guard scanner.current == UInt8(ascii: ")") else { throw refused(["("]) }
        scanner.advance()
        return inner
    }

    private mutating func clause() throws(FilterError) -> FilterClause {
        clauses += 1
        guard clauses <= Self.clauseLimit else {
            throw FilterError("Invalid filter: it has more than \(Self.clauseLimit) clauses.")
        }
        let start = scanner.position
        // What does not begin as an identifier can is refused as MLflow does: as a word that is no clause.
        guard scanner.current.map({ $0.isFilterWord || $0.isFilterQuote }) ?? false else {
            throw refused(scanner.words(from: start))
        }
        let identifier = try FilterIdentifier.take(&scanner)
        scanner.skipSpace()
        guard let comparator = try comparator() else { throw refused(scanner.words(from: start)) }
        if comparator.asksPresence { return FilterClause(identifier: identifier, comparator: comparator, value: .none) }
        scanner.skipSpace()
        guard !isAtEndOfGroup else { throw refused(scanner.words(from: start)) }
        let value = comparator.takesList ? try list() : try value()
        return FilterClause(identifier: identifier, comparator: comparator, value: value)
    }

    private mutating func comparator() throws(FilterError) -> FilterComparator? {
        let symbols = scanner.take(while: \.isFilterOperator)
        if !symbols.isEmpty {
            guard let comparator = FilterComparator(rawValue: symbols) else {
                throw FilterError(
                    "Invalid comparator '\(symbols)' not one of '{'=', '!=', '>', '>=', '<', '<=', 'LIKE', 'ILIKE'}'"
                )
            }
            return comparator
        }
        if scanner.takeKeywords("IS", "NOT", "NULL") { return .isNotNull }
        if scanner.takeKeywords("IS", "NULL") { return .isNull }
        if scanner.takeKeywords("NOT", "IN") { return .notWithin }
        for comparator in [FilterComparator.within, .like, .ilike, .rlike]
        where scanner.takeKeywords(comparator.rawValue) {
            return comparator
        }
        return nil
    }

    private mutating func value() throws(FilterError) -> FilterValue {
        let start = scanner.position
        if let mark = scanner.current, mark.isFilterQuote, mark != UInt8(ascii: "`") {
            guard let text = scanner.takeQuoted() else { throw refused(scanner.words(from: start)) }
            return .string(text, quote: Character(UnicodeScalar(mark)))
        }
        if let number = scanner.takeNumber() { return .number(number) }
        let word = scanner.take { !$0.isFilterSpace && $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "(") }
        guard !word.isEmpty else { throw refused(scanner.words(from: start)) }
        guard word.utf8.contains(UInt8(ascii: ";")) else { return .bare(word) }
        throw severalExpressions()
    }

    /// The refusal of a semicolon: as a stray word at the end, as another expression elsewhere.
    private func severalExpressions() -> FilterError {
        if text.utf8.last == UInt8(ascii: ";"), text.utf8.filter({ $0 == UInt8(ascii: ";") }).count == 1 {
            return refused([";"])
        }
        return FilterError(
            "Search filter contained multiple expression \(text.pythonQuoted). Provide AND-ed expression list."
        )
    }

    private mutating func list() throws(FilterError) -> FilterValue {
        let start = scanner.position
        guard scanner.current == UInt8(ascii: "(") else { throw refused(scanner.words(from: start)) }
        scanner.advance()
        var texts: [String] = []
        while true {
            scanner.skipSpace()
            if scanner.current == UInt8(ascii: ")") { break }
            guard let mark = scanner.current, mark.isFilterQuote, let text = scanner.takeQuoted() else {
                throw FilterError(
                    "While parsing a list in the query, expected string value, punctuation, or whitespace, "
                        + "but got different type in list: \(Self.tuple(scanner.rest(from: start)))"
                )
            }
            texts.append(text)
            scanner.skipSpace()
            if scanner.current == UInt8(ascii: ",") { scanner.advance() }
        }
        scanner.advance()
        guard !texts.isEmpty else {
            throw FilterError(
                "While parsing a list in the query, expected a non-empty list of string values, but got empty list"
            )
        }
        return .list(texts)
    }

    /// A list as Python shows it: one element has a comma behind it.
    private static func tuple(_ list: String) -> String {
        list.hasSuffix(")") && !list.contains(",") ? list.dropLast() + ",)" : list
    }

    private func refused(_ words: [String]) -> FilterError {
        if let message = options.noClausesMessage {
            return FilterError(message.split(separator: "%", omittingEmptySubsequences: false).joined(separator: text))
        }
        let refused = words.filter { $0.uppercased() != "AND" }
        let shown = options.quotesRefusedWords ? refused.map { "'\($0)'" } : refused
        return FilterError("Invalid clause(s) in filter string: \(shown.joined(separator: ", "))")
    }
}

extension FilterIdentifier {
    /// Takes an identifier; the entity ends at the first dot.
    static func take(_ scanner: inout FilterScanner) throws(FilterError) -> FilterIdentifier {
        let start = scanner.position
        if scanner.current?.isFilterQuote == true {
            guard let key = scanner.takeQuoted() else { throw notAnIdentifier(scanner, start) }
            return FilterIdentifier(entity: nil, key: key)
        }
        let word = scanner.take(while: \.isFilterWord)
        guard !word.isEmpty else { throw notAnIdentifier(scanner, start) }
        guard let dot = word.firstIndex(of: ".") else {
            guard endsIdentifier(scanner.current) else { throw notAnIdentifier(scanner, start) }
            return FilterIdentifier(entity: nil, key: word)
        }
        let entity = String(word[..<dot])
        var key = String(word[word.index(after: dot)...])
        if scanner.current?.isFilterQuote == true {
            // A bare start before the quote is a key with dots whose last part is quoted: `span.attributes.'a b'`.
            guard key.isEmpty || key.hasSuffix("."), let quoted = scanner.takeQuoted() else {
                throw notAnIdentifier(scanner, start)
            }
            key += quoted
        }
        guard endsIdentifier(scanner.current), !entity.isEmpty, !key.isEmpty else {
            throw notAnIdentifier(scanner, start)
        }
        return FilterIdentifier(entity: entity, key: key)
    }

    private static func endsIdentifier(_ byte: UInt8?) -> Bool {
        byte.map { $0.isFilterSpace || $0.isFilterOperator } ?? true
    }

    private static func notAnIdentifier(_ scanner: FilterScanner, _ start: Int) -> FilterError {
        FilterError("Invalid comparison clause. Expected 'Identifier' found '\(scanner.restOfWord(from: start))'")
    }
}
