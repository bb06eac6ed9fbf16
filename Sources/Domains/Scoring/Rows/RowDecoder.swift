internal import JSON

/// Reads rows, JSON objects, into floats in the order of a model's columns.
struct RowDecoder {
    private let columns: [ModelSignature.Column]
    private let names: JSONFieldNames
    private var isPresent: [Bool]

    init(_ columns: [ModelSignature.Column]) {
        self.columns = columns
        names = JSONFieldNames(columns.map(\.name))
        isPresent = [Bool](repeating: false, count: columns.count)
    }

    /// Appends one number a column to `matrix`; a row that is rejected leaves `matrix` as it was.
    mutating func decode(_ value: UnsafeRawBufferPointer?, into matrix: inout [Float]) throws(RowRejection) {
        guard let value, !value.isEmpty else { throw RowRejection(.emptyMessage, "the message has no value") }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: value)
        } catch {
            throw RowRejection(.invalidJSON, "the value is not JSON: \(error)")
        }
        guard document.root.isObject else {
            throw RowRejection(.notAnObject, "the value is \(document.root.typeName), not an object")
        }
        let start = matrix.count
        matrix.append(contentsOf: repeatElement(.nan, count: columns.count))
        do throws(RowRejection) {
            try readMembers(document.root, into: &matrix, at: start)
            try checkPresence()
        } catch {
            matrix.removeLast(columns.count)
            throw error
        }
    }

    private mutating func readMembers(
        _ root: JSONNode,
        into matrix: inout [Float],
        at start: Int
    ) throws(RowRejection) {
        for index in isPresent.indices { isPresent[index] = false }
        var due = 0
        var rejection: RowRejection?
        root.forEachMember { key, node in
            guard rejection == nil, let index = names.index(of: key, due: due) else { return }
            due = index + 1
            isPresent[index] = true
            do throws(RowRejection) {
                matrix[start + index] = try RowDecoder.number(node, columns[index])
            } catch {
                rejection = error
            }
        }
        if let rejection { throw rejection }
    }

    private func checkPresence() throws(RowRejection) {
        for (index, column) in columns.enumerated() where !isPresent[index] && column.isRequired {
            throw RowRejection(.missingColumn, "column \"\(column.name)\" is missing")
        }
    }

    private static func number(_ node: JSONNode, _ column: ModelSignature.Column) throws(RowRejection) -> Float {
        if let number = node.doubleValue {
            let narrow = Float(number)
            guard narrow.isFinite else {
                throw RowRejection(.outOfRange, "column \"\(column.name)\" is beyond the range of a 32-bit float")
            }
            return narrow
        }
        if node.isNull {
            guard column.isRequired else { return .nan }
            throw RowRejection(.nullValue, "column \"\(column.name)\" is null")
        }
        if column.type == .boolean, let truth = node.boolValue { return truth ? 1 : 0 }
        throw RowRejection(.wrongType, "column \"\(column.name)\" is \(node.typeName), not a number")
    }
}

extension JSONNode {
    /// A word for messages.
    fileprivate var typeName: String {
        if isNull { return "null" }
        if isObject { return "an object" }
        if isArray { return "a list" }
        if boolValue != nil { return "a boolean" }
        return doubleValue == nil ? "a text" : "a number"
    }
}
