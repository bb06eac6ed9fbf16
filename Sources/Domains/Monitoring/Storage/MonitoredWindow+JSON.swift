internal import JSON

extension MonitoredWindow {
    /// The window as JSON, with the names that the API gives its fields.
    var json: JSONValue {
        .object([
            "monitor": .string(monitor),
            "index": .int(Int64(index)),
            "first_row": .int(firstRow),
            "last_row": .int(lastRow),
            "rows": .int(Int64(rows)),
            "labelled": .int(Int64(labelled)),
            "unscored": .int(Int64(unscored)),
            "quality": .array(quality.map(\.json)),
            "champion_versions": .array(championVersions.map { .int(Int64($0)) }),
            "first_time": firstTime.map(JSONValue.int) ?? .null,
            "last_time": lastTime.map(JSONValue.int) ?? .null,
            "state": .string(state.rawValue),
            "findings": findings.json,
            "closed_at": .int(closedAt),
        ])
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            monitor: try reader["monitor"].string(),
            index: Int(try reader["index"].int()),
            firstRow: try reader["first_row"].int(),
            lastRow: try reader["last_row"].int(),
            firstTime: try reader["first_time"].optionalInt(),
            lastTime: try reader["last_time"].optionalInt(),
            rows: Int(try reader["rows"].int()),
            labelled: Int(try reader["labelled"].int()),
            unscored: Int(try reader["unscored"].int()),
            quality: try reader["quality"].elements().map { role throws(MonitorError) in
                try RoleQuality(reading: role)
            },
            championVersions: try reader["champion_versions"].elements().map { version throws(MonitorError) in
                Int(try version.int())
            },
            findings: try WindowFindings(reading: reader["findings"].isNull ? reader : reader["findings"]),
            state: try State(rawValue: reader["state"].optionalString() ?? "") ?? .complete,
            closedAt: try reader["closed_at"].int()
        )
    }
}

extension RoleQuality {
    fileprivate var json: JSONValue {
        let metrics = QualityMetric.allCases
        return .object([
            "role": .string(role),
            "rows": .int(Int64(rows)),
            "values": .object(JSONObject(metrics.compactMap { m in values[m].map { (m.rawValue, .double($0)) } })),
            "undefined": .object(
                JSONObject(metrics.compactMap { m in undefined[m].map { (m.rawValue, .string($0)) } })
            ),
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(role: try reader["role"].string(), rows: Int(try reader["rows"].int()), values: [:], undefined: [:])
        for metric in QualityMetric.allCases {
            let value = reader["values"][metric.rawValue]
            if !value.isNull { values[metric] = try value.double() }
            let reason = reader["undefined"][metric.rawValue]
            if !reason.isNull { undefined[metric] = try reason.string() }
        }
    }
}

extension ColumnDrift {
    var json: JSONValue {
        .object([
            "column": .string(column),
            "rows": .int(Int64(rows)),
            "missing": .int(Int64(missing)),
            "measures": measures?.json ?? .null,
            "drifted": .bool(drifted),
            "undefined": undefined.map(JSONValue.string) ?? .null,
        ])
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            column: try reader["column"].string(),
            rows: Int(try reader["rows"].int()),
            missing: Int(try reader["missing"].int()),
            measures: reader["measures"].isNull ? nil : try DriftMeasures(reading: reader["measures"]),
            drifted: try reader["drifted"].bool(),
            undefined: reader["undefined"].isNull ? nil : try reader["undefined"].string()
        )
    }
}

extension DriftMeasures {
    var json: JSONValue {
        .object([
            "test": .string(test.rawValue),
            "statistic": .double(statistic),
            "p": .double(pValue),
            "p_adjusted": .double(adjustedPValue),
            "psi": .double(stabilityIndex),
            "wasserstein": wasserstein.map(JSONValue.double) ?? .null,
            "wasserstein_normed": normedWasserstein.map(JSONValue.double) ?? .null,
            "jensen_shannon": jensenShannon.map(JSONValue.double) ?? .null,
        ])
    }

    /// Reads what was stored; before there were other tests than Kolmogorov-Smirnov's, its names were used.
    init(reading reader: SnapshotReader) throws(MonitorError) {
        let isOld = reader["test"].isNull
        self.init(
            test: Test(rawValue: try reader["test"].optionalString() ?? "") ?? .kolmogorovSmirnov,
            statistic: try reader[isOld ? "ks" : "statistic"].double(),
            pValue: try reader[isOld ? "ks_p" : "p"].double(),
            adjustedPValue: try reader[isOld ? "ks_p_adjusted" : "p_adjusted"].double(),
            stabilityIndex: try reader["psi"].double(),
            wasserstein: try reader["wasserstein"].optionalDouble(),
            normedWasserstein: try reader["wasserstein_normed"].optionalDouble(),
            jensenShannon: try reader["jensen_shannon"].optionalDouble()
        )
    }
}
