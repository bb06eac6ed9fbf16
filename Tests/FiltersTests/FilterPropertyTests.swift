import TestSupport
import Testing

@testable import Filters

/// Random expressions: whatever way they are written, they are read as what they were made from.
@Suite struct FilterPropertyTests {
    @Test(arguments: 0..<40)
    func anExpressionIsReadAsItWasWritten(seed: UInt64) throws {
        var maker = ExpressionMaker(seed: seed)
        for _ in 0..<50 {
            let expression = maker.expression(depth: 4)
            let text = maker.text(expression)
            let parsed = try FilterParser.parse(text)
            #expect(Self.flat(parsed) == Self.flat(expression), "seed \(seed): \(text)")
        }
    }

    @Test(arguments: 0..<40)
    func aListOfClausesMeansTheSameInParentheses(seed: UInt64) throws {
        var maker = ExpressionMaker(seed: 1_000 + seed)
        for _ in 0..<50 {
            let clauses = (0..<Int.random(in: 1...5, using: &maker.random)).map { _ in maker.clause() }
            // What MLflow's own grammar takes: clauses joined by AND, nothing else.
            let plain = clauses.map { maker.text($0) }.joined(separator: maker.word("AND"))
            #expect(try FilterParser.parse(plain).conjunction == clauses, "seed \(seed): \(plain)")
            let grouped = "((" + plain + "))"
            #expect(try FilterParser.parse(grouped).conjunction == clauses, "seed \(seed): \(grouped)")
            let stray = maker.word("AND") + plain + maker.word("AND")
            #expect(try FilterParser.parse(stray).conjunction == clauses, "seed \(seed): \(stray)")
        }
    }

    @Test(arguments: 0..<40)
    func textThatIsNoFilterIsRefusedWithoutATrap(seed: UInt64) {
        var maker = ExpressionMaker(seed: 2_000 + seed)
        let pieces = [
            "(", ")", "AND", "OR", "NOT", "'", "\"", "`", "=", "!=", "<", ">", "~", ";", "a", "metrics.", ".", "1e",
            "-",
            "IN", "IS NULL", "LIKE", ",", " ", "\t", "ż", "\u{0}", "''", "tags.`x`", "1", "--", "/*",
        ]
        for _ in 0..<300 {
            let count = Int.random(in: 0...12, using: &maker.random)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &maker.random) }.joined(separator: " ")
            if let parsed = try? FilterParser.parse(text) {
                // What is taken can be written down again and is then the same.
                #expect(
                    (try? FilterParser.parse(maker.text(parsed))).map(Self.flat) == Self.flat(parsed),
                    "seed \(seed): \(text)"
                )
            }
        }
    }

    /// The expression without groups of one and groups within groups of the same kind.
    private static func flat(_ expression: FilterExpression) -> FilterExpression {
        switch expression {
        case .everything, .clause: return expression
        case .not(let part): return .not(flat(part))
        case .all(let parts):
            let merged = parts.map(flat).flatMap { part in
                if case .all(let inner) = part { inner } else { [part] }
            }
            return merged.count == 1 ? merged[0] : .all(merged)
        case .any(let parts):
            let merged = parts.map(flat).flatMap { part in
                if case .any(let inner) = part { inner } else { [part] }
            }
            return merged.count == 1 ? merged[0] : .any(merged)
        }
    }
}

/// Makes random expressions and writes them in random ways.
struct ExpressionMaker {
    var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func expression(depth: Int) -> FilterExpression {
        switch depth == 0 ? 0 : Int.random(in: 0..<5, using: &random) {
        case 0, 1: return .clause(clause())
        case 2: return .all((0..<Int.random(in: 2...3, using: &random)).map { _ in expression(depth: depth - 1) })
        case 3: return .any((0..<Int.random(in: 2...3, using: &random)).map { _ in expression(depth: depth - 1) })
        default: return .not(expression(depth: depth - 1))
        }
    }

    mutating func clause() -> FilterClause {
        let entity = [nil, "metrics", "params", "tags", "attributes"].randomElement(using: &random) ?? nil
        let keys =
            entity == nil ? ["run_id", "a", "Run Name"] : ["a", "a.b", "1x", "a-b/c", "żółć", "with space", "x:y"]
        let comparator = FilterComparator.allCases.randomElement(using: &random) ?? .equal
        return FilterClause(
            identifier: FilterIdentifier(entity: entity, key: keys.randomElement(using: &random) ?? "a"),
            comparator: comparator,
            value: value(comparator)
        )
    }

    private mutating func value(_ comparator: FilterComparator) -> FilterValue {
        if comparator.asksPresence { return .none }
        let texts = ["", "x", "it's not", "AND", "a \"b", "100%", "żółć", ") OR (", "--"]
        let quote: Character = Bool.random(using: &random) ? "'" : "\""
        let fitting = texts.filter { !$0.contains(quote) }
        if comparator.takesList {
            let plain = texts.filter { !$0.contains("'") }
            let count = Int.random(in: 1...3, using: &random)
            return .list((0..<count).map { _ in plain.randomElement(using: &random) ?? "x" })
        }
        if Bool.random(using: &random) {
            return .number(["0", "-1", "2.5", ".5", "1.", "-3e10", "7E-2"].randomElement(using: &random) ?? "0")
        }
        return .string(fitting.randomElement(using: &random) ?? "", quote: quote)
    }

    // MARK: - Writing

    mutating func text(_ expression: FilterExpression) -> String {
        switch expression {
        case .everything: return ""
        case .clause(let clause): return text(clause)
        case .not(let part): return word("NOT") + group(part)
        case .all(let parts): return parts.map { group($0) }.joined(separator: word("AND"))
        case .any(let parts): return parts.map { group($0) }.joined(separator: word("OR"))
        }
    }

    /// In parentheses where it needs them, and sometimes where it does not.
    private mutating func group(_ expression: FilterExpression) -> String {
        switch expression {
        case .everything: return ""
        case .clause where Bool.random(using: &random): return text(expression)
        default: return "(" + space() + text(expression) + space() + ")"
        }
    }

    mutating func text(_ clause: FilterClause) -> String {
        var text = identifier(clause.identifier)
        let comparator = cased(clause.comparator.rawValue)
        let isWord = comparator.first?.isLetter == true
        text += isWord ? " " + comparator : space() + comparator
        switch clause.value {
        case .none: return text
        case .list(let texts):
            return text + space() + "(" + texts.map { quoted($0) }.joined(separator: space() + "," + space()) + ")"
        // An operator goes on in a word that starts with one.
        case .bare(let word): return text + " " + word
        default: return text + (isWord ? " " : space()) + clause.value.text
        }
    }

    private mutating func identifier(_ identifier: FilterIdentifier) -> String {
        let isBare = !identifier.key.isEmpty && identifier.key.utf8.allSatisfy { $0.isFilterWord }
        // Without an entity a dot would end one.
        let key = isBare && Bool.random(using: &random) ? identifier.key : quoted(identifier.key)
        return identifier.entity.map { "\($0).\(key)" } ?? key
    }

    /// Between two of a mark that the text does not hold, or holds doubled only.
    private mutating func quoted(_ text: String) -> String {
        let marks = ["`", "\"", "'"].filter { mark in
            let rest = mark == "`" ? text : text.split(separator: mark + mark).joined(separator: " ")
            return !rest.contains(mark)
        }
        let mark = marks.randomElement(using: &random) ?? "`"
        return mark + text + mark
    }

    /// A keyword in any case with white space around it.
    mutating func word(_ word: String) -> String {
        " " + space() + cased(word) + space() + " "
    }

    private mutating func cased(_ word: String) -> String {
        word.map { Bool.random(using: &random) ? $0.lowercased() : String($0) }.joined()
    }

    private mutating func space() -> String {
        ["", "", " ", "  ", "\t", "\n"].randomElement(using: &random) ?? ""
    }
}
