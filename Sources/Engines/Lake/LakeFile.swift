/// What is in a Parquet file of the lake.
package struct LakeFile: Sendable, Hashable {
    /// The file's absolute path.
    package let path: String
    /// The file's length in bytes.
    package let bytes: Int64
    /// Names and types of the columns.
    package let fields: [LakeField]
    /// The number of rows.
    package let rowCount: Int64
    /// The hash of the rows, see ``ContentHash``.
    package let contentHash: String
    /// One a column, in order.
    package let statistics: [ColumnStatistics]
}

/// What a file to import is.
package enum LakeFormat: String, Sendable, Hashable {
    /// Text with separators and a header line, plain or compressed with gzip (`.gz`).
    case csv
    /// Parquet.
    case parquet

    /// The format that a file's name says, or nil.
    package init?(fileName: String) {
        let name = fileName.lowercased()
        if name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") || name.hasSuffix(".tsv") || name.hasSuffix(".tsv.gz") {
            self = .csv
        } else if name.hasSuffix(".parquet") {
            self = .parquet
        } else {
            return nil
        }
    }
}

/// How to read a file to import.
package struct ImportOptions: Sendable, Hashable {
    /// The rows to take, counted from 0; nil for all.
    ///
    /// The file must have all of them.
    package var rows: Range<Int>?
    /// The columns to take, in this order; nil for all.
    package var columns: [String]?
    /// What the file is; nil to go by its name.
    package var format: LakeFormat?
    /// The texts of a CSV file that mean no value; those of pandas unless others are given.
    package var nullTexts: [String]

    /// What pandas takes for no value.
    package static let usualNullTexts = [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
        "NULL", "NaN", "None", "n/a", "nan", "null",
    ]

    /// Takes all rows and columns unless told otherwise.
    package init(
        rows: Range<Int>? = nil,
        columns: [String]? = nil,
        format: LakeFormat? = nil,
        nullTexts: [String] = ImportOptions.usualNullTexts
    ) {
        self.rows = rows
        self.columns = columns
        self.format = format
        self.nullTexts = nullTexts
    }
}
