internal import Files
internal import Glibc
internal import Primitives

extension Lake {
    /// Imports a CSV or Parquet file as a Parquet file of the lake at `destination`, which must be in its folder.
    ///
    /// The source is copied into the lake first, so that DuckDB needs no other folder and sees one state of it. Types of
    /// CSV columns are found from all rows, not a sample. A line that does not fit is an error that names it: nothing is
    /// skipped. Not durable before ``settle(_:)``.
    ///
    /// - Returns: What was imported: columns, rows, hash and statistics.
    package func importFile(_ source: String, _ options: ImportOptions, to destination: String) async throws -> LakeFile
    {
        guard let format = options.format ?? LakeFormat(fileName: source) else {
            throw LakeError(
                .invalidFile,
                "\(source) is of no known kind: the name of a file to import ends in .csv, .csv.gz, .tsv or .parquet"
            )
        }
        return try await withConnection { connection in
            let copy =
                "\(destination).source\(format == .parquet ? ".parquet" : Lake.isCompressed(source) ? ".csv.gz" : ".csv")"
            try Lake.copyFile(source, to: copy)
            defer { unlink(copy) }
            do {
                try Lake.convert(format.reader(copy, options), options, subject: source, to: destination, connection)
                return try Lake.inspect(destination, connection)
            } catch let error as LakeError where error.code == .invalidQuery {
                throw LakeError(.invalidFile, "\(source) cannot be read: \(error.message)")
            }
        }
    }

    private static func convert(
        _ reader: String,
        _ options: ImportOptions,
        subject: String,
        to destination: String,
        _ connection: LakeConnection
    ) throws {
        let fields = try selection(of: options.columns, in: connection.fields(of: reader), subject: subject)
        guard !fields.isEmpty else { throw LakeError(.invalidFile, "\(subject) has no columns") }
        let columns = try fields.map { $0.conversion(to: try $0.field(in: subject)) }
        let range = try options.rows.map { (rows) throws(LakeError) in
            guard !rows.isEmpty, rows.lowerBound >= 0 else {
                throw LakeError(.emptyRange, "the rows \(rows.lowerBound) to \(rows.upperBound) are none")
            }
            return " LIMIT \(rows.count) OFFSET \(rows.lowerBound)"
        }
        try copy("SELECT \(columns.joined(separator: ", ")) FROM \(reader)\(range ?? "")", to: destination, connection)
        guard let rows = options.rows else { return }
        let found = try connection.query("SELECT count(*) FROM \(parquet(destination))").columns[0][0]
        guard found == .integer(Int64(rows.count)) else {
            throw LakeError(
                .emptyRange,
                "\(subject) has no rows \(rows.lowerBound) to \(rows.upperBound - 1): it is shorter"
            )
        }
    }

    private static func isCompressed(_ path: String) -> Bool {
        path.lowercased().hasSuffix(".gz")
    }

    /// Copies in parts, so that a large file takes no memory.
    private static func copyFile(_ source: String, to destination: String) throws(SystemError) {
        let input = try FileDescriptor(path: source, mode: .read)
        let output = try FileDescriptor(path: destination, mode: .createNew)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try input.read(into: buffer, at: offset)
            if count == 0 { return }
            try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
    }
}

extension LakeFormat {
    /// The table function that reads `path`.
    fileprivate func reader(_ path: String, _ options: ImportOptions) -> String {
        switch self {
        case .parquet: return Lake.parquet(path)
        case .csv:
            let nulls = options.nullTexts.map(SQLText.literal).joined(separator: ", ")
            return
                "read_csv(\(SQLText.literal(path)), sample_size = -1, compression = '\(path.hasSuffix(".gz") ? "gzip" : "none")', nullstr = [\(nulls)])"
        }
    }
}
