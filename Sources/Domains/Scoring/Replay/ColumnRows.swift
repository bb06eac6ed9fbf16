internal import JSON

/// Rows of a table that is held in memory by columns.
package struct ColumnRows: RowSource {
    /// A column of numbers; a missing one is NaN and becomes `null`.
    package struct Column: Sendable {
        /// The field's name in each row.
        package let name: String
        /// One number a row.
        package let values: [Double]
        /// True where the numbers are written without a decimal point.
        package let isInteger: Bool

        /// Makes a column.
        package init(name: String, values: [Double], isInteger: Bool) {
            self.name = name
            self.values = values
            self.isInteger = isInteger
        }
    }

    private let features: [Column]
    private let times: [Double]
    private let timeUnit: Int64
    private let labels: [Double]?
    private let rowCount: Int

    /// Makes rows from a table.
    ///
    /// - Parameters:
    ///   - columns: All columns, of one length; they are written in this order.
    ///   - timeColumn: The column that holds event times, which stays a feature.
    ///   - timeUnitMilliseconds: How long one unit of that column is; event time 0 is 1970-01-01.
    ///   - label: The column that is left out of the rows and released on its own.
    /// - Throws: `ScoringError` with code `rows` or `missingColumn`.
    package init(
        columns: [Column],
        timeColumn: String,
        timeUnitMilliseconds: Int64,
        label: String?
    ) throws(ScoringError) {
        rowCount = columns.first?.values.count ?? 0
        for column in columns where column.values.count != rowCount {
            throw ScoringError(.rows, "column \"\(column.name)\" has \(column.values.count) rows, others \(rowCount)")
        }
        times = try ColumnRows.find(timeColumn, in: columns).values
        labels = if let label { try ColumnRows.find(label, in: columns).values } else { nil }
        timeUnit = timeUnitMilliseconds
        features = columns.filter { $0.name != label }
        if let row = times.firstIndex(where: { !$0.isFinite || abs($0) * Double(timeUnitMilliseconds) > 1e15 }) {
            throw ScoringError(.rows, "row \(row) has no usable time in column \"\(timeColumn)\"")
        }
    }

    /// How many rows there are.
    package func count() -> Int { rowCount }

    /// The rows of a range as JSON objects, with their labels beside them.
    package func rows(_ range: Range<Int>) throws(ScoringError) -> [ReplayRow] {
        guard range.lowerBound >= 0, range.upperBound <= rowCount else {
            throw ScoringError(.rows, "rows \(range) are not within the \(rowCount) that there are")
        }
        var writer = JSONWriter()
        return range.map { row in
            writer.removeAll()
            writer.beginObject()
            for feature in features { ColumnRows.write(feature, row, to: &writer) }
            writer.endObject()
            let label = labels.map { $0[row] }
            return ReplayRow(
                eventTime: Int64((times[row] * Double(timeUnit)).rounded()),
                value: writer.bytes,
                label: label.flatMap { $0.isNaN ? nil : $0 }
            )
        }
    }

    private static func write(_ column: Column, _ row: Int, to writer: inout JSONWriter) {
        let value = column.values[row]
        writer.key(column.name)
        if column.isInteger, let whole = Int64(exactly: value) {
            writer.int(whole)
        } else {
            writer.double(value)
        }
    }

    private static func find(_ name: String, in columns: [Column]) throws(ScoringError) -> Column {
        guard let column = columns.first(where: { $0.name == name }) else {
            throw ScoringError(.missingColumn, "the table has no column \"\(name)\"")
        }
        return column
    }
}
