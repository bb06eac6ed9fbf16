internal import Filters
internal import SQLStore

/// What to search for and which page to return.
package struct SearchRequest: Sendable {
    /// The filter; nil or empty means everything.
    package var filter: String?
    /// `identifier [ASC|DESC]`, most significant first.
    package var orderBy: [String] = []
    /// How many items a page holds at most.
    package var limit: Int
    /// The token of the page; nil for the first.
    package var pageToken: String?

    /// The first page of everything.
    package init(filter: String? = nil, orderBy: [String] = [], limit: Int = 1_000, pageToken: String? = nil) {
        self.filter = filter
        self.orderBy = orderBy
        self.limit = limit
        self.pageToken = pageToken
    }

    /// Where the page begins.
    func offset() throws -> Int {
        try PageToken(parsing: pageToken)?.offset ?? 0
    }

    /// The rows of the page and one more, in an order whose columns come last in `columns`.
    func page(_ columns: String, _ table: String, _ condition: SQLCondition, _ order: Keyset) throws -> SQLCondition {
        let start = try order.start(PageToken(parsing: pageToken))
        let condition = condition && start.condition
        return SQLCondition(
            """
            SELECT \(columns), \(order.columns) FROM \(table) WHERE \(condition.sql)
            ORDER BY \(order.orderBy) LIMIT ? OFFSET ?
            """,
            condition.arguments + [.int(Int64(limit) + 1), .int(Int64(start.offset))]
        )
    }

    /// The token of the next page, where there is one: `rows` are those of ``page(_:_:_:_:)``.
    func next(after rows: [SQLRow], _ order: Keyset) -> String? {
        rows.count > limit ? order.place(of: rows[limit - 1]).text : nil
    }
}

/// Checks of clauses that several searches share.
enum ClauseRules {
    /// Refuses a comparator that is not one of these.
    static func check(_ clause: FilterClause, isOneOf comparators: [FilterComparator]) throws(FilterError) {
        guard !comparators.contains(clause.comparator) else { return }
        let names = comparators.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        throw FilterError("Invalid comparator '\(clause.comparator.rawValue)' not one of '{\(names)}'")
    }

    /// The quoted text of a clause, or of its list.
    static func checkText(_ clause: FilterClause, _ subject: String) throws(FilterError) {
        switch clause.value {
        case .string, .list, .none: return
        case .number(let text): throw unquoted(text, subject)
        case .bare(let text):
            throw FilterError(
                "Parameter value is either not quoted or unidentified quote types used for string value \(text). "
                    + "Use either single or double quotes."
            )
        }
    }

    /// Refuses a list where one quoted text is wanted.
    static func checkNoList(_ clause: FilterClause, _ subject: String) throws(FilterError) {
        guard case .list = clause.value else { return }
        throw unquoted(clause.value.text, subject)
    }

    private static func unquoted(_ text: String, _ subject: String) -> FilterError {
        FilterError("Expected a quoted string value for \(subject) (e.g. 'my-value'). Got value \(text)")
    }

    /// The unquoted number of a clause.
    static func number(_ clause: FilterClause, _ subject: String) throws(FilterError) -> Double {
        guard case .number(let text) = clause.value, let number = Double(text) else {
            throw FilterError("Expected numeric value type for \(subject). Found \(clause.value.text)")
        }
        return number
    }

    /// Refuses an order that names the same field twice; `names` is what the caller calls the fields.
    static func checkUnique(_ fields: [String], _ names: [String]) throws(FilterError) {
        guard Set(fields).count < fields.count else { return }
        let shown = names.map { "'\($0)'" }.joined(separator: ", ")
        throw FilterError("`order_by` contains duplicate fields: [\(shown)]")
    }
}
