internal import JSON

extension WindowAssembler {
    var json: JSONValue {
        .object([
            "detectors": detectors.json,
            "first_offset": .int(firstOffset),
            "settled_through": .int(settledThrough),
            "scored_through": .int(scoredThrough),
            "input_through": .int(inputThrough),
            "predicted_through": .array(predictedThrough.map(JSONValue.int)),
            "input_clock": .int(inputClock),
            "dropped_clock": .int(droppedClock),
            "label_clock": .array(labelClock.marks.map { .array([.int($0.time), .int($0.offset)]) }),
            "waiting": .array(waiting.all.map(\.json)),
            "counters": counters.json,
            "open_window_closed_at": openWindowClosedAt.map(JSONValue.int) ?? .null,
            "measured": measured.json,
            "completed": completed.json,
            "refilled": .array(refilled.sorted().map { .int(Int64($0)) }),
            "rows": .array(rows.map(\.json)),
        ])
    }

    init(reading reader: SnapshotReader, for definition: MonitorDefinition) throws(MonitorError) {
        self.init(definition)
        firstOffset = try reader["first_offset"].int()
        settledThrough = try reader["settled_through"].int()
        inputThrough = try reader["input_through"].int()
        scoredThrough = try reader["scored_through"].optionalInt() ?? settledThrough
        predictedThrough = try reader["predicted_through"].elements().map { value throws(MonitorError) in
            try value.int()
        }
        inputClock = try reader["input_clock"].int()
        droppedClock = try reader["dropped_clock"].int()
        labelClock = LabelClock(
            marks: try reader["label_clock"].elements().map { mark throws(MonitorError) in
                LabelClock.Mark(time: try mark[0].int(), offset: try mark[1].int())
            }
        )
        for label in try reader["waiting"].elements() { _ = waiting.insert(try MonitorEvent.Label(reading: label)) }
        counters = try MonitorCounters(reading: reader["counters"])
        let closed = reader["open_window_closed_at"]
        openWindowClosedAt = closed.isNull ? nil : try closed.int()
        rows = try reader["rows"].elements().map { row throws(MonitorError) in
            try HeldRow(reading: row, roles: definition.predictionTopics.count)
        }
        if !reader["measured"].isNull {
            measured = try WindowFront(reading: reader["measured"])
            completed = try WindowFront(reading: reader["completed"])
            refilled = Set(
                try reader["refilled"].elements().map { index throws(MonitorError) in Int(try index.int()) }
            )
        }
        try detectors.restore(reader["detectors"])
        restoreIndex()
    }
}

extension MonitorEvent.Label {
    fileprivate var json: JSONValue { .array([.string(id), .int(offset), value.json, .int(time)]) }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            id: try reader[0].string(),
            offset: try reader[1].int(),
            value: try ModelAnswer(reading: reader[2]),
            time: try reader[3].int()
        )
    }
}

extension HeldRow {
    fileprivate var json: JSONValue {
        .array([
            time.map(JSONValue.int) ?? .null,
            id.map(JSONValue.string) ?? .null,
            .array(cells.map(\.json)),
            .array(verdicts.map { $0?.json ?? .null }),
            truth.map { .array([$0.value.json, .int($0.offset)]) } ?? .null,
        ])
    }

    fileprivate init(reading reader: SnapshotReader, roles: Int) throws(MonitorError) {
        self.init(roles: roles)
        time = reader[0].isNull ? nil : try reader[0].int()
        id = reader[1].isNull ? nil : try reader[1].string()
        cells = try reader[2].elements().map { value throws(MonitorError) in try Cell(reading: value) }
        let verdicts = try reader[3].elements().map { value throws(MonitorError) in
            value.isNull ? nil : try Verdict(reading: value)
        }
        for (role, verdict) in zip(self.verdicts.indices, verdicts) { self.verdicts[role] = verdict }
        truth = reader[4].isNull ? nil : try Truth(reading: reader[4])
    }
}

extension Cell {
    fileprivate var json: JSONValue {
        switch self {
        case .missing: .null
        case .mistyped: true
        case .nonFinite: false
        case .number(let value): .double(value)
        case .category(let value): .string(value)
        }
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        switch reader.value {
        case nil, .null: self = .missing
        case .bool(let isMistyped): self = isMistyped ? .mistyped : .nonFinite
        case .string(let category): self = .category(category)
        default: self = .number(try reader.double())
        }
    }
}

extension WindowFront {
    fileprivate var json: JSONValue {
        .array([
            .int(windowStart), .int(Int64(joined)), .int(Int64(ordinal)), .int(clock),
            lastStretch.map(JSONValue.int) ?? .null,
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(start: try reader[0].int())
        joined = Int(try reader[1].int())
        ordinal = Int(try reader[2].int())
        clock = try reader[3].int()
        lastStretch = try reader[4].optionalInt()
    }
}

extension HeldRow.Truth {
    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(value: try ModelAnswer(reading: reader[0]), offset: try reader[1].int())
    }
}

extension HeldRow.Verdict {
    fileprivate var json: JSONValue { .array([.double(probability), predicted.json, .int(Int64(version))]) }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            probability: try reader[0].double(),
            predicted: try ModelAnswer(reading: reader[1]),
            version: Int(try reader[2].int())
        )
    }
}

extension MonitorCounters {
    fileprivate var json: JSONValue {
        let numbers = [
            ("rows", rows), ("predictions", predictions), ("labels", labels), ("joined", joined), ("late", late),
            ("duplicates", duplicates), ("unknown", unknown), ("undecodable", undecodable), ("late_rows", lateRows),
            ("unsampled", unsampled),
        ]
        return .object(JSONObject(numbers.map { ($0.0, .int(Int64($0.1))) }))
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init()
        rows = Int(try reader["rows"].int())
        predictions = Int(try reader["predictions"].int())
        labels = Int(try reader["labels"].int())
        joined = Int(try reader["joined"].int())
        late = Int(try reader["late"].int())
        duplicates = Int(try reader["duplicates"].int())
        unknown = Int(try reader["unknown"].int())
        undecodable = Int(try reader["undecodable"].int())
        lateRows = Int(try reader["late_rows"].optionalInt() ?? 0)
        unsampled = Int(try reader["unsampled"].optionalInt() ?? 0)
    }
}
