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
            "drift": .array(drift.map(\.json)),
            "reference": reference.map(JSONValue.string) ?? .null,
            "closed_at": .int(closedAt),
        ])
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            monitor: try reader["monitor"].string(),
            index: Int(try reader["index"].int()),
            firstRow: try reader["first_row"].int(),
            lastRow: try reader["last_row"].int(),
            rows: Int(try reader["rows"].int()),
            labelled: Int(try reader["labelled"].int()),
            unscored: Int(try reader["unscored"].int()),
            quality: try reader["quality"].elements().map { role throws(MonitorError) in
                try RoleQuality(reading: role)
            },
            championVersions: try reader["champion_versions"].elements().map { version throws(MonitorError) in
                Int(try version.int())
            },
            drift: try reader["drift"].elements().map { column throws(MonitorError) in
                try ColumnDrift(reading: column)
            },
            reference: reader["reference"].isNull ? nil : try reader["reference"].string(),
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
    fileprivate var json: JSONValue {
        .object([
            "column": .string(column),
            "rows": .int(Int64(rows)),
            "missing": .int(Int64(missing)),
            "measures": measures?.json ?? .null,
            "drifted": .bool(drifted),
            "undefined": undefined.map(JSONValue.string) ?? .null,
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
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
    fileprivate var json: JSONValue {
        .object([
            "ks": .double(kolmogorovSmirnov),
            "ks_p": .double(pValue),
            "ks_p_adjusted": .double(adjustedPValue),
            "psi": .double(stabilityIndex),
            "wasserstein": .double(wasserstein),
            "wasserstein_normed": .double(normedWasserstein),
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            kolmogorovSmirnov: try reader["ks"].double(),
            pValue: try reader["ks_p"].double(),
            adjustedPValue: try reader["ks_p_adjusted"].double(),
            stabilityIndex: try reader["psi"].double(),
            wasserstein: try reader["wasserstein"].double(),
            normedWasserstein: try reader["wasserstein_normed"].double()
        )
    }
}
