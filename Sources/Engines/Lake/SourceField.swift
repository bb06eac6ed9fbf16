/// A column of a file as DuckDB reads it, before it takes one of the lake's types.
struct SourceField: Sendable, Hashable {
    /// The column's name.
    let name: String
    /// DuckDB's name of the type, for example `DECIMAL(18,3)`.
    let type: String

    /// The lake's type that takes all values of this one, or nil.
    private var target: LakeType? {
        switch type {
        case "BOOLEAN": .boolean
        case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
            "UHUGEINT":
            .integer
        case "FLOAT", "DOUBLE": .double
        // What has no value at all has no type; texts take whatever comes.
        case "VARCHAR", "UUID", "TIME", "JSON", "\"NULL\"", "NULL": .text
        case "DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", SourceField.zoned: .timestamp
        case _ where type.hasPrefix("DECIMAL("): .double
        case _ where type.hasPrefix("ENUM("): .text
        default: nil
        }
    }

    /// The column in one of the lake's types; throws, naming `subject`, where it has none.
    func field(in subject: String) throws(LakeError) -> LakeField {
        guard let target else {
            throw LakeError(
                .unsupportedType,
                "\(subject): column \(name) is of type \(type), and a dataset holds numbers, texts, booleans and times: "
                    + "leave the column out, or convert it before"
            )
        }
        return LakeField(name: name, type: target)
    }

    /// The column's values as `field`'s type, in SQL, under the column's name.
    func conversion(to field: LakeField) -> String {
        "\(value(as: field)) AS \(SQLText.identifier(name))"
    }

    /// One value of the column as `field`'s type, in SQL.
    func value(as field: LakeField) -> String {
        let column = SQLText.identifier(name)
        return type == SourceField.zoned
            ? "make_timestamp(epoch_us(\(column)))" : "CAST(\(column) AS \(field.type.rawValue))"
    }

    private static let zoned = "TIMESTAMP WITH TIME ZONE"

    /// The column where it already is of one of the lake's types, as in each file that the lake wrote.
    func plain(in subject: String) throws(LakeError) -> LakeField {
        guard let type = LakeType(rawValue: type) else {
            throw LakeError(.invalidFile, "\(subject): column \(name) is of type \(type), so the lake did not write it")
        }
        return LakeField(name: name, type: type)
    }
}

extension LakeConnection {
    /// Those of `texts`, columns of texts of `source`, that hold nothing but numbers, with the type that takes them.
    func numbers(among texts: [String], of source: String) throws(LakeError) -> [(type: String, name: String)] {
        guard !texts.isEmpty else { return [] }
        let tests = texts.flatMap { text in
            let column = SQLText.identifier(text)
            // A cast to whole numbers alone would round.
            let whole = "CASE WHEN regexp_full_match(\(column), '[+-]?[0-9]+') THEN TRY_CAST(\(column) AS BIGINT) END"
            return [whole, "TRY_CAST(\(column) AS DOUBLE)"].map {
                "count(\(column)) > 0 AND count(\(column)) = count(\($0))"
            }
        }
        let row = try query("SELECT \(tests.joined(separator: ", ")) FROM \(source)")
        return texts.indices.compactMap { index in
            guard row.columns[2 * index + 1][0] == .boolean(true) else { return nil }
            let isWhole = row.columns[2 * index][0] == .boolean(true)
            return (isWhole ? "BIGINT" : "DOUBLE", texts[index])
        }
    }

    /// The most columns that a file may have.
    static let maximumColumns = 2_000

    /// The columns of `source`, a table function in SQL.
    func fields(of source: String) throws(LakeError) -> [SourceField] {
        let table = try query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM \(source))")
        guard table.rowCount <= LakeConnection.maximumColumns else {
            throw LakeError(
                .tooLarge,
                "the file has \(table.rowCount) columns, more than \(LakeConnection.maximumColumns)"
            )
        }
        guard case .texts(let names) = table.columns[0].values, case .texts(let types) = table.columns[1].values else {
            return []
        }
        return zip(names, types).map(SourceField.init)
    }
}
