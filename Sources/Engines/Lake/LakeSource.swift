internal import Primitives

/// A CSV or Parquet file that is read column by column.
package struct LakeSource: Sendable, Hashable {
    /// What people call it: the path that was given, or `rain@v3`.
    package let name: String
    /// Names and types of the columns.
    package let fields: [LakeField]
    /// The number of rows.
    package let rowCount: Int

    /// The Parquet file that holds the rows; of a CSV file, a converted copy.
    let path: String
    /// What makes a value of a column the value of its type, in SQL, by column.
    let conversions: [String: String]
    /// Whether the types of the columns were guessed from texts: the file is CSV.
    package let isText: Bool

    /// The column named `name`; throws for one that is not there, naming those that are.
    package func field(_ name: String) throws(LakeError) -> LakeField {
        guard let field = fields.first(where: { $0.name == name }) else {
            let known = fields.prefix(50).map(\.name).joined(separator: ", ")
            throw LakeError(.unknownColumn, "\(self.name) has no column \(name): it has \(known)")
        }
        return field
    }
}

/// A value of a column and how many rows have it.
package struct LakeCount: Sendable, Hashable {
    /// The value as text.
    package let value: String
    /// Its rows.
    package let count: Int
}

extension Lake {
    /// Opens a file of the lake's folder, or one that the configuration lets be read where it lies.
    ///
    /// Parquet is read in place. CSV is converted once, uncompressed, into the lake's folder, with the types that all its
    /// lines allow; the copy stays as long as the folder: open CSV in a lake whose folder is temporary.
    ///
    /// - Parameters:
    ///   - path: where the file is.
    ///   - name: what errors and reports call the file.
    ///   - format: what the file is; nil to go by its name.
    /// - Returns: the file, open for reading.
    /// - Throws: ``LakeError`` for a file that is not there, has no rows or columns, or is not what it should be.
    package func open(_ path: String, name: String? = nil, format: LakeFormat? = nil) async throws -> LakeSource {
        let name = name ?? path
        guard let format = format ?? LakeFormat(fileName: path) else {
            throw LakeError(
                .invalidFile,
                "\(name) is of no known kind: the name of a file ends in .csv, .csv.gz, .tsv or .parquet"
            )
        }
        let copy = "\(directory)/\(RandomID.hex()).parquet"
        return try await withConnection { connection in
            try Lake.checkRegular(path, doing: "read")
            do throws(LakeError) {
                let parquet = format == .parquet ? path : copy
                if format == .csv { try Lake.convertForReading(path, to: copy, connection) }
                return try Lake.source(parquet, name: name, isText: format == .csv, connection)
            } catch {
                throw error.asReading(of: name)
            }
        }
    }

    private static func convertForReading(
        _ path: String,
        to copy: String,
        _ connection: LakeConnection
    ) throws(LakeError) {
        let file = try CSVFile(path, connection: connection)
        try file.convert(nullTexts: ImportOptions().nullTexts, connection) { (content) throws(LakeError) in
            var columns: [String] = []
            for field in content.fields {
                columns.append(field.conversion(to: try field.field(in: path)))
            }
            try connection.execute(
                "COPY (SELECT \(columns.joined(separator: ", ")) FROM \(content.reader)) TO \(SQLText.literal(copy)) "
                    + "(FORMAT parquet, COMPRESSION uncompressed)"
            )
        }
    }

    private static func source(
        _ path: String,
        name: String,
        isText: Bool,
        _ connection: LakeConnection
    ) throws(LakeError) -> LakeSource {
        let sources = try connection.fields(of: parquet(path))
        guard !sources.isEmpty else { throw LakeError(.invalidFile, "it has no columns") }
        var fields: [LakeField] = []
        var conversions: [String: String] = [:]
        for source in sources {
            let field = try source.field(in: name)
            fields.append(field)
            if source.type != field.type.rawValue { conversions[source.name] = source.value(as: field) }
        }
        let rows = try connection.query("SELECT count(*) FROM \(parquet(path))").columns[0][0]
        guard case .integer(let count) = rows, count > 0 else {
            throw LakeError(.emptyRange, "it has columns and no rows")
        }
        return LakeSource(
            name: name,
            fields: fields,
            rowCount: Int(count),
            path: path,
            conversions: conversions,
            isText: isText
        )
    }
}

extension LakeSource {
    /// A value of a column of numbers or truth values as a double, in SQL.
    func selectNumber(_ column: String) throws(LakeError) -> String {
        let type = try field(column).type
        guard [.boolean, .integer, .double].contains(type) else {
            throw LakeError(.unsupportedType, "\(name): column \(column) holds \(type.rawValue), no numbers")
        }
        return "CAST(\(conversions[column] ?? SQLText.identifier(column)) AS DOUBLE)"
    }

    /// A value of a column as text, in SQL.
    func selectText(_ column: String) throws(LakeError) -> String {
        _ = try field(column)
        return "CAST(\(conversions[column] ?? SQLText.identifier(column)) AS VARCHAR)"
    }

    /// The rows as a table function in SQL.
    func reader(rows: Range<Int>?) -> String {
        guard let rows else { return Lake.parquet(path) }
        return "(SELECT * FROM read_parquet(\(SQLText.literal(path)), file_row_number = true) "
            + "WHERE file_row_number >= \(rows.lowerBound) AND file_row_number < \(rows.upperBound))"
    }
}

extension LakeError {
    /// The error of reading `subject`: DuckDB's reason in one line.
    fileprivate func asReading(of subject: String) -> LakeError {
        guard [.invalidQuery, .invalidFile, .inputOutput, .emptyRange].contains(code) else { return self }
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.isEmpty && !$0.hasPrefix("Possible") && !$0.hasPrefix("LINE") }
            .filter { !$0.hasPrefix("Original Line") }
        let code = code == .invalidQuery ? LakeError.Code.invalidFile : code
        return LakeError(code, "\(subject) cannot be read: \(lines.joined(separator: "; "))")
    }
}
