internal import JSON

/// Reads rows, JSON objects, into floats in the order of a model's columns.
struct RowDecoder: Sendable {
    private let columns: [ModelSignature.Column]

    init(_ columns: [ModelSignature.Column]) {
        self.columns = columns
    }

    /// Appends one number a column to `matrix`; a row that is rejected leaves `matrix` as it was.
    func decode(_ value: UnsafeRawBufferPointer?, into matrix: inout [Float]) throws(RowRejection) {
        guard let value, !value.isEmpty else { throw RowRejection(.emptyMessage, "the message has no value") }
        let parsed: JSONValue
        do {
            parsed = try JSONValue.parse(Array(value))
        } catch {
            throw RowRejection(.invalidJSON, "the value is not JSON: \(error)")
        }
        guard let object = parsed.objectValue else {
            throw RowRejection(.notAnObject, "the value is \(parsed.typeName), not an object")
        }
        let before = matrix.count
        do throws(RowRejection) {
            for column in columns { matrix.append(try RowDecoder.number(object[column.name], column)) }
        } catch {
            matrix.removeLast(matrix.count - before)
            throw error
        }
    }

    private static func number(_ value: JSONValue?, _ column: ModelSignature.Column) throws(RowRejection) -> Float {
        guard let value, value != .null else {
            guard column.isRequired else { return .nan }
            if value == nil { throw RowRejection(.missingColumn, "column \"\(column.name)\" is missing") }
            throw RowRejection(.nullValue, "column \"\(column.name)\" is null")
        }
        if let bool = value.boolValue, column.type == .boolean { return bool ? 1 : 0 }
        guard let number = value.doubleValue else {
            throw RowRejection(.wrongType, "column \"\(column.name)\" is a \(value.typeName), not a number")
        }
        let narrow = Float(number)
        guard narrow.isFinite else {
            throw RowRejection(.outOfRange, "column \"\(column.name)\" is beyond the range of a 32-bit float")
        }
        return narrow
    }
}
