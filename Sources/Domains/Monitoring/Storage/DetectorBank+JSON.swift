internal import JSON
internal import Statistics

extension DetectorBank {
    /// The detectors by name.
    var json: JSONValue { .object(JSONObject(watches.map { ($0.detector.key, $0.json) })) }

    /// Takes the saved states up.
    ///
    /// A detector that was not there, or had other parameters, begins anew with the next row.
    mutating func restore(_ reader: SnapshotReader) throws(MonitorError) {
        guard !reader.isNull else { return }
        for index in watches.indices {
            let saved = reader[watches[index].detector.key]
            if !saved.isNull { try watches[index].restore(saved) }
        }
    }
}

extension DetectorWatch {
    fileprivate var json: JSONValue {
        [
            "parameters": .string(detector.writtenParameters),
            // What a detector cannot say of itself it learns again.
            "state": (try? JSONValue(encoding: state)) ?? .null,
            "version": version.map { .int(Int64($0)) } ?? .null,
            "count": .int(Int64(taken.count)),
            "sum": taken.sum.isFinite ? .double(taken.sum) : .null,
            "changed_at": changedAt.map(JSONValue.int) ?? .null,
            "changes": .int(Int64(changes)),
            "has_changed": .bool(hasChanged),
        ]
    }

    fileprivate mutating func restore(_ reader: SnapshotReader) throws(MonitorError) {
        version = try reader["version"].optionalInt().map { Int($0) }
        changedAt = try reader["changed_at"].optionalInt()
        changes = Int(try reader["changes"].int())
        guard try reader["parameters"].string() == detector.writtenParameters, let saved = reader["state"].value,
            !saved.isNull
        else { return }
        do {
            state = try saved.decoded(as: NamedDetector.self)
        } catch {
            throw MonitorError(
                .damagedState,
                "the saved state of detector '\(detector.key)' of monitor '\(reader.monitor)' is damaged: "
                    + "reset the monitor"
            )
        }
        taken = (Int(try reader["count"].int()), try reader["sum"].optionalDouble() ?? .nan)
        hasChanged = try reader["has_changed"].bool()
    }
}

extension DetectedChange {
    var json: JSONValue {
        var object: JSONObject = [
            "method": .string(method.rawValue), "row": .int(row), "time": time.map(JSONValue.int) ?? .null,
            "window": .int(Int64(window)), "version": championVersion.map { .int(Int64($0)) } ?? .null,
            "values": .int(Int64(values)),
            "means": means.map { .array([.double($0.before), .double($0.after)]) } ?? .null,
        ]
        switch series {
        case .column(let name): object["column"] = .string(name)
        case .errors: object["of"] = "errors"
        case .predictions: object["of"] = "predictions"
        }
        return .object(object)
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        let means = reader["means"]
        let column = try reader["column"].optionalString()
        let of = try reader["of"].optionalString()
        self.init(
            monitor: reader.monitor,
            series: column.map { .column($0) } ?? (of == "errors" ? .errors : .predictions),
            method: DetectorMethod(rawValue: try reader["method"].string()) ?? .adwin,
            row: try reader["row"].int(),
            time: try reader["time"].optionalInt(),
            window: Int(try reader["window"].int()),
            championVersion: try reader["version"].optionalInt().map { Int($0) },
            values: Int(try reader["values"].int()),
            means: means.isNull ? nil : Means(before: try means[0].double(), after: try means[1].double())
        )
    }
}
