package import JSON
internal import Statistics

extension DriftReport {
    /// The report for programs: our own fields, and `metrics` and `tests` in the shape that Evidently 0.7 writes.
    ///
    /// What has no value is null; NaN and infinities never come.
    package var json: JSONValue {
        [
            "kind": "drift",
            "reference": reference.json,
            "current": current.json,
            "compatibility": .string(options.compatibility.rawValue),
            "drift": [
                "detected": .bool(hasDrifted),
                "count": .int(Int64(driftedCount)),
                "share": .double(driftedShare),
                "drift_share": .double(options.driftShare),
            ],
            "columns": .array(columns.map(\.json)),
            "skipped": .array(skipped.map { ["column": .string($0.name), "reason": .string($0.reason)] }),
            "metrics": .array([countMetric] + columns.map { metric($0) }),
            "tests": .array([countTest] + columns.map { test($0) }),
        ]
    }

    private var countMetric: JSONValue {
        [
            "id": "drifted_columns",
            "metric_name": "DriftedColumnsCount(drift_share=\(options.driftShare))",
            "config": [
                "type": "evidently:metric_v2:DriftedColumnsCount",
                "drift_share": .double(options.driftShare),
            ],
            "value": ["count": .double(Double(driftedCount)), "share": .double(driftedShare)],
        ]
    }

    private func metric(_ column: ColumnDrift) -> JSONValue {
        let isAsked = options.method(for: column.name, kind: column.kind) != nil
        let method = isAsked ? column.method.rawValue : column.method.displayName
        return [
            "id": "value_drift:\(column.name)",
            "metric_name": .string("ValueDrift(column=\(column.name),method=\(method),threshold=\(column.threshold))"),
            "config": [
                "type": "evidently:metric_v2:ValueDrift",
                "column": .string(column.name),
                "method": .string(method),
                "threshold": .double(column.threshold),
            ],
            "value": column.measurement.map { .finite($0.score) } ?? .null,
        ]
    }

    private var countTest: JSONValue {
        let sign = hasDrifted ? ">=" : "<"
        let (share, limit) = (FixedText.three(driftedShare), FixedText.three(options.driftShare))
        return [
            "id": "lt",
            "name": .string("Share of Drifted Columns: Less \(limit)"),
            "description": .string("Share of Drifted Columns: Actual value \(share) \(sign) \(limit)"),
            "status": .string(hasDrifted ? "FAIL" : "SUCCESS"),
        ]
    }

    private func test(_ column: ColumnDrift) -> JSONValue {
        let score = column.measurement.map { FixedText.two($0.score) } ?? "undefined"
        return [
            "id": "drift",
            "name": .string("Value Drift for column \(column.name)"),
            "description": .string(
                "Drift score is \(score). The drift detection method is \(column.method.displayName). "
                    + "The drift threshold is \(FixedText.two(column.threshold))."
            ),
            "status": .string(column.hasDrifted ? "FAIL" : "SUCCESS"),
        ]
    }
}

extension DatasetLabel {
    /// Name and rows.
    package var json: JSONValue { ["name": .string(name), "rows": .int(Int64(rows))] }
}

extension ColumnDrift {
    /// The column for programs; `score` is the p-value or the distance, as `score_kind` says.
    package var json: JSONValue {
        [
            "column": .string(name),
            "type": .string(kind.rawValue),
            "method": .string(method.rawValue),
            "method_name": .string(method.displayName),
            "score_kind": .string(method.score.rawValue),
            "score": measurement.map { .finite($0.score) } ?? .null,
            "statistic": measurement?.statistic.map { .finite($0) } ?? .null,
            "p_value_method": measurement?.method.map { .string($0.rawValue) } ?? .null,
            "adjusted_p_value": adjusted.map { .finite($0) } ?? .null,
            "support_p_value": support.map { .finite($0) } ?? .null,
            "threshold": .double(threshold),
            "drifted": .bool(hasDrifted),
            "undefined": undefined.map {
                ["reason": .string($0.reason.rawValue), "message": .string($0.description)]
            } ?? .null,
            "reference": reference.json,
            "current": current.json,
            "distribution": .array(picture.bars.map(\.json)),
        ]
    }
}

extension SideSummary {
    /// The side for programs; the names are those of pandas' `describe`.
    package var json: JSONValue {
        var object: JSONObject = [
            "rows": .int(Int64(rows)),
            "missing": .int(Int64(missing)),
            "infinite": .int(Int64(infinite)),
        ]
        if let numbers {
            object["min"] = .finite(numbers.minimum)
            object["max"] = .finite(numbers.maximum)
            object["mean"] = .finite(numbers.mean)
            object["std"] = numbers.deviation.map { .finite($0) } ?? .null
            for (name, value) in zip(["25%", "50%", "75%"], numbers.quartiles) { object[name] = .finite(value) }
        }
        if let distinct {
            object["distinct"] = .int(Int64(distinct))
            object["frequent"] = .array(
                frequent.map { ["value": .string($0.label), "count": .int(Int64($0.count))] }
            )
        }
        return .object(object)
    }
}

extension ColumnPicture.Bar {
    /// The bar for programs.
    var json: JSONValue {
        ["label": .string(label), "reference": reference.map { .finite($0) } ?? .null, "current": .finite(current)]
    }
}

extension JSONValue {
    /// A number, or null where it is none that JSON can hold.
    static func finite(_ value: Double) -> JSONValue { value.isFinite ? .double(value) : .null }
}
