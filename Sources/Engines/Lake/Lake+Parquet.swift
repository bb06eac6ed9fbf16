internal import Files

/// Parquet files are written with fixed settings by one order of rows, so that equal rows give equal bytes with one
/// version of DuckDB; the content hash does not depend even on that.
extension Lake {
    private static let parquetSettings =
        "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 122880, OVERWRITE_OR_IGNORE true"

    /// Writes `table` as a Parquet file at `path`, which must be in the lake's folder.
    ///
    /// Not durable before the caller synchronizes it.
    package func writeParquet(_ table: LakeTable, to path: String) async throws -> LakeFile {
        try await withConnection { connection in
            let columns = table.fields.map { "\(SQLText.identifier($0.name)) \($0.type.rawValue)" }
            try connection.execute("CREATE TEMP TABLE rows_to_write (\(columns.joined(separator: ", ")))")
            let appender = try TableAppender("rows_to_write", fields: table.fields, connection: connection)
            try appender.append(table)
            try Lake.copy("SELECT * FROM rows_to_write", to: path, connection)
            return try Lake.inspect(path, connection)
        }
    }

    /// Reads a Parquet file of the lake's folder through, and tells what is in it.
    package func inspect(_ path: String) async throws -> LakeFile {
        try await withConnection { try Lake.inspect(path, $0) }
    }

    /// Reads `columns` of a Parquet file of the lake's folder, in the file's order; all columns where nil.
    package func read(_ path: String, columns: [String]? = nil, maximumRows: Int = 10_000_000) async throws -> LakeTable
    {
        try await withConnection { connection in
            let source = Lake.parquet(path)
            let selection = try Lake.selection(of: columns, in: connection.fields(of: source), subject: path)
            let names = selection.map { SQLText.identifier($0.name) }.joined(separator: ", ")
            return try connection.query("SELECT \(names) FROM \(source)", maximumRows: maximumRows)
        }
    }

    static func parquet(_ path: String) -> String {
        "read_parquet(\(SQLText.literal(path)))"
    }

    static func copy(_ query: String, to path: String, _ connection: LakeConnection) throws(LakeError) {
        try connection.execute("COPY (\(query)) TO \(SQLText.literal(path)) (\(parquetSettings))")
    }

    static func inspect(_ path: String, _ connection: LakeConnection) throws -> LakeFile {
        let source = parquet(path)
        let fields = try connection.fields(of: source).map { try $0.plain(in: path) }
        var hash = ContentHash(fields: fields)
        var rows: Int64 = 0
        try connection.forEachPart("SELECT * FROM \(source)") { (part) throws(LakeError) in
            hash.update(part)
            rows += Int64(part.rowCount)
        }
        var statistics: [ColumnStatistics] = []
        for field in fields { statistics.append(try connection.statistics(of: field, in: source)) }
        return LakeFile(
            path: path,
            bytes: Int64(try File.length(path)),
            fields: fields,
            rowCount: rows,
            contentHash: hash.hex(),
            statistics: statistics
        )
    }

    /// The columns named in `names` out of `fields`, all of them where nil; throws for one that is not there.
    static func selection(
        of names: [String]?,
        in fields: [SourceField],
        subject: String
    ) throws(LakeError) -> [SourceField] {
        guard let names else { return fields }
        var selection: [SourceField] = []
        for name in names {
            guard let field = fields.first(where: { $0.name == name }) else {
                let known = fields.prefix(50).map(\.name).joined(separator: ", ")
                throw LakeError(.unknownColumn, "\(subject) has no column \(name): it has \(known)")
            }
            selection.append(field)
        }
        return selection
    }
}
