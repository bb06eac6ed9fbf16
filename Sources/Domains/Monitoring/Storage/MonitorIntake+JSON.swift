internal import JSON

extension MonitorIntake {
    /// What a restart needs; what waits to be handed on is read again.
    var json: JSONValue {
        let topics = positions.sorted { $0.key < $1.key }
        return .object([
            "positions": .object(JSONObject(topics.map { ($0.key, MonitorIntake.json($0.value)) })),
            "sequence": sequence?.json ?? .null,
            "next_label": nextLabel.map(JSONValue.int) ?? .null,
        ])
    }

    init(reading reader: SnapshotReader, for definition: MonitorDefinition) throws(MonitorError) {
        var positions: [String: [Int32: Int64]] = [:]
        for (topic, offsets) in try reader["positions"].members() { positions[topic] = try Self.offsets(offsets) }
        self.init(
            definition,
            positions: positions,
            sequence: reader["sequence"].isNull
                ? nil : try RowSequence(reading: reader["sequence"], roles: definition.predictionTopics.count),
            nextLabel: reader["next_label"].isNull ? nil : try reader["next_label"].int()
        )
    }

    /// Offsets by partition, as pairs.
    fileprivate static func json(_ offsets: [Int32: Int64]) -> JSONValue {
        .array(offsets.sorted { $0.key < $1.key }.map { .array([.int(Int64($0.key)), .int($0.value)]) })
    }

    fileprivate static func offsets(_ reader: SnapshotReader) throws(MonitorError) -> [Int32: Int64] {
        var offsets: [Int32: Int64] = [:]
        for pair in try reader.elements() {
            guard let partition = Int32(exactly: try pair[0].int()), partition >= 0 else {
                throw MonitorError(.damagedState, "the state of monitor '\(reader.monitor)' names a partition below 0")
            }
            offsets[partition] = try pair[1].int()
        }
        return offsets
    }
}

extension RowSequence {
    /// The places follow each other as partition, offset, partition, offset.
    fileprivate var json: JSONValue {
        .object([
            "first": .int(first),
            "places": .array(places.flatMap { [.int(Int64($0.partition)), .int($0.offset)] }),
            "predicted_through": .array(predictedThrough.map(MonitorIntake.json)),
            "passed_through": .array(passedThrough.map(JSONValue.int)),
        ])
    }

    fileprivate init(reading reader: SnapshotReader, roles: Int) throws(MonitorError) {
        let numbers = try reader["places"].elements()
        let predicted = try reader["predicted_through"].elements().map { offsets throws(MonitorError) in
            try MonitorIntake.offsets(offsets)
        }
        let passed = try reader["passed_through"].elements().map { position throws(MonitorError) in
            try position.int()
        }
        guard numbers.count.isMultiple(of: 2), predicted.count == roles, passed.count == roles else {
            throw MonitorError(.damagedState, "the saved state of monitor '\(reader.monitor)' is damaged: reset it")
        }
        var places: [RowPlace] = []
        for index in stride(from: 0, to: numbers.count, by: 2) {
            let partition = Int32(truncatingIfNeeded: try numbers[index].int())
            places.append(RowPlace(partition: partition, offset: try numbers[index + 1].int()))
        }
        self.init(
            first: try reader["first"].int(),
            places: places,
            predictedThrough: predicted,
            passedThrough: passed
        )
    }
}
