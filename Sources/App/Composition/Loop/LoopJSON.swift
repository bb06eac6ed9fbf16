internal import JSON
internal import Monitoring
internal import Primitives
internal import Retraining
internal import Scoring

/// The shapes of `docs/api.md` for what a loop shows.
enum LoopJSON {
    static func window(_ window: MonitoredWindow) -> JSONObject {
        var object: JSONObject = [
            "monitor": .string(window.monitor), "index": .int(Int64(window.index)), "first_row": .int(window.firstRow),
            "last_row": .int(window.lastRow), "rows": .int(Int64(window.rows)),
            "labelled": .int(Int64(window.labelled)), "unscored": .int(Int64(window.unscored)),
        ]
        let others = QualityMetric.allCases.filter { metric in window.quality.contains { $0[metric] != nil } }
        for metric in Set([QualityMetric.auc, .f1, .logLoss, .brier, .accuracy] + others) {
            object[metric.rawValue] = .object(
                JSONObject(window.quality.map { ($0.role, number($0[metric])) })
            )
        }
        object["champion_version"] = window.championVersions.last.map { .int(Int64($0)) } ?? .null
        object["champion_versions"] = .array(window.championVersions.map { .int(Int64($0)) })
        object["drifted_columns"] = .array(window.driftedColumns.map(JSONValue.string))
        object["drift"] = .object(JSONObject(window.drift.map { ($0.column, .object(drift($0))) }))
        object["reference"] = window.reference.map(JSONValue.string) ?? .null
        object["state"] = .string(window.state.rawValue)
        object["coverage"] = number(window.coverage)
        object["from_time"] = window.firstTime.map(time) ?? .null
        object["to_time"] = window.lastTime.map(time) ?? .null
        object["closed_at"] = time(window.closedAt)
        return object
    }

    static func drift(_ column: ColumnDrift) -> JSONObject {
        var object: JSONObject = [
            "drifted": .bool(column.drifted), "rows": .int(Int64(column.rows)),
            "missing": .int(Int64(column.missing)), "undefined": column.undefined.map(JSONValue.string) ?? .null,
        ]
        for (name, value) in measures(column.measures).pairs { object[name] = value }
        return object
    }

    /// The numbers of a comparison; those of Kolmogorov-Smirnov under its own name as well, null for categories.
    static func measures(_ measures: DriftMeasures?) -> JSONObject {
        let isNumeric = measures?.test == .kolmogorovSmirnov
        return [
            "test": measures.map { .string($0.test.rawValue) } ?? .null, "statistic": number(measures?.statistic),
            "p": number(measures?.pValue), "p_adjusted": number(measures?.adjustedPValue),
            "ks": number(measures?.kolmogorovSmirnov), "ks_p": number(isNumeric ? measures?.pValue : nil),
            "ks_p_adjusted": number(isNumeric ? measures?.adjustedPValue : nil),
            "psi": number(measures?.stabilityIndex), "wasserstein": number(measures?.wasserstein),
            "wasserstein_normed": number(measures?.normedWasserstein),
            "jensen_shannon": number(measures?.jensenShannon),
        ]
    }

    static func alert(_ alert: MonitorAlert) -> JSONObject {
        // The series of a metric ends with its name, or with that of its limit behind it.
        let hasMetric = alert.kind == .performance || alert.kind == .estimated
        let metric = hasMetric ? alert.fingerprint.split(separator: ".").last { $0 != "drop" }.map(String.init) : nil
        return [
            "metric": metric.map(JSONValue.string) ?? .null,
            "id": .string(alert.id), "monitor": .string(alert.monitor), "kind": .string(alert.kind.rawValue),
            "severity": .string(alert.severity.rawValue), "state": .string(alert.state.rawValue),
            "message": .string(alert.message), "value": number(alert.value), "limit": number(alert.limit),
            "last_value": number(alert.lastValue), "window": .int(Int64(alert.window)), "row": .int(alert.row),
            "resolved_row": alert.resolvedRow.map(JSONValue.int) ?? .null, "opened_at": time(alert.openedAt),
            "resolved_at": alert.resolvedAt.map(time) ?? .null,
        ]
    }

    static func deployment(_ status: DeploymentStatus, project: String) -> JSONObject {
        [
            "name": .string(status.name), "project": .string(project), "state": .string(status.state.rawValue),
            "model": .string(status.model), "version": status.version.map { .int(Int64($0)) } ?? .null,
            "input": .string(status.input), "output": .string(status.output), "rows": .int(Int64(status.rows)),
            "rows_since_start": .int(Int64(status.rowsSinceStart)), "errors": .int(Int64(status.errors)),
            "rate_per_second": .double(status.ratePerSecond), "lag": .int(status.lag),
            "latency_ms": ["p50": number(status.latencyP50), "p99": number(status.latencyP99)],
            "swaps": .int(Int64(status.swaps)), "problem": status.problem.map(JSONValue.string) ?? .null,
        ]
    }

    static func counters(_ counters: MonitorCounters) -> JSONObject {
        [
            "rows": .int(Int64(counters.rows)), "predictions": .int(Int64(counters.predictions)),
            "labels": .int(Int64(counters.labels)), "joined": .int(Int64(counters.joined)),
            "late": .int(Int64(counters.late)), "duplicates": .int(Int64(counters.duplicates)),
            "unknown": .int(Int64(counters.unknown)), "undecodable": .int(Int64(counters.undecodable)),
            "late_rows": .int(Int64(counters.lateRows)), "unsampled": .int(Int64(counters.unsampled)),
            "waiting": .int(Int64(counters.waiting)), "unlabelled": .int(Int64(counters.unlabelled)),
        ]
    }

    static func number(_ value: Double?) -> JSONValue {
        value.map(JSONValue.double) ?? .null
    }

    static func time(_ milliseconds: Int64) -> JSONValue {
        .string(WallClock.iso8601(milliseconds: milliseconds))
    }
}
