internal import JSON

extension AlertBook {
    var json: JSONValue {
        .object(JSONObject(series.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        var series: [String: Series] = [:]
        for (name, value) in try reader.members() { series[name] = try Series(reading: value) }
        self.init(series: series)
    }
}

extension AlertBook.Series {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "subject": .string(subject),
            "recent": .array(recent.map(JSONValue.bool)),
            "good_in_a_row": .int(Int64(goodInARow)),
            "open": open?.json ?? .null,
        ]
        object["baseline"] = baseline.map(JSONValue.double)
        return .object(object)
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            subject: try reader["subject"].string(),
            recent: try reader["recent"].elements().map { value throws(MonitorError) in try value.bool() },
            goodInARow: Int(try reader["good_in_a_row"].int()),
            open: reader["open"].isNull ? nil : try MonitorAlert(reading: reader["open"]),
            baseline: try reader["baseline"].optionalDouble()
        )
    }
}

extension MonitorAlert {
    /// The alert as JSON, with the names that the API gives its fields.
    var json: JSONValue {
        .object([
            "id": .string(id),
            "monitor": .string(monitor),
            "fingerprint": .string(fingerprint),
            "kind": .string(kind.rawValue),
            "severity": .string(severity.rawValue),
            "state": .string(state.rawValue),
            "message": .string(message),
            "value": .double(value),
            "limit": .double(limit),
            "last_value": .double(lastValue),
            "window": .int(Int64(window)),
            "row": .int(row),
            "resolved_row": resolvedRow.map(JSONValue.int) ?? .null,
            "opened_at": .int(openedAt),
            "resolved_at": resolvedAt.map(JSONValue.int) ?? .null,
        ])
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            id: try reader["id"].string(),
            monitor: try reader["monitor"].string(),
            fingerprint: try reader["fingerprint"].string(),
            kind: Kind(rawValue: try reader["kind"].string()) ?? .performance,
            severity: AlertSeverity(rawValue: try reader["severity"].string()) ?? .info,
            state: State(rawValue: try reader["state"].string()) ?? .open,
            message: try reader["message"].string(),
            value: try reader["value"].double(),
            limit: try reader["limit"].double(),
            lastValue: try reader["last_value"].double(),
            window: Int(try reader["window"].int()),
            row: try reader["row"].int(),
            resolvedRow: reader["resolved_row"].isNull ? nil : try reader["resolved_row"].int(),
            openedAt: try reader["opened_at"].int(),
            resolvedAt: reader["resolved_at"].isNull ? nil : try reader["resolved_at"].int()
        )
    }
}
