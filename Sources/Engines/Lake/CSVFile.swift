/// The columns of a file, and the table function that reads them.
struct FileContent {
    /// The table function in SQL.
    let reader: String
    /// Its columns.
    let fields: [SourceField]
}

/// A CSV file whose layout was read from its first line, so that DuckDB has nothing to guess.
///
/// DuckDB's own search for a layout prefers one that fits: it drops a header or splits no columns where a line is too
/// long or too short. Here every line must have the header's columns.
struct CSVFile {
    private let path: String
    private let delimiter: String
    private let columnCount: Int

    /// Reads the first line of `path`, which names the columns; plain, or gzip where the name ends in `.gz`.
    init(_ path: String, connection: LakeConnection) throws(LakeError) {
        self.path = path
        let options = "auto_detect = false, header = false, delim = '\u{1}', quote = '', escape = ''"
        let head = try connection.query(
            """
            SELECT line FROM read_csv(\(SQLText.literal(path)), \(options), \(CSVFile.compression(path)),
                columns = {'line': 'VARCHAR'}) LIMIT 1
            """
        )
        guard head.rowCount == 1, case .text(let line) = head.columns[0][0] else {
            throw LakeError(.invalidFile, "it is empty: a CSV file begins with a line of column names")
        }
        let counts = ["\t", ";", "|", ","].map { ($0, CSVFile.columns(of: line, delimiter: $0)) }
        let best = counts.max { $0.1 < $1.1 } ?? (",", 1)
        (delimiter, columnCount) = best.1 > 1 ? best : (",", 1)
    }

    /// What the file holds: only `true` and `false` are truth values, and texts that are all numbers are numbers.
    ///
    /// DuckDB alone takes `yes`, `no`, `t` and `f` for truth values, and `inf` at the head of a column for a date, which
    /// gives texts when numbers follow. Times of a day stay the texts that they are.
    func content(nullTexts: [String], _ connection: LakeConnection) throws(LakeError) -> FileContent {
        let guessed = try connection.fields(of: reader(nullTexts, texts: []))
        let flags = guessed.filter { $0.type == "BOOLEAN" }.map(\.name)
        let words = try failing(flags, nullTexts, connection) { "lower(\($0)) NOT IN ('true', 'false')" }
        let reader = reader(nullTexts, texts: words)
        var fields = words.isEmpty ? guessed : try connection.fields(of: reader)
        let texts = fields.filter { $0.type == "VARCHAR" && !words.contains($0.name) }.map(\.name)
        for (type, name) in try connection.numbers(among: texts, of: reader) {
            fields = fields.map { $0.name == name ? SourceField(name: name, type: type) : $0 }
        }
        return FileContent(reader: reader, fields: fields)
    }

    /// Those of `columns`, read as texts, that have a value for which `test` holds.
    private func failing(
        _ columns: [String],
        _ nullTexts: [String],
        _ connection: LakeConnection,
        _ test: (String) -> String
    ) throws(LakeError) -> [String] {
        guard !columns.isEmpty else { return [] }
        let tests = columns.map { "count(*) FILTER (WHERE \(test(SQLText.identifier($0)))) > 0" }
        let row = try connection.query(
            "SELECT \(tests.joined(separator: ", ")) FROM \(reader(nullTexts, texts: columns))"
        )
        return zip(columns, row.columns).filter { $0.1[0] == .boolean(true) }.map(\.0)
    }

    /// The table function that reads the file, `texts` as they are and the rest with types found from all lines.
    private func reader(_ nullTexts: [String], texts: [String]) -> String {
        let nulls = nullTexts.map(SQLText.literal).joined(separator: ", ")
        let types = texts.map { "\(SQLText.literal($0)): 'VARCHAR'" }.joined(separator: ", ")
        return "read_csv(\(SQLText.literal(path)), \(layout), sample_size = -1, nullstr = [\(nulls)], "
            + "auto_type_candidates = [\(Self.types)]\(types.isEmpty ? "" : ", types = {\(types)}"))"
    }

    /// What a column may be taken for: DuckDB's own list without times of a day.
    private static let types =
        "'NULL', 'BOOLEAN', 'BIGINT', 'HUGEINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'VARCHAR'"

    /// Reads the file as texts: throws ``LakeError`` that names the first line that is not as the header says.
    func check(_ connection: LakeConnection) throws(LakeError) {
        let columns = (0..<columnCount).map { "'c\($0)': 'VARCHAR'" }.joined(separator: ", ")
        let reader = "read_csv(\(SQLText.literal(path)), \(layout), auto_detect = false, columns = {\(columns)})"
        try connection.execute("SELECT count(*) FROM \(reader)")
    }

    private var layout: String {
        "header = true, skip = 0, delim = \(SQLText.literal(delimiter)), quote = '\"', escape = '\"', "
            + "strict_mode = true, null_padding = false, ignore_errors = false, \(CSVFile.compression(path))"
    }

    private static func compression(_ path: String) -> String {
        "compression = '\(path.hasSuffix(".gz") ? "gzip" : "none")'"
    }

    /// How many columns `line` has where `delimiter` stands between them, outside of quotes.
    private static func columns(of line: String, delimiter: String) -> Int {
        var quoted = false
        var count = 1
        for scalar in line.unicodeScalars {
            if scalar == "\"" {
                quoted.toggle()
            } else if !quoted, String(scalar) == delimiter {
                count += 1
            }
        }
        return count
    }
}

extension LakeError {
    /// The error of an import of `subject`: DuckDB's reason without the lines that repeat the data and its settings.
    func asImport(of subject: String) -> LakeError {
        guard code == .invalidQuery || code == .invalidFile else { return self }
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.isEmpty && !$0.hasPrefix("Possible") }
            .filter { !$0.hasPrefix("Original Line") }
        let reason = lines.joined(separator: "; ")
        return LakeError(.invalidFile, "\(subject) cannot be imported: \(reason)")
    }
}
