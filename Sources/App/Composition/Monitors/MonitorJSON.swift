internal import JSON
internal import Monitoring
internal import Statistics

/// The shapes of `docs/api.md` for what monitors find.
enum MonitorJSON {
    /// A window in a list.
    static func row(_ window: MonitoredWindow) -> JSONObject {
        var object = LoopJSON.window(window)
        object["drift"] = nil
        object["duplicates"] = .int(Int64(window.findings.duplicates))
        object["outlier_rows"] = .int(Int64(window.findings.outlierRows))
        object["missing_share"] = LoopJSON.number(missingShare(window.findings.columns))
        object["predictions_drifted"] = window.findings.predictions.map { .bool($0.drifted) } ?? .null
        object["estimated"] = window.findings.estimate.map { .object(estimate($0)) } ?? .null
        return object
    }

    /// All that is known of a window.
    static func details(_ window: MonitoredWindow) -> JSONObject {
        var object = row(window)
        let drift = Dictionary(window.drift.map { ($0.column, $0) }) { first, _ in first }
        object["columns"] = .array(window.findings.columns.map { .object(column($0, drift[$0.column])) })
        object["outliers"] = .array(
            window.findings.outliers.map {
                [
                    "row": .int($0.row), "column": .string($0.column), "value": LoopJSON.number($0.value),
                    "distance": LoopJSON.number($0.distance),
                ]
            }
        )
        object["predictions"] = window.findings.predictions.map { .object(predictions($0)) } ?? .null
        object["undefined"] = .object(
            JSONObject(
                window.quality.map { role in
                    let reasons = role.undefined.sorted { $0.key.rawValue < $1.key.rawValue }
                    return (role.role, .object(JSONObject(reasons.map { ($0.key.rawValue, .string($0.value)) })))
                }
            )
        )
        return object
    }

    private static func missingShare(_ columns: [ColumnQuality]) -> Double? {
        let rows = columns.reduce(0) { $0 + $1.rows }
        return rows == 0 ? nil : Double(columns.reduce(0) { $0 + $1.missing }) / Double(rows)
    }

    private static func column(_ column: ColumnQuality, _ drift: ColumnDrift?) -> JSONObject {
        [
            "column": .string(column.column), "type": .string(column.kind.rawValue), "rows": .int(Int64(column.rows)),
            "missing": .int(Int64(column.missing)), "missing_share": .double(column.missingShare),
            "reference_missing_share": LoopJSON.number(column.referenceMissingShare),
            "mistyped": .int(Int64(column.mistyped)), "non_finite": .int(Int64(column.nonFinite)),
            "out_of_range": .int(Int64(column.outOfRange)),
            "outside_reference": .int(Int64(column.outsideReference)), "unseen": .int(Int64(column.unseen)),
            "unseen_categories": .array(column.unseenCategories.map(JSONValue.string)),
            "outliers": .int(Int64(column.outliers)), "distinct": .int(Int64(column.distinct)),
            "constant": .bool(column.isConstant), "summary": column.summary.map { .object(summary($0)) } ?? .null,
            "reference_summary": column.referenceSummary.map { .object(summary($0)) } ?? .null,
            "histogram": column.histogram.map { .object(histogram($0)) } ?? .null,
            "drift": drift.map { .object(LoopJSON.drift($0)) } ?? .null,
        ]
    }

    private static func summary(_ summary: NumericSummary) -> JSONObject {
        [
            "min": LoopJSON.number(summary.minimum), "q25": LoopJSON.number(summary.lowerQuartile),
            "median": LoopJSON.number(summary.median), "q75": LoopJSON.number(summary.upperQuartile),
            "max": LoopJSON.number(summary.maximum), "mean": LoopJSON.number(summary.mean),
            "std": LoopJSON.number(summary.deviation),
        ]
    }

    private static func histogram(_ histogram: ColumnHistogram) -> JSONObject {
        var object: JSONObject = [
            "reference": .array(histogram.reference.map { .int(Int64($0)) }),
            "current": .array(histogram.current.map { .int(Int64($0)) }),
        ]
        switch histogram.bins {
        case .edges(let edges): object["edges"] = .array(edges.map(JSONValue.double))
        case .categories(let names): object["categories"] = .array(names.map(JSONValue.string))
        }
        return object
    }

    private static func predictions(_ drift: PredictionDrift) -> JSONObject {
        var object = LoopJSON.measures(drift.measures)
        object["version"] = .int(Int64(drift.version))
        object["rows"] = .int(Int64(drift.rows))
        object["positive_share"] = .double(drift.positiveShare)
        object["mean_probability"] = .double(drift.meanProbability)
        object["drifted"] = .bool(drift.drifted)
        object["undefined"] = drift.undefined.map(JSONValue.string) ?? .null
        object["histogram"] = drift.histogram.map { .object(histogram($0)) } ?? .null
        return object
    }

    private static func estimate(_ estimate: EstimatedQuality) -> JSONObject {
        let metrics = EstimatedQuality.metrics.compactMap { metric -> (String, JSONValue)? in
            guard let value = estimate.values[metric] else { return nil }
            return (
                metric.rawValue,
                [
                    "value": .double(value.value), "lower": .double(value.lower), "upper": .double(value.upper),
                ]
            )
        }
        return [
            "version": estimate.version.map { .int(Int64($0)) } ?? .null, "rows": .int(Int64(estimate.rows)),
            "calibration_rows": .int(Int64(estimate.calibrationRows)), "metrics": .object(JSONObject(metrics)),
            "undefined": estimate.undefined.map(JSONValue.string) ?? .null,
        ]
    }

    /// A change that a detector has found.
    static func change(_ change: DetectedChange) -> JSONObject {
        var object: JSONObject = [
            "monitor": .string(change.monitor), "row": .int(change.row),
            "time": change.time.map(LoopJSON.time) ?? .null, "window": .int(Int64(change.window)),
        ]
        for (key, value) in series(change.series).pairs { object[key] = value }
        object["method"] = .string(change.method.rawValue)
        object["version"] = change.championVersion.map { .int(Int64($0)) } ?? .null
        object["values"] = .int(Int64(change.values))
        object["mean_before"] = LoopJSON.number(change.means?.before)
        object["mean_after"] = LoopJSON.number(change.means?.after)
        return object
    }

    /// What a detector watches: a column, or `errors` or `predictions`.
    private static func series(_ series: DetectorDefinition.Series) -> JSONObject {
        switch series {
        case .column(let name): ["column": .string(name), "of": .null]
        case .errors: ["column": .null, "of": "errors"]
        case .predictions: ["column": .null, "of": "predictions"]
        }
    }

    private static func detector(_ detector: DetectorDefinition) -> JSONObject {
        var object = series(detector.series)
        object["method"] = .string(detector.method.rawValue)
        for (name, value) in detector.parameters.sorted(by: { $0.key < $1.key }) { object[name] = value }
        object["severity"] = .string(detector.severity.rawValue)
        return object
    }

    /// An alert with how it stands.
    static func alert(_ record: AlertRecord) -> JSONObject {
        var object = LoopJSON.alert(record.alert)
        object["status"] = .string(record.status.rawValue)
        object["fingerprint"] = .string(record.alert.fingerprint)
        object["acknowledged"] =
            record.acknowledgement.map {
                ["actor": .string($0.actor), "note": .string($0.note), "at": LoopJSON.time($0.at)]
            } ?? .null
        object["silenced_until"] = record.silencedUntil.map(LoopJSON.time) ?? .null
        return object
    }

    /// An alert with what was sent about it.
    static func alertWithDeliveries(_ record: AlertRecord) -> JSONObject {
        var object = alert(record)
        object["deliveries"] = .array(
            record.deliveries.map {
                [
                    "route": .string($0.route), "event": .string($0.event), "state": .string($0.state),
                    "attempts": .int(Int64($0.attempts)), "problem": .string($0.problem),
                    "created_at": LoopJSON.time($0.createdAt),
                ]
            }
        )
        return object
    }

    /// A silence.
    static func silence(_ silence: AlertSilence) -> JSONObject {
        [
            "id": .string(silence.id), "monitor": .string(silence.monitor),
            "fingerprint": silence.fingerprint.map(JSONValue.string) ?? .null,
            "until": LoopJSON.time(silence.until), "actor": .string(silence.actor),
            "reason": .string(silence.reason), "created_at": LoopJSON.time(silence.createdAt),
        ]
    }

    /// What a monitor watches, in short.
    static func definition(_ definition: MonitorDefinition) -> JSONObject {
        let window: JSONValue =
            switch definition.window {
            case .rows(let count): ["size": .int(Int64(count))]
            case .labels(let count): ["labels": .int(Int64(count))]
            case .time(let span, let lateness):
                ["seconds": .double(Double(span) / 1000), "latenessSeconds": .double(Double(lateness) / 1000)]
            }
        return [
            "labels": definition.labelsTopic.map(JSONValue.string) ?? .null,
            "predictions": .object(
                JSONObject(definition.predictionTopics.map { ($0.role, .string($0.topic)) })
            ),
            "window": window,
            "columns": .array(
                definition.columns.map { ["name": .string($0.name), "type": .string($0.kind.rawValue)] }
            ),
            "detectors": .array(definition.detectors.map { .object(detector($0)) }),
            "routes": .array(
                definition.routes.map {
                    [
                        "name": .string($0.name), "kind": .string($0.kind),
                        "severity": .string($0.minimumSeverity.rawValue),
                    ]
                }
            ),
        ]
    }

    /// A declaration without the secrets of its routes.
    static func masked(_ declaration: JSONValue) -> JSONValue {
        guard var object = declaration.objectValue, let routes = object["notify"]?.arrayValue else {
            return declaration
        }
        object["notify"] = .array(
            routes.map { route in
                guard var fields = route.objectValue, fields["secret"] != nil else { return route }
                fields["secret"] = "***"
                return .object(fields)
            }
        )
        return .object(object)
    }
}
