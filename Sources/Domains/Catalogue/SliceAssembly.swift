internal import JSON
internal import Lake

/// Turns messages and labels of a slice into rows.
///
/// Pure: no topic is touched, so the same bytes give the same rows.
struct SliceAssembly {
    /// How many malformed messages or labels are left out before the slice is refused: 1 %, and ten in any case.
    static func malformedLimit(of total: Int64) -> Int64 { max(10, total / 100) }

    private let slice: TopicSlice
    private let labelPrefix: String
    private var labels: [Int64: LakeValue] = [:]
    private var columns: [ColumnAssembly]
    private var firstProblem: String?
    private(set) var counts = SliceCounts()

    init(_ slice: TopicSlice) {
        self.slice = slice
        labelPrefix = "\(slice.range.topic)-\(slice.range.partition)-"
        columns = slice.fields.map(ColumnAssembly.init)
    }

    /// Takes in the next label in the order of offsets; all labels come before the first message.
    mutating func add(label value: UnsafeRawBufferPointer?, at offset: Int64) {
        guard let column = slice.labels?.column else { return }
        counts.labels += 1
        guard let object = SliceAssembly.object(value), let id = object["prediction_id"]?.stringValue,
            let label = object["label"], let cell = label.cell(of: column.type), cell != .null
        else {
            counts.malformedLabels += 1
            note(
                "the label at offset \(offset) is no object with prediction_id and a label of type \(column.type.rawValue)"
            )
            return
        }
        guard id.hasPrefix(labelPrefix), let message = Int64(id.dropFirst(labelPrefix.count)) else { return }
        labels[message] = cell
    }

    /// Takes in the next message in the order of offsets.
    mutating func add(message value: UnsafeRawBufferPointer?, at offset: Int64) {
        counts.messages += 1
        var label = LakeValue.null
        if slice.labels != nil {
            guard let found = labels[offset] else {
                counts.unlabelled += 1
                return
            }
            label = found
        }
        guard let object = SliceAssembly.object(value) else {
            return malformed("the message at offset \(offset) is no JSON object")
        }
        var cells: [LakeValue] = []
        for field in slice.columns {
            guard let value = object[field.name] else {
                return malformed(
                    "the message at offset \(offset) has no \(field.name): it has \(object.keys.prefix(50).joined(separator: ", "))"
                )
            }
            guard let cell = value.cell(of: field.type) else {
                return malformed("\(field.name) of the message at offset \(offset) is no \(field.type.rawValue)")
            }
            cells.append(cell)
        }
        if slice.labels != nil { cells.append(label) }
        for index in columns.indices { columns[index].append(cells[index]) }
        counts.rows += 1
    }

    /// The rows; throws where there are none, or where too much of the slice is not as declared.
    func table() throws(CatalogueError) -> LakeTable {
        let limit = SliceAssembly.malformedLimit(of: counts.messages)
        guard counts.malformedMessages <= limit,
            counts.malformedLabels <= SliceAssembly.malformedLimit(of: counts.labels),
            counts.rows > 0 || counts.malformedMessages == 0
        else {
            throw CatalogueError(
                .malformedRows,
                "\(slice.range): \(counts.malformedMessages) of \(counts.messages) messages and "
                    + "\(counts.malformedLabels) of \(counts.labels) labels are not as declared; first, "
                    + (firstProblem ?? "none")
            )
        }
        guard counts.rows > 0 else {
            let labelled = slice.labels.map { ", none of which has a label in \($0.range)" } ?? ""
            throw CatalogueError(.emptyRange, "\(slice.range) holds \(counts.messages) messages\(labelled)")
        }
        return LakeTable(columns: columns.map(\.column))
    }

    private mutating func malformed(_ problem: String) {
        counts.malformedMessages += 1
        note(problem)
    }

    private mutating func note(_ problem: String) {
        firstProblem = firstProblem ?? problem
    }

    private static func object(_ bytes: UnsafeRawBufferPointer?) -> JSONObject? {
        guard let bytes, let value = try? JSONValue.parse(bytes) else { return nil }
        return value.objectValue
    }
}

extension JSONValue {
    /// The value as a cell of `type`, or nil where it is of another kind; JSON's null is a cell without a value.
    ///
    /// Times are integers in Unix milliseconds.
    fileprivate func cell(of type: LakeType) -> LakeValue? {
        switch (self, type) {
        case (.null, _): .null
        case (.bool(let value), .boolean): .boolean(value)
        case (.int(let value), .integer): .integer(value)
        case (.double(let value), .integer): Int64(exactly: value).map(LakeValue.integer)
        case (.int(let value), .double): .double(Double(value))
        case (.double(let value), .double): .double(value)
        case (.string(let value), .text): .text(value)
        case (.int(let value), .timestamp):
            value.magnitude <= UInt64(Int64.max / 1_000) ? .timestamp(value * 1_000) : nil
        default: nil
        }
    }
}

/// One column of a slice while it grows.
private struct ColumnAssembly {
    private let field: LakeField
    private var booleans: [Bool] = []
    private var integers: [Int64] = []
    private var doubles: [Double] = []
    private var texts: [String] = []
    private var nulls: [Bool] = []

    init(_ field: LakeField) {
        self.field = field
    }

    /// Adds a cell, which is of the field's type or null.
    mutating func append(_ cell: LakeValue) {
        nulls.append(cell == .null)
        switch field.type {
        case .boolean: if case .boolean(let value) = cell { booleans.append(value) } else { booleans.append(false) }
        case .integer: if case .integer(let value) = cell { integers.append(value) } else { integers.append(0) }
        case .double: if case .double(let value) = cell { doubles.append(value) } else { doubles.append(0) }
        case .text: if case .text(let value) = cell { texts.append(value) } else { texts.append("") }
        case .timestamp: if case .timestamp(let value) = cell { integers.append(value) } else { integers.append(0) }
        }
    }

    var column: LakeColumn {
        let values: LakeColumn.Values =
            switch field.type {
            case .boolean: .booleans(booleans)
            case .integer: .integers(integers)
            case .double: .doubles(doubles)
            case .text: .texts(texts)
            case .timestamp: .timestamps(integers)
            }
        return LakeColumn(name: field.name, values: values, nulls: nulls)
    }
}
