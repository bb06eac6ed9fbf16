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

    /// Runs `body`, which reads the file and writes what it found, with what the file holds.
    ///
    /// The types are those that all lines allow. Where `body` reads all of the file, it is tried with those of the first
    /// lines first, which saves reading a long file twice, and runs again where a later line asks for other types.
    ///
    /// - Throws: ``LakeError`` that names the line where one has too many or too few columns; what `body` throws.
    func convert(
        nullTexts: [String],
        readsAll: Bool = true,
        _ connection: LakeConnection,
        _ body: (FileContent) throws(LakeError) -> Void
    ) throws(LakeError) {
        do throws(LakeError) {
            if readsAll {
                do throws(LakeError) {
                    if let likely = try likelyContent(nullTexts: nullTexts, connection) { return try body(likely) }
                } catch {
                    guard error.code == .invalidQuery else { throw error }
                }
            }
            try body(try content(nullTexts: nullTexts, connection))
        } catch {
            if error.code == .invalidQuery { try check(connection) }
            throw error
        }
    }

    /// What the file holds, as its first lines tell; nil where these leave open what a column is.
    ///
    /// Types follow from the narrowest that takes all values, so where all lines can be read with the types that the first
    /// ones ask for, all lines ask for the same. Reading a line with which that does not hold throws ``LakeError``
    /// `invalid_query`, and ``content(nullTexts:_:)`` says what is so. For that each type must refuse what it would change:
    /// whole numbers would be rounded and truth values guessed, so both are read as texts and checked; a date would lose its
    /// time, so files with times are not for this.
    private func likelyContent(nullTexts: [String], _ connection: LakeConnection) throws(LakeError) -> FileContent? {
        let sniffed = try sniff(lines: Self.sampleLines, nullTexts, connection)
        guard sniffed.all.allSatisfy({ ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"].contains($0.type) }) else {
            return nil
        }
        let sample = "(SELECT * FROM \(sniffed.reader(of: self, texts: sniffed.names)) LIMIT \(Self.sampleLines))"
        // A text that is no number settles a column, and so does one that is no truth value.
        let words = try connection.holding(Self.isWord, in: sniffed.names(of: "BOOLEAN"), of: sample)
        let texts = sniffed.names(of: "VARCHAR")
        guard try connection.holding(Self.isNoNumber, in: texts, of: sample).count == texts.count else { return nil }
        let flags = sniffed.names(of: "BOOLEAN").filter { !words.contains($0) }
        let whole = sniffed.names(of: "BIGINT")
        let reader = sniffed.reader(of: self, texts: words + flags + whole)
        return FileContent(
            reader: Self.strict(flags: flags, whole: whole, in: reader),
            fields: sniffed.fields(texts: words)
        )
    }

    /// What the file holds: only `true` and `false` are truth values, and texts that are all numbers are numbers.
    ///
    /// DuckDB alone takes `yes`, `no`, `t` and `f` for truth values, and `inf` at the head of a column for a date, which
    /// gives texts when numbers follow. Times of a day stay the texts that they are.
    private func content(nullTexts: [String], _ connection: LakeConnection) throws(LakeError) -> FileContent {
        let sniffed = try sniff(lines: -1, nullTexts, connection)
        let flags = sniffed.names(of: "BOOLEAN")
        let words = try connection.holding(Self.isWord, in: flags, of: sniffed.reader(of: self, texts: flags))
        let reader = sniffed.reader(of: self, texts: words)
        var fields = sniffed.fields(texts: words)
        let texts = sniffed.names(of: "VARCHAR")
        let some = "(SELECT * FROM \(reader) LIMIT \(Self.sampleLines))"
        let settled = try connection.holding(Self.isNoNumber, in: texts, of: some)
        for (type, name) in try connection.numbers(among: texts.filter { !settled.contains($0) }, of: reader) {
            fields = fields.map { $0.name == name ? SourceField(name: name, type: type) : $0 }
        }
        return FileContent(reader: reader, fields: fields)
    }

    /// Lines that say what a column most likely is.
    private static let sampleLines = 20_480

    private static func isWord(_ value: String) -> String { "lower(\(value)) NOT IN ('true', 'false')" }

    private static func isNoNumber(_ value: String) -> String {
        "\(value) IS NOT NULL AND TRY_CAST(\(value) AS DOUBLE) IS NULL"
    }

    /// `reader` with the columns `flags` as truth values and `whole` as whole numbers; any other text in them throws.
    private static func strict(flags: [String], whole: [String], in reader: String) -> String {
        guard !(flags.isEmpty && whole.isEmpty) else { return reader }
        let truths = flags.map(SQLText.identifier).map { flag in
            "CASE lower(\(flag)) WHEN 'true' THEN true WHEN 'false' THEN false ELSE CASE WHEN \(flag) IS NOT NULL "
                + "THEN error('no truth value') END END AS \(flag)"
        }
        let numbers = whole.map(SQLText.identifier).map { number in
            "CASE WHEN \(number) IS NULL OR translate(\(number), '0123456789', '') IN ('', '-', '+') "
                + "THEN CAST(\(number) AS BIGINT) ELSE error('no whole number') END AS \(number)"
        }
        return "(SELECT * REPLACE (\((truths + numbers).joined(separator: ", "))) FROM \(reader))"
    }

    /// What DuckDB finds of the columns in the first `lines`, or in all for -1.
    private func sniff(
        lines: Int,
        _ nullTexts: [String],
        _ connection: LakeConnection
    ) throws(LakeError) -> SniffedColumns {
        let nulls = nullTexts.map(SQLText.literal).joined(separator: ", ")
        let sniff =
            "sniff_csv(\(SQLText.literal(path)), \(layout), sample_size = \(lines), nullstr = [\(nulls)], "
            + "auto_type_candidates = [\(Self.types)])"
        let table = try connection.query(
            "SELECT x.name, x.type, DateFormat, TimestampFormat FROM \(sniff), unnest(Columns) AS list(x)"
        )
        guard case .texts(let names) = table.columns[0].values, case .texts(let types) = table.columns[1].values,
            names.count <= LakeConnection.maximumColumns
        else {
            throw LakeError(
                .tooLarge,
                "the file has \(table.rowCount) columns, more than \(LakeConnection.maximumColumns)"
            )
        }
        var formats: [String] = []
        for (index, option) in ["dateformat", "timestampformat"].enumerated() where table.rowCount > 0 {
            guard case .text(let format) = table.columns[2 + index][0] else { continue }
            formats.append("\(option) = \(SQLText.literal(format))")
        }
        return SniffedColumns(
            all: zip(names, types).map(SourceField.init),
            options: (["nullstr = [\(nulls)]"] + formats).joined(separator: ", ")
        )
    }

    /// Columns and formats as DuckDB finds them.
    private struct SniffedColumns {
        let all: [SourceField]
        /// How values are read, as options of `read_csv`.
        let options: String

        var names: [String] { all.map(\.name) }

        func names(of type: String) -> [String] { all.filter { $0.type == type }.map(\.name) }

        func fields(texts: [String]) -> [SourceField] {
            all.map { texts.contains($0.name) ? SourceField(name: $0.name, type: "VARCHAR") : $0 }
        }

        /// The table function that reads `file` with these types, and `texts` as they are.
        func reader(of file: CSVFile, texts: [String]) -> String {
            let columns = fields(texts: texts).map { "\(SQLText.literal($0.name)): \(SQLText.literal($0.type))" }
            return "read_csv(\(SQLText.literal(file.path)), \(file.layout), auto_detect = false, \(options), "
                + "columns = {\(columns.joined(separator: ", "))})"
        }
    }

    /// What a column may be taken for: DuckDB's own list without times of a day.
    private static let types =
        "'NULL', 'BOOLEAN', 'BIGINT', 'HUGEINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'VARCHAR'"

    /// Reads the file as texts: throws ``LakeError`` that names the first line that is not as the header says.
    private func check(_ connection: LakeConnection) throws(LakeError) {
        let columns = (0..<columnCount).map { "'c\($0)': 'VARCHAR'" }.joined(separator: ", ")
        let reader = "read_csv(\(SQLText.literal(path)), \(layout), auto_detect = false, columns = {\(columns)})"
        try connection.execute("SELECT count(*) FROM \(reader)")
    }

    private var layout: String {
        "header = true, skip = 0, delim = \(SQLText.literal(delimiter)), quote = '\"', escape = '\"', "
            + "comment = '', strict_mode = true, null_padding = false, ignore_errors = false, \(CSVFile.compression(path))"
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

extension LakeConnection {
    /// Those of `columns` of `source`, a table function in SQL, that have a value for which `test` holds.
    fileprivate func holding(
        _ test: (String) -> String,
        in columns: [String],
        of source: String
    ) throws(LakeError) -> [String] {
        guard !columns.isEmpty else { return [] }
        let tests = columns.map { "count(*) FILTER (WHERE \(test(SQLText.identifier($0)))) > 0" }
        let row = try query("SELECT \(tests.joined(separator: ", ")) FROM \(source)")
        return zip(columns, row.columns).filter { $0.1[0] == .boolean(true) }.map(\.0)
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
