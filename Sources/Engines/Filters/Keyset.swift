package import SQLStore

/// The order of a search whose pages begin after the last row of the page before.
///
/// Rows that come in or go between two pages neither repeat nor hide another one, and the page in the middle of a
/// hundred thousand rows costs what the first one costs. No column of the order may be null, and together they name a
/// row.
package struct Keyset: Sendable {
    /// One column of the order.
    package struct Term: Sendable {
        /// The SQL of the column.
        package let column: String
        /// Whether small values come first.
        package let isAscending: Bool

        /// A column of the order.
        package init(_ column: String, isAscending: Bool) {
            self.column = column
            self.isAscending = isAscending
        }
    }

    /// The columns, most significant first.
    package let terms: [Term]

    /// An order by some columns.
    package init(_ terms: [Term]) {
        self.terms = terms
    }

    /// What follows `ORDER BY`.
    package var orderBy: String {
        terms.map { "\($0.column) \($0.isAscending ? "ASC" : "DESC")" }.joined(separator: ", ")
    }

    /// The columns as they are selected, behind all others, for ``place(of:)``.
    package var columns: String {
        terms.map(\.column).joined(separator: ", ")
    }

    /// The place of a row whose last columns are those of the order.
    package func place(of row: SQLRow) -> PageToken {
        let values = row.values.suffix(terms.count).map { value in
            switch value {
            case .int(let number): "i\(number)"
            case .double(let number): "d\(number.bitPattern)"
            case .text(let text): "t\(text)"
            case .null, .blob: ""
            }
        }
        // Lengths first, since a text may hold any character.
        let lengths = values.map { String($0.utf8.count) }.joined(separator: ",")
        return PageToken(offset: 0, fingerprints: ["after", lengths, values.joined()])
    }

    /// The condition that a row comes after the place of a token, or how many rows come before the page in tokens that
    /// count rows, which earlier versions gave.
    ///
    /// - Parameter token: the token; nil for the first page.
    /// - Returns: the condition and the number of rows to leave out.
    /// - Throws: `FilterError` for the token of another search.
    package func start(_ token: PageToken?) throws(FilterError) -> (condition: SQLCondition, offset: Int) {
        guard let token else { return (.always, 0) }
        guard token.fingerprints.first == "after" else { return (.always, token.offset) }
        let values = try Self.values(token)
        guard values.count == terms.count, let first = terms.first else { throw Self.foreign }
        // The bound on the first column alone is what an index can use.
        let bound = SQLCondition("\(first.column) \(first.isAscending ? ">=" : "<=") ?", [values[0]])
        return (bound && after(ArraySlice(zip(terms, values))), 0)
    }

    private func after(_ rest: ArraySlice<(Term, SQLValue)>) -> SQLCondition {
        guard let (term, value) = rest.first else { return .never }
        let later = SQLCondition("\(term.column) \(term.isAscending ? ">" : "<") ?", [value])
        guard rest.count > 1 else { return later }
        let among = SQLCondition("\(term.column) = ?", [value]) && after(rest.dropFirst())
        return SQLCondition("\(later.sql) OR (\(among.sql))", later.arguments + among.arguments)
    }

    private static func values(_ token: PageToken) throws(FilterError) -> [SQLValue] {
        guard token.fingerprints.count >= 3 else { throw foreign }
        // What was split at semicolons within texts is put together again.
        var rest = Array(token.fingerprints.dropFirst(2).joined(separator: ";").utf8)[...]
        var values: [SQLValue] = []
        for length in token.fingerprints[1].split(separator: ",") {
            guard let count = Int(length), count > 0, count <= rest.count else { throw foreign }
            values.append(try value(String(decoding: rest.prefix(count), as: UTF8.self)))
            rest = rest.dropFirst(count)
        }
        return values
    }

    private static func value(_ text: String) throws(FilterError) -> SQLValue {
        let body = String(text.dropFirst())
        switch text.first {
        case "t": return .text(body)
        case "i": if let number = Int64(body) { return .int(number) }
        case "d": if let bits = UInt64(body) { return .double(Double(bitPattern: bits)) }
        default: break
        }
        throw foreign
    }

    private static let foreign = FilterError("Invalid page token, it does not belong to this search")
}
