internal import JSON
internal import Statistics

extension PredictionMemory {
    var json: JSONValue {
        .object([
            "sampled_version": sampledVersion.map { .int(Int64($0)) } ?? .null,
            "sample": .array(sample.map(JSONValue.double)),
            "calibrated_version": calibratedVersion.map { .int(Int64($0)) } ?? .null,
            "outcomes": .array(outcomes.map { .array([.double($0.score), .bool($0.label)]) }),
            "calibration_rows": .int(Int64(calibrationRows)),
            "calibration": calibration.map { .array([Self.list($0.scores), Self.list($0.probabilities)]) } ?? .null,
        ])
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init()
        guard !reader.isNull else { return }
        sampledVersion = try reader["sampled_version"].optionalInt().map { Int($0) }
        sample = try Self.numbers(reader["sample"])
        calibratedVersion = try reader["calibrated_version"].optionalInt().map { Int($0) }
        outcomes = try reader["outcomes"].elements().map { outcome throws(MonitorError) in
            Outcome(score: try outcome[0].double(), label: try outcome[1].bool())
        }
        calibrationRows = Int(try reader["calibration_rows"].int())
        let knots = reader["calibration"]
        guard !knots.isNull else { return }
        calibration = IsotonicCalibration(
            knots: try Self.numbers(knots[0]),
            probabilities: try Self.numbers(knots[1])
        )
    }

    private static func list(_ numbers: [Double]) -> JSONValue { .array(numbers.map(JSONValue.double)) }

    private static func numbers(_ reader: SnapshotReader) throws(MonitorError) -> [Double] {
        try reader.elements().map { number throws(MonitorError) in try number.double() }
    }
}
