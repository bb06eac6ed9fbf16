internal import JSON

extension WindowFindings {
    /// The findings as they are stored.
    var json: JSONValue {
        .object([
            "reference": reference.map(JSONValue.string) ?? .null,
            "drift": .array(drift.map(\.json)),
            "columns": .array(columns.map(\.json)),
            "duplicates": .int(Int64(duplicates)),
            "outlier_rows": .int(Int64(outlierRows)),
            "outliers": .array(outliers.map(\.json)),
            "predictions": predictions?.json ?? .null,
            "estimate": estimate?.json ?? .null,
        ])
    }

    init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init()
        reference = try reader["reference"].optionalString()
        drift = try reader["drift"].elements().map { column throws(MonitorError) in try ColumnDrift(reading: column) }
        guard !reader["columns"].isNull else { return }
        columns = try reader["columns"].elements().map { column throws(MonitorError) in
            try ColumnQuality(reading: column)
        }
        duplicates = Int(try reader["duplicates"].int())
        outlierRows = Int(try reader["outlier_rows"].int())
        outliers = try reader["outliers"].elements().map { value throws(MonitorError) in
            try RowOutlier(reading: value)
        }
        if !reader["predictions"].isNull { predictions = try PredictionDrift(reading: reader["predictions"]) }
        if !reader["estimate"].isNull { estimate = try EstimatedQuality(reading: reader["estimate"]) }
    }
}

extension ColumnQuality {
    fileprivate var json: JSONValue {
        let counts = [
            ("rows", rows), ("missing", missing), ("mistyped", mistyped), ("non_finite", nonFinite),
            ("out_of_range", outOfRange), ("outside_reference", outsideReference), ("unseen", unseen),
            ("outliers", outliers), ("distinct", distinct),
        ]
        var object = JSONObject(counts.map { ($0.0, .int(Int64($0.1))) })
        object["column"] = .string(column)
        object["kind"] = .string(kind.rawValue)
        object["unseen_categories"] = .array(unseenCategories.map(JSONValue.string))
        object["summary"] = summary?.json ?? .null
        object["reference_summary"] = referenceSummary?.json ?? .null
        object["reference_missing_share"] = referenceMissingShare.map(JSONValue.double) ?? .null
        object["histogram"] = histogram?.json ?? .null
        return .object(object)
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        let kind = MonitoredColumn.Kind(rawValue: try reader["kind"].string()) ?? .numeric
        self.init(MonitoredColumn(try reader["column"].string(), kind))
        rows = Int(try reader["rows"].int())
        missing = Int(try reader["missing"].int())
        mistyped = Int(try reader["mistyped"].int())
        nonFinite = Int(try reader["non_finite"].int())
        outOfRange = Int(try reader["out_of_range"].int())
        outsideReference = Int(try reader["outside_reference"].int())
        unseen = Int(try reader["unseen"].int())
        outliers = Int(try reader["outliers"].int())
        distinct = Int(try reader["distinct"].int())
        unseenCategories = try reader["unseen_categories"].elements().map { text throws(MonitorError) in
            try text.string()
        }
        if !reader["summary"].isNull { summary = try NumericSummary(reading: reader["summary"]) }
        let reference = reader["reference_summary"]
        if !reference.isNull { referenceSummary = try NumericSummary(reading: reference) }
        referenceMissingShare = try reader["reference_missing_share"].optionalDouble()
        if !reader["histogram"].isNull { histogram = try ColumnHistogram(reading: reader["histogram"]) }
    }
}

extension NumericSummary {
    fileprivate var json: JSONValue {
        .object([
            "minimum": .double(minimum), "lower_quartile": .double(lowerQuartile), "median": .double(median),
            "upper_quartile": .double(upperQuartile), "maximum": .double(maximum), "mean": .double(mean),
            "deviation": .double(deviation),
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            minimum: try reader["minimum"].double(),
            lowerQuartile: try reader["lower_quartile"].double(),
            median: try reader["median"].double(),
            upperQuartile: try reader["upper_quartile"].double(),
            maximum: try reader["maximum"].double(),
            mean: try reader["mean"].optionalDouble() ?? .infinity,
            deviation: try reader["deviation"].optionalDouble() ?? .infinity
        )
    }
}

extension ColumnHistogram {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "reference": .array(reference.map { .int(Int64($0)) }), "current": .array(current.map { .int(Int64($0)) }),
        ]
        switch bins {
        case .edges(let edges): object["edges"] = .array(edges.map(JSONValue.double))
        case .categories(let names): object["categories"] = .array(names.map(JSONValue.string))
        }
        return .object(object)
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        let edges = reader["edges"]
        let names = reader["categories"]
        bins =
            edges.isNull
            ? .categories(try names.elements().map { name throws(MonitorError) in try name.string() })
            : .edges(try edges.elements().map { edge throws(MonitorError) in try edge.double() })
        reference = try reader["reference"].elements().map { count throws(MonitorError) in Int(try count.int()) }
        current = try reader["current"].elements().map { count throws(MonitorError) in Int(try count.int()) }
    }
}

extension RowOutlier {
    fileprivate var json: JSONValue {
        .object([
            "row": .int(row), "column": .string(column), "value": .double(value), "distance": .double(distance),
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            row: try reader["row"].int(),
            column: try reader["column"].string(),
            value: try reader["value"].double(),
            distance: try reader["distance"].optionalDouble() ?? .infinity
        )
    }
}

extension PredictionDrift {
    fileprivate var json: JSONValue {
        .object([
            "version": .int(Int64(version)), "rows": .int(Int64(rows)), "positive_share": .double(positiveShare),
            "mean_probability": .double(meanProbability), "measures": measures?.json ?? .null,
            "drifted": .bool(drifted), "undefined": undefined.map(JSONValue.string) ?? .null,
            "histogram": histogram?.json ?? .null,
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init(
            version: Int(try reader["version"].int()),
            rows: Int(try reader["rows"].int()),
            positiveShare: try reader["positive_share"].double(),
            meanProbability: try reader["mean_probability"].double(),
            measures: reader["measures"].isNull ? nil : try DriftMeasures(reading: reader["measures"]),
            drifted: try reader["drifted"].bool(),
            undefined: try reader["undefined"].optionalString(),
            histogram: reader["histogram"].isNull ? nil : try ColumnHistogram(reading: reader["histogram"])
        )
    }
}

extension EstimatedQuality {
    fileprivate var json: JSONValue {
        let known = EstimatedQuality.metrics.compactMap { metric in
            values[metric].map {
                (metric.rawValue, JSONValue.array([.double($0.value), .double($0.lower), .double($0.upper)]))
            }
        }
        return .object([
            "version": version.map { .int(Int64($0)) } ?? .null, "rows": .int(Int64(rows)),
            "calibration_rows": .int(Int64(calibrationRows)), "values": .object(JSONObject(known)),
            "undefined": undefined.map(JSONValue.string) ?? .null,
        ])
    }

    fileprivate init(reading reader: SnapshotReader) throws(MonitorError) {
        self.init()
        version = try reader["version"].optionalInt().map { Int($0) }
        rows = Int(try reader["rows"].int())
        calibrationRows = Int(try reader["calibration_rows"].int())
        undefined = try reader["undefined"].optionalString()
        for metric in EstimatedQuality.metrics {
            let value = reader["values"][metric.rawValue]
            guard !value.isNull else { continue }
            values[metric] = Estimate(
                value: try value[0].double(),
                lower: try value[1].double(),
                upper: try value[2].double()
            )
        }
    }
}
