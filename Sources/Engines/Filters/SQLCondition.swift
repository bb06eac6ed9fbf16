package import SQLStore

/// A condition of a WHERE clause with its bound values.
package struct SQLCondition: Sendable, Equatable {
    /// The text, with `?` for each value.
    package var sql: String
    /// The values, in the order of the text.
    package var arguments: [SQLValue]

    /// A condition made of a text and its values.
    package init(_ sql: String, _ arguments: [SQLValue] = []) {
        self.sql = sql
        self.arguments = arguments
    }

    /// Holds always.
    package static let always = SQLCondition("1 = 1")
    /// Holds never.
    package static let never = SQLCondition("1 = 0")

    /// Both.
    package static func && (left: SQLCondition, right: SQLCondition) -> SQLCondition {
        SQLCondition("(\(left.sql)) AND (\(right.sql))", left.arguments + right.arguments)
    }

    /// The condition that a filter means, once each clause has been given its own.
    ///
    /// Conditions of clauses must be true or false, never null, or NOT would not be the opposite.
    package init(_ expression: FilterExpression, clause: (FilterClause) throws -> SQLCondition) rethrows {
        switch expression {
        case .everything: self = .always
        case .clause(let single): self = try clause(single)
        case .all(let parts): self = try Self.joined(parts, "AND", clause)
        case .any(let parts): self = try Self.joined(parts, "OR", clause)
        case .not(let part):
            let inner = try SQLCondition(part, clause: clause)
            self = SQLCondition("NOT (\(inner.sql))", inner.arguments)
        }
    }

    /// `column` compared as text, by any comparator but IS NULL and IS NOT NULL.
    package static func text(_ column: String, _ comparator: FilterComparator, _ value: FilterValue) -> SQLCondition {
        switch value {
        case .list(let texts):
            let marks = Array(repeating: "?", count: texts.count).joined(separator: ", ")
            let word = comparator == .notWithin ? "NOT IN" : "IN"
            return SQLCondition("\(column) \(word) (\(marks))", texts.map(SQLValue.text))
        case .string(let text, _), .number(let text), .bare(let text):
            return compare(column, comparator, text)
        case .none:
            return .never
        }
    }

    /// `column` compared as a number.
    package static func number(_ column: String, _ comparator: FilterComparator, _ value: Double) -> SQLCondition {
        // A whole number is bound as one, so that an index over integers serves.
        let bound = Int64(exactly: value).map(SQLValue.int) ?? .double(value)
        return SQLCondition("\(column) \(comparator.rawValue) ?", [bound])
    }

    private static func asciiLowercased(_ text: String) -> String {
        let bytes = text.utf8.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 0x20 : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func compare(_ column: String, _ comparator: FilterComparator, _ text: String) -> SQLCondition {
        switch comparator {
        // The letters of ASCII, in both databases alike.
        case .ilike: SQLCondition("lower(\(column)) LIKE ?", [.text(asciiLowercased(text))])
        case .rlike: SQLCondition("\(column) REGEXP ?", [.text(text)])
        default: SQLCondition("\(column) \(comparator.rawValue) ?", [.text(text)])
        }
    }

    private static func joined(
        _ parts: [FilterExpression],
        _ word: String,
        _ clause: (FilterClause) throws -> SQLCondition
    ) rethrows -> SQLCondition {
        let conditions = try parts.map { try SQLCondition($0, clause: clause) }
        return SQLCondition(
            conditions.map { "(\($0.sql))" }.joined(separator: " \(word) "),
            conditions.flatMap(\.arguments)
        )
    }
}
