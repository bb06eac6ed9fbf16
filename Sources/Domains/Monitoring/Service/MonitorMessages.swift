internal import JSON
package import Streams

/// Reads the records of the monitored topics.
struct MonitorMessages: Sendable {
    private let definition: MonitorDefinition
    private let roles: [String: Int]
    /// The monitored columns, and behind them the key that labels name a row by, where it is none of them.
    private let fields: JSONFieldNames
    /// The key's place among the fields.
    private let entityField: Int?

    init(_ definition: MonitorDefinition) {
        self.definition = definition
        var names = definition.columns.map(\.name)
        if case .entity(let key) = definition.join {
            entityField = names.firstIndex(of: key) ?? names.count
            if entityField == names.count { names.append(key) }
        } else {
            entityField = nil
        }
        fields = JSONFieldNames(names)
        roles = Dictionary(uniqueKeysWithValues: definition.predictionTopics.enumerated().map { ($1.topic, $0) })
    }

    /// What a record says; `undecodable` where it is not what its topic should hold.
    func event(_ record: StreamRecord) -> MonitorEvent {
        guard let value = record.value else { return .undecodable }
        if record.topic == definition.inputTopic { return row(value, record) }
        guard let object = try? JSONValue.parse(value).objectValue else { return .undecodable }
        if record.topic == definition.labelsTopic { return label(object, record) }
        guard let role = roles[record.topic] else { return .undecodable }
        return prediction(object, role: role)
    }

    /// A row; only the members that are looked at are taken out of the text.
    private func row(_ value: [UInt8], _ record: StreamRecord) -> MonitorEvent {
        guard let root = try? JSONDocument(parsing: value).root, root.isObject else { return .undecodable }
        let time = record.timestampMilliseconds
        var cells = [Cell](repeating: .missing, count: definition.columns.count)
        var entity: JSONNode?
        var due = 0
        root.forEachMember { key, node in
            guard let field = fields.index(of: key, due: due) else { return }
            due = field + 1
            if field < cells.count { cells[field] = Self.cell(node, definition.columns[field].kind) }
            if field == entityField { entity = node }
        }
        let joinID = entity.flatMap { Self.text($0.value) }.map { Self.entityID($0, time) }
        return .row(.init(offset: record.offset, time: time, cells: cells, joinID: joinID))
    }

    /// A value as its column's kind; the texts `NaN`, `Infinity` and `-Infinity` stand for these numbers.
    static func cell(_ value: JSONNode, _ kind: MonitoredColumn.Kind) -> Cell {
        if value.isNull { return .missing }
        switch kind {
        case .numeric:
            if let number = value.doubleValue { return number.isFinite ? .number(number) : .nonFinite }
            if let flag = value.boolValue { return .number(flag ? 1 : 0) }
            return ["NaN", "Infinity", "-Infinity"].contains(value.stringValue) ? .nonFinite : .mistyped
        case .categorical:
            if value.isObject || value.isArray { return .mistyped }
            return text(value.value).map { .category($0) } ?? .mistyped
        }
    }

    /// A category or key as text, cut at the limit; nil for lists and objects.
    private static func text(_ value: JSONValue) -> String? {
        let text: String
        switch value {
        case .string(let string): text = string
        case .int, .double, .bool: text = value.description
        default: return nil
        }
        return Cell.cut(text)
    }

    private static func entityID(_ entity: String, _ time: Int64) -> String { "\(time)/\(entity)" }

    private func prediction(_ object: JSONObject, role: Int) -> MonitorEvent {
        guard let id = object["prediction_id"]?.stringValue, !id.isEmpty,
            let (probability, predicted) = verdict(object),
            let source = object["source"], source["topic"]?.stringValue == definition.inputTopic,
            let partition = source["partition"]?.intValue.flatMap({ Int32(exactly: $0) }), partition >= 0,
            let offset = source["offset"]?.intValue, offset >= 0,
            let version = object["version"]?.intValue
        else { return .undecodable }
        return .prediction(
            role: role,
            .init(
                id: id,
                rowOffset: offset,
                probability: probability,
                predicted: predicted,
                version: Int(clamping: version),
                rowPartition: partition
            )
        )
    }

    /// The probability or the number, and the answer.
    private func verdict(_ object: JSONObject) -> (Double, ModelAnswer)? {
        let said = object["prediction"].flatMap(definition.task.answer)
        switch definition.task {
        case .binary:
            guard let probability = object["probability"]?.doubleValue, probability >= 0, probability <= 1 else {
                return nil
            }
            return (probability, said ?? .flag(probability > 0.5))
        case .multiclass: return said.map { (0, $0) }
        case .regression:
            let value = object["value"].flatMap(definition.task.answer) ?? said
            guard case .number(let number)? = value else { return nil }
            return (number, .number(number))
        }
    }

    private func label(_ object: JSONObject, _ record: StreamRecord) -> MonitorEvent {
        let time = object["event_time"]?.intValue ?? record.timestampMilliseconds
        guard let id = labelID(object, time), let value = object["label"].flatMap(definition.task.answer) else {
            return .undecodable
        }
        return .label(.init(id: id, offset: record.offset, value: value, time: time))
    }

    private func labelID(_ object: JSONObject, _ time: Int64) -> String? {
        switch definition.join {
        case .predictionID:
            guard let id = object["prediction_id"]?.stringValue, !id.isEmpty else { return nil }
            return id
        case .entity(let key): return object[key].flatMap(Self.text).map { Self.entityID($0, time) }
        }
    }
}

extension MonitorDefinition {
    /// What a record of a watched topic says.
    package func event(of record: StreamRecord) -> MonitorEvent { MonitorMessages(self).event(record) }

    /// The values of the monitored columns in a record of the input topic; nil for one that holds no row.
    package func cells(of record: StreamRecord) -> [Cell]? {
        guard case .row(let row) = event(of: record) else { return nil }
        return row.cells
    }
}
