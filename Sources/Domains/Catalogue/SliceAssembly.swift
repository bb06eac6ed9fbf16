internal import JSON
internal import Lake

/// Turns messages and labels of a slice into rows.
///
/// Pure: no topic is touched, so the same bytes give the same rows.
struct SliceAssembly {
    /// How many malformed messages or labels are left out before the slice is refused: 1 %, and ten in any case.
    static func malformedLimit(of total: Int64) -> Int64 { max(10, total / 100) }

    private let slice: TopicSlice
    private let topic: String
    private let isOfSeveral: Bool
    private var labels: [MessagePlace: (value: LakeValue, time: Int64)] = [:]
    private var columns: [ColumnAssembly]
    private var firstProblem: String?
    private(set) var counts = SliceCounts()
    /// Of each row, the time by which partitions are merged; none where there is one partition.
    private var times: [Int64] = []
    private var newest: (partition: Int32, time: Int64) = (-1, .min)

    init(_ slice: TopicSlice) {
        self.slice = slice
        topic = slice.ranges.first?.topic ?? ""
        isOfSeveral = slice.ranges.count > 1
        columns = slice.fields.map(ColumnAssembly.init)
    }

    /// Takes in the next label, partition after partition, in the order of offsets; all labels come before the first
    /// message.
    mutating func add(label value: UnsafeRawBufferPointer?, at place: MessagePlace, time: Int64) {
        guard let column = slice.labels?.column else { return }
        counts.labels += 1
        guard let object = SliceAssembly.object(value), let id = object["prediction_id"]?.stringValue,
            let label = object["label"], let cell = label.cell(of: column.type), cell != .null
        else {
            counts.malformedLabels += 1
            note(
                "the label at \(words(place)) is no object with prediction_id and a label of type \(column.type.rawValue)"
            )
            return
        }
        guard let message = MessagePlace(predictionID: id, topic: topic) else { return }
        let time = object["event_time"]?.intValue ?? time
        // Of several the last counts: by offset in one partition, by time among several.
        if let known = labels[message], labelsAreOfSeveral, known.time > time { return }
        labels[message] = (cell, time)
    }

    /// Takes in the next message, partition after partition, in the order of offsets.
    mutating func add(message value: UnsafeRawBufferPointer?, at place: MessagePlace, time: Int64) {
        if isOfSeveral {
            newest = (place.partition, place.partition == newest.partition ? max(newest.time, time) : time)
        }
        counts.messages += 1
        var label = LakeValue.null
        if slice.labels != nil {
            guard let found = labels[place] else {
                counts.unlabelled += 1
                return
            }
            label = found.value
        }
        guard let object = SliceAssembly.object(value) else {
            return malformed("the message at \(words(place)) is no JSON object")
        }
        var cells: [LakeValue] = []
        for field in slice.columns {
            guard let value = object[field.name] else {
                return malformed(
                    "the message at \(words(place)) has no \(field.name): it has \(object.keys.prefix(50).joined(separator: ", "))"
                )
            }
            guard let cell = value.cell(of: field.type) else {
                return malformed("\(field.name) of the message at \(words(place)) is no \(field.type.rawValue)")
            }
            cells.append(cell)
        }
        if slice.labels != nil { cells.append(label) }
        for index in columns.indices { columns[index].append(cells[index]) }
        if isOfSeveral { times.append(newest.time) }
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
                "\(slice.ranges.text): \(counts.malformedMessages) of \(counts.messages) messages and "
                    + "\(counts.malformedLabels) of \(counts.labels) labels are not as declared; first, "
                    + (firstProblem ?? "none")
            )
        }
        guard counts.rows > 0 else {
            let labelled = slice.labels.map { ", none of which has a label in \($0.ranges.text)" } ?? ""
            throw CatalogueError(.emptyRange, "\(slice.ranges.text) holds \(counts.messages) messages\(labelled)")
        }
        guard isOfSeveral else { return LakeTable(columns: columns.map(\.column)) }
        let order = mergedOrder
        return LakeTable(columns: columns.map { $0.column(in: order) })
    }

    /// The rows in one order: always of the partition whose next row is the earliest, of equal ones the first.
    ///
    /// A row that is earlier than one before it in its partition comes right behind that, so each counts as late
    /// as the latest up to it.
    private var mergedOrder: [Int] {
        times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
    }

    private var labelsAreOfSeveral: Bool { (slice.labels?.ranges.count ?? 0) > 1 }

    private func words(_ place: MessagePlace) -> String {
        isOfSeveral ? "offset \(place.offset) of partition \(place.partition)" : "offset \(place.offset)"
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

    /// The column with its cells in another order.
    func column(in order: [Int]) -> LakeColumn {
        var sorted = ColumnAssembly(field)
        sorted.nulls = order.map { nulls[$0] }
        switch field.type {
        case .boolean: sorted.booleans = order.map { booleans[$0] }
        case .integer, .timestamp: sorted.integers = order.map { integers[$0] }
        case .double: sorted.doubles = order.map { doubles[$0] }
        case .text: sorted.texts = order.map { texts[$0] }
        }
        return sorted.column
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
