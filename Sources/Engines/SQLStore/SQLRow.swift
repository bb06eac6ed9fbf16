/// One row of a query's answer.
///
/// Columns are read by position (cheap) or by name. A column of another type than asked for throws
/// `SQLError.Code.columnType`; it means that the schema and the code differ.
package struct SQLRow: Sendable {
    /// The column names, shared by all rows of one answer.
    package let columns: [String]
    /// The values, one for each column.
    package let values: [SQLValue]

    /// A row of these values.
    package init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The value at a position; null beyond the last column.
    package subscript(_ index: Int) -> SQLValue {
        values.indices.contains(index) ? values[index] : .null
    }

    /// The value of a named column; null when the answer has no such column.
    package subscript(_ name: String) -> SQLValue {
        columns.firstIndex(of: name).map { values[$0] } ?? .null
    }

    /// The integer at a position.
    package func int(_ index: Int) throws -> Int64 {
        guard case .int(let value) = self[index] else { throw mismatch(index, "integer") }
        return value
    }

    /// The integer at a position, or nil when the column is null.
    package func optionalInt(_ index: Int) throws -> Int64? {
        self[index] == .null ? nil : try int(index)
    }

    /// The number at a position; an integer is widened.
    package func double(_ index: Int) throws -> Double {
        switch self[index] {
        case .double(let value): value
        case .int(let value): Double(value)
        default: throw mismatch(index, "double")
        }
    }

    /// The number at a position, or nil when the column is null.
    package func optionalDouble(_ index: Int) throws -> Double? {
        self[index] == .null ? nil : try double(index)
    }

    /// The text at a position.
    package func text(_ index: Int) throws -> String {
        guard case .text(let value) = self[index] else { throw mismatch(index, "text") }
        return value
    }

    /// The text at a position, or nil when the column is null.
    package func optionalText(_ index: Int) throws -> String? {
        self[index] == .null ? nil : try text(index)
    }

    /// The bytes at a position.
    package func blob(_ index: Int) throws -> [UInt8] {
        guard case .blob(let value) = self[index] else { throw mismatch(index, "blob") }
        return value
    }

    /// Whether the integer at a position is other than zero.
    package func bool(_ index: Int) throws -> Bool {
        try int(index) != 0
    }

    /// The integer in a named column.
    package func int(_ name: String) throws -> Int64 {
        try int(position(name))
    }

    /// The integer in a named column, or nil when it is null.
    package func optionalInt(_ name: String) throws -> Int64? {
        try optionalInt(position(name))
    }

    /// The number in a named column.
    package func double(_ name: String) throws -> Double {
        try double(position(name))
    }

    /// The number in a named column, or nil when it is null.
    package func optionalDouble(_ name: String) throws -> Double? {
        try optionalDouble(position(name))
    }

    /// The text in a named column.
    package func text(_ name: String) throws -> String {
        try text(position(name))
    }

    /// The text in a named column, or nil when it is null.
    package func optionalText(_ name: String) throws -> String? {
        try optionalText(position(name))
    }

    /// The bytes in a named column.
    package func blob(_ name: String) throws -> [UInt8] {
        try blob(position(name))
    }

    private func position(_ name: String) throws -> Int {
        guard let index = columns.firstIndex(of: name) else { throw SQLError.missingColumn(name) }
        return index
    }

    private func mismatch(_ index: Int, _ expected: String) -> SQLError {
        let name = columns.indices.contains(index) ? columns[index] : "#\(index)"
        return .columnType(column: name, expected: expected, found: self[index].kind)
    }
}
