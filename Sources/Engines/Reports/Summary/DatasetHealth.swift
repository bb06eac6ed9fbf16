internal import Statistics

/// What is true of a dataset as a whole.
package struct DatasetHealth: Sendable, Hashable {
    /// All rows.
    package let rows: Int
    /// The columns, by kind.
    package let columns: [ColumnKind: Int]
    /// Cells without a value.
    package let missingCells: Int
    /// Rows that equal an earlier one; nil where it was not asked.
    package let duplicatedRows: Int?
    /// Rows without any value; nil where it was not asked.
    package let emptyRows: Int?
    /// Columns without any value.
    package let emptyColumns: [String]
    /// Columns of one value.
    package let constantColumns: [String]
    /// Columns in which one value has at least 95 percent of the rows with a value; constant ones among them.
    package let almostConstantColumns: [String]
    /// Pairs of columns that are equal in every row.
    package let duplicatedColumns: [ColumnTwins]
    /// Pairs of columns that are equal in at least 95 percent of the rows, equal ones not among them.
    package let almostDuplicatedColumns: [ColumnTwins]

    /// The share of rows from which a value makes a column almost constant, and two columns almost equal.
    static let almost = 0.95

    /// Sums up a dataset.
    ///
    /// - Parameters:
    ///   - columns: what is left of its columns.
    ///   - rows: its rows.
    ///   - duplicatedRows: what a pass over whole rows found, if there was one.
    ///   - emptyRows: the same.
    ///   - twins: pairs of columns with the share of equal rows, those of at least 95 percent.
    package init(
        columns: [ColumnHealth],
        rows: Int,
        duplicatedRows: Int? = nil,
        emptyRows: Int? = nil,
        twins: [ColumnTwins] = []
    ) {
        self.rows = rows
        self.columns = Dictionary(columns.map { ($0.kind, 1) }, uniquingKeysWith: +)
        self.duplicatedRows = duplicatedRows
        self.emptyRows = emptyRows
        missingCells = columns.reduce(0) { $0 + $1.missing }
        emptyColumns = columns.filter { $0.missing == $0.rows }.map(\.name)
        constantColumns = columns.filter { $0.greatestShare == 1 }.map(\.name)
        almostConstantColumns = columns.filter { $0.greatestShare >= Self.almost }.map(\.name)
        duplicatedColumns = twins.filter { $0.equalRows == rows }
        almostDuplicatedColumns = twins.filter {
            $0.equalRows < rows && Double($0.equalRows) >= Self.almost * Double(rows)
        }
    }
}

/// What a column says about the dataset as a whole; small, so that the column itself need not stay.
package struct ColumnHealth: Sendable, Hashable {
    /// The column's name.
    package let name: String
    /// What it is.
    package let kind: ColumnKind
    /// All rows.
    package let rows: Int
    /// Rows without a value.
    package let missing: Int
    /// The share of the most frequent value, where it has more than half of the values; else 0.
    package let greatestShare: Double

    /// Looks at a column.
    package init(_ column: ReportColumn) {
        name = column.name
        kind = column.kind
        rows = column.rows
        missing = column.sample.missing
        greatestShare = column.sample.greatestShare
    }
}

/// Two columns of one type that are equal in most rows.
package struct ColumnTwins: Sendable, Hashable {
    /// The column that comes first.
    package let first: String
    /// The other one.
    package let second: String
    /// The rows in which both are equal; two missing values are.
    package let equalRows: Int

    /// Two columns that are equal in `equalRows` rows.
    package init(first: String, second: String, equalRows: Int) {
        self.first = first
        self.second = second
        self.equalRows = equalRows
    }
}
