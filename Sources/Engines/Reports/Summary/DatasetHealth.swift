package import Statistics

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
    /// Missing cells as a share of all cells; under compatibility of all rows, as Evidently has it.
    package let missingShare: Double

    /// Whether the only column of times is none of the columns of times: Evidently takes it for the time of the rows.
    package let isOnlyTimeApart: Bool

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
    ///   - compatibility: whether it is counted as Evidently does: a column without values is constant, shares of a value
    ///     are of all rows, and almost duplicated columns are those with equal values, equal ones among them.
    package init(
        columns: [ColumnHealth],
        rows: Int,
        duplicatedRows: Int? = nil,
        emptyRows: Int? = nil,
        twins: [ColumnTwins] = [],
        compatibility: Compatibility = .none
    ) {
        let isEvidently = compatibility == .evidently
        self.rows = rows
        self.columns = Dictionary(columns.map { ($0.kind, 1) }, uniquingKeysWith: +)
        isOnlyTimeApart = isEvidently && self.columns[.datetime] == 1
        self.duplicatedRows = duplicatedRows
        self.emptyRows = emptyRows
        missingCells = columns.reduce(0) { $0 + $1.missing }
        emptyColumns = columns.filter { $0.missing == $0.rows }.map(\.name)
        constantColumns =
            columns.filter { $0.greatestShare == 1 || (isEvidently && $0.missing == $0.rows) }.map(\.name)
        almostConstantColumns =
            columns.filter { column in
                let present = column.rows - column.missing - column.infinite
                let whole = isEvidently ? Double(present) / Double(max(1, column.rows)) : 1
                return column.greatestShare * whole >= Self.almost
            }.map(\.name)
        duplicatedColumns = twins.filter { $0.equalRows == rows }
        almostDuplicatedColumns = twins.filter { twin in
            isEvidently
                ? Double(twin.equalValues) >= Self.almost * Double(rows)
                : twin.equalRows < rows && Double(twin.equalRows) >= Self.almost * Double(rows)
        }
        let whole = isEvidently ? rows : rows * columns.count
        missingShare = whole == 0 ? 0 : Double(missingCells) / Double(whole)
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
    /// Rows with an infinite number.
    package let infinite: Int
    /// The share of the most frequent value, where it has more than half of the values; else 0.
    package let greatestShare: Double

    /// Looks at a column.
    package init(_ column: ReportColumn) {
        name = column.name
        kind = column.kind
        rows = column.rows
        missing = column.sample.missing
        infinite = column.sample.infinite
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
    /// The rows in which both have a value, and it is equal.
    package let equalValues: Int

    /// Two columns that are equal in `equalRows` rows, in `equalValues` of which they have a value.
    package init(first: String, second: String, equalRows: Int, equalValues: Int) {
        self.first = first
        self.second = second
        self.equalRows = equalRows
        self.equalValues = equalValues
    }
}
