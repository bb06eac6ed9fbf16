/// Questions about whole rows of a file, answered inside DuckDB.
extension Lake {
    /// Columns of which all pairs are compared; a file with more is not asked.
    private static let maximumTwinColumns = 100

    /// Rows that equal an earlier row in every column; two missing values are equal.
    ///
    /// Rows are told apart by two hashes of 64 bits, over their columns in opposite order, so what is held of a row does not
    /// grow with what is in it: some 50 bytes. That two different rows share both by chance is as good as impossible.
    package func duplicatedRows(of source: LakeSource) async throws -> Int {
        let names = source.fields.map { SQLText.identifier($0.name) }
        let hashes = [names, names.reversed()].map { "hash(\($0.joined(separator: ", ")))" }.joined(separator: ", ")
        return try await withConnection { connection in
            source.rowCount
                - (try connection.count(
                    "SELECT count(*) FROM (SELECT 1 FROM \(source.reader(rows: nil)) GROUP BY \(hashes))"
                ))
        }
    }

    /// Rows without any value.
    package func emptyRows(of source: LakeSource) async throws -> Int {
        let tests = source.fields.map { "\(SQLText.identifier($0.name)) IS NULL" }.joined(separator: " AND ")
        return try await withConnection { connection in
            try connection.count("SELECT count(*) FROM \(source.reader(rows: nil)) WHERE \(tests)")
        }
    }

    /// Pairs of columns of one type that are equal in at least `share` of the rows, with the number of those rows.
    ///
    /// Two missing values are equal; `values` are the rows in which both have a value.
    ///
    /// All pairs are tried on the first 2,000 rows, and only those that come near are counted in all rows. A file of more
    /// than 100 columns gives none.
    package func twins(
        of source: LakeSource,
        share: Double
    ) async throws -> [(first: String, second: String, rows: Int, values: Int)] {
        guard source.fields.count <= Self.maximumTwinColumns else { return [] }
        let sampled = 0..<min(2_000, source.rowCount)
        return try await withConnection { connection in
            let pairs = source.fields.indices.flatMap { first in
                source.fields.indices.dropFirst(first + 1).filter {
                    source.fields[$0].type == source.fields[first].type
                }
                .map { (source.fields[first].name, source.fields[$0].name) }
            }
            let near = try connection.equalRows(pairs, in: source.reader(rows: sampled))
            let candidates = zip(pairs, near).filter { Double($0.1) >= (share - 0.1) * Double(sampled.count) }.map(\.0)
            let equal = try connection.equalRows(candidates, in: source.reader(rows: nil))
            let found = zip(candidates, equal).filter { Double($0.1) >= share * Double(source.rowCount) }
            let values = try connection.equalRows(found.map(\.0), in: source.reader(rows: nil), whereBothAre: true)
            return zip(found, values).map { pair, values in
                (first: pair.0.0, second: pair.0.1, rows: pair.1, values: values)
            }
        }
    }

    /// How often each pair of values of two columns comes, in rows in which both have a value; at most `limit` pairs.
    ///
    /// - Returns: The counts; nil where there are more.
    package func pairCounts(
        _ first: String,
        _ second: String,
        of source: LakeSource,
        limit: Int
    ) async throws -> [(first: String, second: String, count: Int)]? {
        _ = (try source.field(first), try source.field(second))
        let (left, right) = (SQLText.identifier(first), SQLText.identifier(second))
        let table = try await withConnection { connection in
            try connection.query(
                """
                SELECT CAST(\(left) AS VARCHAR) AS a, CAST(\(right) AS VARCHAR) AS b, count(*) AS n
                FROM \(source.reader(rows: nil)) WHERE \(left) IS NOT NULL AND \(right) IS NOT NULL
                GROUP BY a, b ORDER BY a, b LIMIT \(limit + 1)
                """
            )
        }
        guard case .texts(let a) = table.columns[0].values, case .texts(let b) = table.columns[1].values,
            case .integers(let n) = table.columns[2].values, a.count <= limit
        else { return nil }
        return a.indices.map { (first: a[$0], second: b[$0], count: Int(n[$0])) }
    }

    /// 1 for each row whose value is `value` as text, 0 for another one, NaN without a value; in order.
    package func flags(_ column: String, equalTo value: String, of source: LakeSource) async throws -> [Double] {
        _ = try source.field(column)
        let test = "CAST(\(SQLText.identifier(column)) AS VARCHAR) = \(SQLText.literal(value))"
        return try await withConnection { connection in
            try connection.doubles(
                "SELECT CAST(CAST(\(test) AS INTEGER) AS DOUBLE) FROM \(source.reader(rows: nil))",
                capacity: source.rowCount
            )
        }
    }
}

extension LakeConnection {
    /// The number that a statement gives.
    fileprivate func count(_ sql: String) throws(LakeError) -> Int {
        guard case .integer(let count) = try query(sql).columns[0][0] else { return 0 }
        return Int(count)
    }

    /// For each pair the rows in which both columns are equal; few pairs a statement, so that its length is bounded.
    fileprivate func equalRows(
        _ pairs: [(String, String)],
        in source: String,
        whereBothAre: Bool = false
    ) throws(LakeError) -> [Int] {
        var counts: [Int] = []
        for start in stride(from: 0, to: pairs.count, by: 100) {
            let tests = pairs[start..<min(pairs.count, start + 100)].map { first, second in
                let sign = whereBothAre ? "=" : "IS NOT DISTINCT FROM"
                return "count(*) FILTER (WHERE \(SQLText.identifier(first)) \(sign) \(SQLText.identifier(second)))"
            }
            let row = try query("SELECT \(tests.joined(separator: ", ")) FROM \(source)")
            for column in row.columns {
                guard case .integer(let count) = column[0] else { continue }
                counts.append(Int(count))
            }
        }
        return counts
    }
}
