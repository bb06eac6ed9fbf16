internal import CDuckDB

/// Reads columns of files, one after the other, on one of the lake's threads.
///
/// Not thread-safe; it lives as long as the call of ``Lake/withReader(_:)`` that gave it.
package final class LakeReader {
    private let connection: LakeConnection

    fileprivate init(_ connection: LakeConnection) {
        self.connection = connection
    }

    /// The values of a column of numbers or truth values, as doubles; NaN where there is none.
    ///
    /// - Parameters:
    ///   - column: the column.
    ///   - source: the file.
    ///   - rows: the rows to read, counted from 0; all where nil.
    /// - Returns: one value a row.
    /// - Throws: ``LakeError`` where there is no such column, or it holds no numbers.
    package func numbers(
        _ column: String,
        of source: LakeSource,
        rows: Range<Int>? = nil
    ) throws(LakeError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(min(rows?.count ?? source.rowCount, 1 << 28))
        try connection.forEachBlock(
            of: try source.selectNumber(column),
            in: source.reader(rows: rows),
            isHeld: true
        ) { block in
            values.append(contentsOf: block)
            return true
        }
        return values
    }

    /// Runs `body` with a column of numbers or truth values that is not held in memory.
    ///
    /// - Throws: ``LakeError`` where there is no such column, it holds no numbers, or reading it fails on the way; what
    ///   `body` throws.
    package func withNumbers<T>(
        _ column: String,
        of source: LakeSource,
        _ body: (LakeNumbers) throws -> T
    ) throws -> T {
        let numbers = LakeNumbers(connection, try source.selectNumber(column), source.reader(rows: nil))
        let found = try body(numbers)
        if let failure = numbers.failure { throw failure }
        return found
    }

    /// Runs `body` with how two columns differ row by row, which is not held in memory: the distance of numbers, or
    /// `asFlags` 1 where they are not equal and 0 where they are; NaN where one has no value.
    ///
    /// - Throws: ``LakeError`` where there is no such column, distances of what are no numbers are asked for, or reading
    ///   fails on the way; what `body` throws.
    package func withDifferences(
        _ first: String,
        _ second: String,
        of source: LakeSource,
        asFlags: Bool,
        _ body: (LakeNumbers) throws -> Void
    ) throws {
        let areNumbers = try [first, second].allSatisfy { [.integer, .double].contains(try source.field($0).type) }
        let (left, right): (String, String)
        if areNumbers || !asFlags {
            (left, right) = (try source.selectNumber(first), try source.selectNumber(second))
        } else {
            (left, right) = (try source.selectText(first), try source.selectText(second))
        }
        let value = asFlags ? "CAST(\(left) <> \(right) AS DOUBLE)" : "abs(\(left) - \(right))"
        let numbers = LakeNumbers(connection, value, source.reader(rows: nil))
        try body(numbers)
        if let failure = numbers.failure { throw failure }
    }

    /// The values of a column as texts, in order; nil where there is none.
    ///
    /// - Throws: ``LakeError`` where there is no such column.
    package func texts(_ column: String, of source: LakeSource) throws(LakeError) -> [String?] {
        let found = try connection.query(
            "SELECT \(try source.selectText(column)) FROM \(source.reader(rows: nil))"
        ).columns[0]
        return (0..<found.count).map { if case .text(let text) = found[$0] { text } else { nil } }
    }

    /// Shows the values of a column as texts, one after the other in order; nil where there is none.
    ///
    /// Only a block of them is in memory.
    ///
    /// - Throws: ``LakeError`` where there is no such column.
    package func forEachText(_ column: String, of source: LakeSource, _ body: (String?) -> Void) throws(LakeError) {
        let sql = "SELECT \(try source.selectText(column)) FROM \(source.reader(rows: nil))"
        try connection.forEachChunk(sql, streaming: true) { (columns, chunk) throws(LakeError) in
            var builder = try ColumnBuilder(columns[0])
            try builder.append(chunk, column: 0, api: connection.api)
            let block = builder.column
            guard case .texts(let texts) = block.values else {
                throw LakeError(.engine, "a statement for texts gave something else")
            }
            for (row, text) in texts.enumerated() { body(block.nulls.isEmpty || !block.nulls[row] ? text : nil) }
            return true
        }
    }

    /// How often each value of a column comes, at most `limit` values, in order of their bytes.
    ///
    /// Counted inside DuckDB: no row is brought out.
    ///
    /// - Returns: The counts and the rows without a value; nil where there are more than `limit` different values.
    package func counts(
        _ column: String,
        of source: LakeSource,
        limit: Int
    ) throws(LakeError) -> (counts: [LakeCount], missing: Int)? {
        let table = try connection.query(
            """
            SELECT x, count(*) AS n FROM
                (SELECT \(try source.selectText(column)) AS x FROM \(source.reader(rows: nil)))
            GROUP BY x ORDER BY x NULLS FIRST LIMIT \(limit + 2)
            """
        )
        guard case .texts(let values) = table.columns[0].values, case .integers(let counts) = table.columns[1].values
        else { return nil }
        var missing = 0
        var found: [LakeCount] = []
        for row in values.indices {
            if case .null = table.columns[0][row] {
                missing = Int(counts[row])
            } else {
                found.append(LakeCount(value: values[row], count: Int(counts[row])))
            }
        }
        return found.count > limit ? nil : (found, missing)
    }

    /// How many rows have a value.
    package func present(_ column: String, of source: LakeSource) throws(LakeError) -> Int {
        _ = try source.field(column)
        let table = try connection.query(
            "SELECT count(\(SQLText.identifier(column))) FROM \(source.reader(rows: nil))"
        )
        guard case .integer(let present) = table.columns[0][0] else { return 0 }
        return Int(present)
    }

    /// How many rows have a value, and how many different values there are.
    package func distinct(_ column: String, of source: LakeSource) throws(LakeError) -> (present: Int, distinct: Int) {
        _ = try source.field(column)
        let name = SQLText.identifier(column)
        let table = try connection.query(
            "SELECT count(\(name)), count(DISTINCT \(name)) FROM \(source.reader(rows: nil))"
        )
        guard case .integer(let present) = table.columns[0][0], case .integer(let distinct) = table.columns[1][0]
        else { return (0, 0) }
        return (Int(present), Int(distinct))
    }
}

extension Lake {
    /// Runs `body` on one of the lake's threads, with what reads columns there.
    ///
    /// What is read is worked on best where it was read, while it is near the processor.
    package func withReader<T: Sendable>(_ body: @escaping @Sendable (LakeReader) throws -> T) async throws -> T {
        try await withConnection { try body(LakeReader($0)) }
    }

    /// ``LakeReader/numbers(_:of:rows:)``, from anywhere.
    package func numbers(_ column: String, of source: LakeSource, rows: Range<Int>? = nil) async throws -> [Double] {
        try await withReader { try $0.numbers(column, of: source, rows: rows) }
    }

    /// ``LakeReader/texts(_:of:)``, from anywhere.
    package func texts(_ column: String, of source: LakeSource) async throws -> [String?] {
        try await withReader { try $0.texts(column, of: source) }
    }

    /// ``LakeReader/counts(_:of:limit:)``, from anywhere.
    package func counts(
        _ column: String,
        of source: LakeSource,
        limit: Int
    ) async throws -> (counts: [LakeCount], missing: Int)? {
        try await withReader { try $0.counts(column, of: source, limit: limit) }
    }
}
