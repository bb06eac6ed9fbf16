/// Queries about many rows at once: one statement for some hundred keys instead of one for each.
extension SQLTransaction {
    /// Runs a query for keys, some hundred at a time, and hands each row to `body`.
    ///
    /// - Parameters:
    ///   - sql: a query that ends where the list of keys in parentheses comes: `… WHERE run IN`.
    ///   - keys: the keys; each is asked for once.
    ///   - rest: what comes after the list.
    ///   - body: gets each row, in no order.
    /// - Throws: `SQLError`, and what `body` throws.
    package func forEach(
        _ sql: String,
        in keys: [Int64],
        then rest: String = "",
        _ body: (SQLRow) throws -> Void
    ) throws {
        for batch in SQLBatch.batches(keys.map { [.int($0)] }) {
            try forEach("\(sql) (\(SQLBatch.marks(batch.count, "?"))) \(rest)", batch.flatMap(\.self), body)
        }
    }

    /// Runs a query for pairs of keys, some hundred at a time, and hands each row to `body`.
    ///
    /// - Parameters:
    ///   - pairs: the pairs; each is asked for once.
    ///   - sql: makes the query from a table `k` of the pairs, in `k.column1` and `k.column2`, which is to come first and
    ///     be followed by `CROSS JOIN`: so SQLite looks each pair up, where `(a, b) IN (VALUES …)` would read the table.
    ///   - body: gets each row, in no order.
    /// - Throws: `SQLError`, and what `body` throws.
    package func forEach(
        pairs: [(Int64, Int64)],
        _ sql: (_ keys: String) -> String,
        _ body: (SQLRow) throws -> Void
    ) throws {
        for batch in SQLBatch.batches(pairs.map { [.int($0.0), .int($0.1)] }, filler: [.null, .null]) {
            // PostgreSQL takes the types of the columns from the first row.
            let first = "(CAST(? AS BIGINT), CAST(? AS BIGINT))"
            let rows = ([first] + Array(repeating: "(?, ?)", count: batch.count - 1)).joined(separator: ", ")
            try forEach(sql("(VALUES \(rows)) AS k"), batch.flatMap(\.self), body)
        }
    }
}

private enum SQLBatch {
    /// Keys in one statement at most.
    private static let limit = 512

    /// The keys in parts whose length is a power of two, so that few texts are prepared.
    ///
    /// - Parameters:
    ///   - keys: the keys.
    ///   - filler: what fills a part up; nil for its last key once more.
    /// - Returns: the parts.
    static func batches(_ keys: [[SQLValue]], filler: [SQLValue]? = nil) -> [[[SQLValue]]] {
        stride(from: 0, to: keys.count, by: limit).map { start in
            let part = keys[start..<min(keys.count, start + limit)]
            var count = 1
            while count < part.count { count *= 2 }
            return part + Array(repeating: filler ?? part[part.endIndex - 1], count: count - part.count)
        }
    }

    static func marks(_ count: Int, _ mark: String) -> String {
        Array(repeating: mark, count: count).joined(separator: ", ")
    }
}
