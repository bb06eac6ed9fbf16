internal import JSON
internal import Streams

/// Reads the records of the monitored topics.
struct MonitorMessages: Sendable {
    private let definition: MonitorDefinition
    private let roles: [String: Int]

    init(_ definition: MonitorDefinition) {
        self.definition = definition
        roles = Dictionary(uniqueKeysWithValues: definition.predictionTopics.enumerated().map { ($1.topic, $0) })
    }

    /// What a record says; `undecodable` where it is not what its topic should hold.
    func event(_ record: StreamRecord) -> MonitorEvent {
        guard let value = record.value, let object = try? JSONValue.parse(value).objectValue else {
            return .undecodable
        }
        if record.topic == definition.inputTopic { return row(object, record) }
        if record.topic == definition.labelsTopic { return label(object, record) }
        guard let role = roles[record.topic] else { return .undecodable }
        return prediction(object, role: role)
    }

    /// A row of the input: a feature that is absent, null or no number is missing.
    private func row(_ object: JSONObject, _ record: StreamRecord) -> MonitorEvent {
        let features = definition.featureColumns.map { object[$0]?.doubleValue ?? .nan }
        return .row(.init(offset: record.offset, time: record.timestampMilliseconds, features: features))
    }

    private func prediction(_ object: JSONObject, role: Int) -> MonitorEvent {
        guard let id = object["prediction_id"]?.stringValue, !id.isEmpty,
            let probability = object["probability"]?.doubleValue, probability >= 0, probability <= 1,
            let source = object["source"], source["topic"]?.stringValue == definition.inputTopic,
            source["partition"]?.intValue == 0,
            let offset = source["offset"]?.intValue, offset >= 0,
            let version = object["version"]?.intValue
        else { return .undecodable }
        let predicted = object["prediction"].flatMap(truth) ?? (probability > 0.5)
        return .prediction(
            role: role,
            .init(
                id: id,
                rowOffset: offset,
                probability: probability,
                predicted: predicted,
                version: Int(clamping: version)
            )
        )
    }

    private func label(_ object: JSONObject, _ record: StreamRecord) -> MonitorEvent {
        guard let id = object["prediction_id"]?.stringValue, !id.isEmpty, let value = object["label"].flatMap(truth)
        else { return .undecodable }
        let time = object["event_time"]?.intValue ?? record.timestampMilliseconds
        return .label(.init(id: id, offset: record.offset, value: value, time: time))
    }

    /// A class given as 0 or 1, whole or not, or as a truth value.
    private func truth(_ value: JSONValue) -> Bool? {
        if let bool = value.boolValue { return bool }
        return switch value.doubleValue {
        case 0: false
        case 1: true
        default: nil
        }
    }
}
