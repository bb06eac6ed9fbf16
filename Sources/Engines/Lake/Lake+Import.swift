internal import Files
internal import Glibc
internal import Primitives

extension Lake {
    /// Imports a CSV or Parquet file as a Parquet file of the lake at `destination`, which must be in its folder.
    ///
    /// The source is copied into the lake first, so that DuckDB needs no other folder and sees one state of it. Types of
    /// CSV columns are found from all rows, not a sample. A line that does not fit is an error that names it: nothing is
    /// skipped. Not durable before the caller synchronizes it.
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
            defer { unlink(copy) }
            try Lake.checkRegular(source)
            try Lake.copyFile(source, to: copy)
            do throws(LakeError) {
                try Lake.convert(copy, format, options, subject: source, to: destination, connection)
            } catch {
                throw error.asImport(of: source)
            }
            return try Lake.inspect(destination, connection)
        }
    }

    private static func convert(
        _ copy: String,
        _ format: LakeFormat,
        _ options: ImportOptions,
        subject: String,
        to destination: String,
        _ connection: LakeConnection
    ) throws(LakeError) {
        guard format == .csv else {
            let content = FileContent(reader: parquet(copy), fields: try connection.fields(of: parquet(copy)))
            return try convert(content, options, subject: subject, to: destination, connection)
        }
        let file = try CSVFile(copy, connection: connection)
        let readsAll = options.rows == nil && options.columns == nil
        try file.convert(nullTexts: options.nullTexts, readsAll: readsAll, connection) { (content) throws(LakeError) in
            try convert(content, options, subject: subject, to: destination, connection)
        }
    }

    private static func convert(
        _ content: FileContent,
        _ options: ImportOptions,
        subject: String,
        to destination: String,
        _ connection: LakeConnection
    ) throws(LakeError) {
        let fields = try selection(of: options.columns, in: content.fields, subject: subject)
        guard !fields.isEmpty else { throw LakeError(.invalidFile, "\(subject) has no columns") }
        var columns: [String] = []
        for field in fields { columns.append(field.conversion(to: try field.field(in: subject))) }
        let range = try options.rows.map { (rows) throws(LakeError) in
            guard !rows.isEmpty, rows.lowerBound >= 0 else {
                throw LakeError(.emptyRange, "the rows \(rows.lowerBound) to \(rows.upperBound) are none")
            }
            return " LIMIT \(rows.count) OFFSET \(rows.lowerBound)"
        }
        let selection = "SELECT \(columns.joined(separator: ", ")) FROM \(content.reader)\(range ?? "")"
        try copy(selection, to: destination, connection)
        let found = try connection.query("SELECT count(*) FROM \(parquet(destination))").columns[0][0]
        guard found != .integer(0) || options.rows != nil else {
            throw LakeError(.emptyRange, "\(subject) has columns and no rows")
        }
        guard let rows = options.rows, found != .integer(Int64(rows.count)) else { return }
        throw LakeError(
            .emptyRange,
            "\(subject) has no rows \(rows.lowerBound) to \(rows.upperBound - 1): it is shorter"
        )
    }

    /// Throws where `path` is no file: a pipe would never end, and a folder has no rows.
    static func checkRegular(_ path: String, doing verb: String = "imported") throws(LakeError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw LakeError(
                .invalidFile,
                "\(path) cannot be \(verb): \(SystemError(call: "stat", subject: path).reason)"
            )
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw LakeError(.invalidFile, "\(path) cannot be \(verb): it is no regular file")
        }
    }

    /// Throws where a file that is called `.gz` does not begin as gzip does, RFC 1952.
    private static func checkCompression(_ start: UnsafeMutableRawBufferPointer, of path: String) throws(LakeError) {
        guard isCompressed(path), start.count < 2 || start[0] != 0x1f || start[1] != 0x8b else { return }
        throw LakeError(.invalidFile, "\(path) cannot be imported: it is called .gz and is not gzip")
    }

    private static func isCompressed(_ path: String) -> Bool {
        path.lowercased().hasSuffix(".gz")
    }

    /// Copies in parts, so that a large file takes no memory.
    private static func copyFile(_ source: String, to destination: String) throws {
        let input = try FileDescriptor(path: source, mode: .read)
        let output = try FileDescriptor(path: destination, mode: .createNew)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try input.read(into: buffer, at: offset)
            if offset == 0 { try checkCompression(.init(rebasing: buffer[..<count]), of: source) }
            if count == 0 { return }
            try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
    }
}
