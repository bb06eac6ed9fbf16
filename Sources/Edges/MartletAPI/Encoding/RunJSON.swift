internal import JSON
internal import Primitives
internal import Tracking

extension Run {
    /// The run as the API gives it; a metric that is not finite is a string.
    func json(experiment: String) -> JSONValue {
        [
            "run_id": .string(info.id.text),
            "name": .string(info.name),
            "experiment_id": .string(info.experiment.description),
            "experiment": .string(experiment),
            "user": .string(info.user),
            "status": .string(info.status.name),
            "deleted": .bool(info.stage == .deleted),
            "started_at": .string(WallClock.iso8601(milliseconds: info.startTime)),
            "ended_at": info.endTime.map { .string(WallClock.iso8601(milliseconds: $0)) } ?? .null,
            "artifact_location": .string(info.artifactLocation),
            "metrics": .object(JSONObject(metrics.map { ($0.key, Self.number($0.value)) })),
            "parameters": .object(JSONObject(params.map { ($0.key, .string($0.value)) })),
            "tags": .object(JSONObject(tags.map { ($0.key, .string($0.value)) })),
        ]
    }

    /// The number; one that is not finite is a string.
    static func number(_ value: Double) -> JSONValue {
        if value.isFinite { return .double(value) }
        return value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity"
    }
}

extension MetricPoint {
    /// The point as the API gives it.
    var json: JSONValue {
        [
            "step": .int(step), "at": .string(WallClock.iso8601(milliseconds: timestamp)), "timestamp": .int(timestamp),
            "value": Run.number(value),
        ]
    }
}
