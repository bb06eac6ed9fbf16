package import JSON

extension MonitorDeclaration {
    static let lossMetrics: Set<String> = ["log_loss", "brier", "mae", "rmse", "mape"]
    private static let metrics = [
        "auc", "f1", "log_loss", "brier", "accuracy", "precision", "recall", "mae", "rmse", "mape", "r2",
    ]
    private static let tasks = ["binary", "multiclass", "regression"]
    private static let severities = ["page", "warn", "info"]
    private static let corrections = ["fdr_bh", "bonferroni", "holm"]
    private static let fields: Set<String> = [
        "name", "model", "input", "dataset", "labels", "labelKey", "predictions", "reference", "horizonDays", "window",
        "columns", "task",
        "evaluation", "performance", "drift", "quality", "estimated", "detectors", "health", "notify",
        "repeatMinutes",
    ]

    /// Reads a monitor that was declared by itself, with the fields that it has in a project's file.
    ///
    /// - Throws: ``ProjectError`` that names the field; also for one that no monitor has.
    package init(json: JSONValue) throws(ProjectError) {
        let fields = try ProjectFieldReader(json, place: "")
        if let unknown = fields.unknown(besides: Self.fields).first {
            throw ProjectError(
                unknown,
                "is not a field of a monitor; known: \(Self.fields.sorted().joined(separator: ", "))"
            )
        }
        try self.init(fields)
    }

    init(_ fields: ProjectFieldReader) throws(ProjectError) {
        let evaluation = try fields.optionalMapping("evaluation")
        let predictions = try Self.predictions(fields)
        let dataset = try fields.optionalString("dataset")
        if dataset != nil, fields.value("input") != nil || fields.value("window") != nil {
            throw fields.error("dataset", "stands in place of input and window: each version is a window")
        }
        self.init(
            name: try fields.string("name"),
            model: predictions.isEmpty ? try fields.optionalString("model") ?? "" : try fields.string("model"),
            input: dataset == nil ? try fields.string("input") : dataset ?? "",
            dataset: dataset,
            task: try Self.task(fields),
            labels: try fields.optionalString("labels"),
            labelKey: try fields.optionalString("labelKey"),
            predictions: predictions,
            reference: try fields.optionalString("reference"),
            horizonDays: try fields.double("horizonDays", default: 30),
            window: dataset == nil ? try Self.window(try fields.mapping("window")) : .rows(1),
            firstRow: try fields.optionalMapping("window")?.int("firstRow", 0...Int.max, default: 0) ?? 0,
            columns: try Self.columns(fields),
            evaluationRows: try evaluation?.int("rows", 1...1_000_000, default: 365) ?? 365,
            evaluationEvery: try evaluation?.int("every", 1...1_000_000, default: 25) ?? 25,
            evaluationMinimumRows: try evaluation?.int("minimumRows", 1...1_000_000, default: 200) ?? 200,
            performance: try Self.limits(fields, "performance"),
            drift: try fields.optionalMapping("drift").map(Self.drift),
            quality: try fields.optionalMapping("quality").map(Self.quality),
            estimation: try fields.optionalMapping("estimated").map(Self.estimation),
            detectors: try Self.detectors(fields),
            health: try fields.optionalMapping("health").map(Self.health),
            routes: try Self.routes(fields),
            repeatMinutes: try fields.optionalDouble("repeatMinutes")
        )
        guard (0...36_500).contains(horizonDays) else {
            throw fields.error("horizonDays", "must be from 0 to 36500, not \(horizonDays)")
        }
    }

    static func task(_ fields: ProjectFieldReader) throws(ProjectError) -> String {
        let task = try fields.optionalString("task") ?? tasks[0]
        guard tasks.contains(task) else {
            throw fields.error("task", "must be one of \(tasks.joined(separator: ", ")), not '\(task)'")
        }
        return task
    }

    private static func predictions(_ fields: ProjectFieldReader) throws(ProjectError) -> [RoleTopic] {
        guard let predictions = try fields.optionalMapping("predictions") else { return [] }
        var topics: [RoleTopic] = []
        for place in predictions.unknown(besides: []) {
            let role = String(place.dropFirst(predictions.place.count + 1))
            topics.append(RoleTopic(role: role, topic: try predictions.string(role)))
        }
        return topics
    }

    private static func window(_ fields: ProjectFieldReader) throws(ProjectError) -> Window {
        let ways = ["size", "seconds", "labels"].filter { fields.value($0) != nil }
        guard ways.count == 1 else {
            throw ProjectError(fields.place, "needs one of size (rows), seconds (event time) and labels")
        }
        switch ways[0] {
        case "size": return .rows(try fields.int("size", 1...10_000_000))
        case "labels": return .labels(try fields.int("labels", 1...10_000_000))
        default:
            let seconds = try fields.double("seconds")
            let lateness = try fields.double("latenessSeconds", default: 0)
            for (name, value, range) in [("seconds", seconds, 1...1e10), ("latenessSeconds", lateness, 0...1e10)]
            where !range.contains(value) {
                throw fields.error(name, "must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
            }
            return .time(seconds: seconds, latenessSeconds: lateness)
        }
    }

    /// Names, or mappings that say more about a column than its name.
    static func columns(_ fields: ProjectFieldReader) throws(ProjectError) -> [Column] {
        var columns: [Column] = []
        for (index, value) in (fields.value("columns")?.arrayValue ?? []).enumerated() {
            if let name = value.stringValue {
                columns.append(Column(name: name, isCategorical: false))
            } else {
                columns.append(try column(try ProjectFieldReader(value, place: "\(fields.at("columns"))[\(index)]")))
            }
        }
        if let value = fields.value("columns"), value.arrayValue == nil {
            throw fields.error("columns", "must be a list of names or mappings, not \(value.typeName)")
        }
        return columns
    }

    private static func column(_ fields: ProjectFieldReader) throws(ProjectError) -> Column {
        let type = try fields.optionalString("type") ?? "numeric"
        guard ["numeric", "categorical"].contains(type) else {
            throw fields.error("type", "must be numeric or categorical, not '\(type)'")
        }
        return Column(
            name: try fields.string("name"),
            isCategorical: type == "categorical",
            minimum: try fields.optionalDouble("minimum"),
            maximum: try fields.optionalDouble("maximum"),
            categories: fields.value("categories") == nil ? nil : try fields.strings("categories"),
            maximumMissing: try fields.optionalDouble("missing")
        )
    }

    private static func limits(
        _ fields: ProjectFieldReader,
        _ key: String
    ) throws(ProjectError) -> [PerformanceLimit] {
        var limits: [PerformanceLimit] = []
        for entry in try fields.list(key) {
            let metric = try entry.string("metric")
            guard metrics.contains(metric) else {
                throw entry.error("metric", "must be one of \(metrics.joined(separator: ", ")), not '\(metric)'")
            }
            let isUpper = lossMetrics.contains(metric)
            let drop = try drop(entry, isUpper: isUpper)
            limits.append(
                PerformanceLimit(
                    metric: metric,
                    role: try entry.optionalString("role") ?? "champion",
                    limit: drop == nil ? try entry.double(isUpper ? "above" : "below") : 0,
                    drop: drop,
                    isUpper: isUpper,
                    recoveryMargin: try entry.double("recoveryMargin", default: 0),
                    severity: try severity(entry, default: "warn"),
                    persistence: try persistence(entry, default: Persistence(windows: 1, of: 1))
                )
            )
        }
        return limits
    }

    /// How much worse than at first is too much; nil where a fixed limit is given.
    private static func drop(_ fields: ProjectFieldReader, isUpper: Bool) throws(ProjectError) -> Double? {
        guard let drop = try fields.optionalDouble("drop") else { return nil }
        let fixed = isUpper ? "above" : "below"
        guard fields.value(fixed) == nil else {
            throw fields.error("drop", "stands in place of \(fixed): give one of them, or two limits")
        }
        guard drop > 0, isUpper ? drop <= 10 : drop < 1 else {
            let range = isUpper ? "and at most 10" : "and below 1"
            throw fields.error("drop", "is a share, such as 0.05 for 5 %: above 0 \(range), not \(drop)")
        }
        return drop
    }

    private static func minimumShare(_ fields: ProjectFieldReader) throws(ProjectError) -> Double? {
        guard let share = try fields.optionalDouble("minimumShare") else { return nil }
        guard share > 0, share <= 1 else {
            throw fields.error("minimumShare", "is a share of the columns: above 0 and at most 1, not \(share)")
        }
        return share
    }

    private static func drift(_ fields: ProjectFieldReader) throws(ProjectError) -> Drift {
        let correction = try fields.optionalString("correction") ?? "fdr_bh"
        guard corrections.contains(correction) else {
            throw fields.error("correction", "must be one of \(corrections.joined(separator: ", "))")
        }
        let limits = ["kolmogorovSmirnov", "psi", "wasserstein", "jensenShannon"]
        let hasLimits = limits.contains { fields.value($0) != nil }
        return Drift(
            significance: try fields.double("significance", default: 0.001),
            kolmogorovSmirnov: try fields.optionalDouble("kolmogorovSmirnov") ?? (hasLimits ? nil : 0.2),
            psi: try fields.optionalDouble("psi") ?? (hasLimits ? nil : 0.2),
            wasserstein: try fields.optionalDouble("wasserstein") ?? (hasLimits ? nil : 0.25),
            jensenShannon: try fields.optionalDouble("jensenShannon") ?? (hasLimits ? nil : 0.1),
            correction: correction,
            minimumRows: try fields.int("minimumRows", 1...10_000_000, default: 200),
            minimumColumns: try fields.int("minimumColumns", 1...100_000, default: 1),
            minimumShare: try minimumShare(fields),
            severity: try severity(fields, default: "warn"),
            persistence: try persistence(fields, default: Persistence(windows: 2, of: 3))
        )
    }

    private static func quality(_ fields: ProjectFieldReader) throws(ProjectError) -> Quality {
        Quality(
            missingMargin: try fields.double("missingMargin", default: 0.05),
            mistyped: try fields.double("mistyped", default: 0),
            outOfRange: try fields.double("outOfRange", default: 0),
            newCategories: try fields.double("newCategories", default: 0.01),
            duplicates: try fields.optionalDouble("duplicates"),
            outliers: try fields.optionalDouble("outliers"),
            volume: try fields.optionalInt("volume", 0...1_000_000_000),
            minimumRows: try fields.int("minimumRows", 1...10_000_000, default: 30),
            severity: try severity(fields, default: "warn"),
            persistence: try persistence(fields, default: Persistence(windows: 1, of: 1))
        )
    }

    private static func estimation(_ fields: ProjectFieldReader) throws(ProjectError) -> Estimation {
        Estimation(
            calibrationRows: try fields.int("calibrationRows", 50...1_000_000, default: 300),
            limits: try limits(fields, "limits")
        )
    }

    private static func health(_ fields: ProjectFieldReader) throws(ProjectError) -> Health {
        Health(
            groups: try fields.strings("groups"),
            lag: try fields.optionalInt("lag", 0...Int.max),
            stalledAfterSeconds: try fields.double("stalledAfterSeconds", default: 30),
            silenceSeconds: try fields.optionalDouble("silenceSeconds"),
            errors: try fields.double("errors", default: 0.01),
            latencyMilliseconds: try fields.optionalDouble("latencyMilliseconds"),
            severity: try severity(fields, default: "page"),
            persistence: try persistence(fields, default: Persistence(windows: 2, of: 3))
        )
    }

    private static func routes(_ fields: ProjectFieldReader) throws(ProjectError) -> [Route] {
        let kinds = ["webhook", "slack", "email", "topic"]
        var routes: [Route] = []
        for entry in try fields.list("notify") {
            let given = kinds.filter { entry.value($0) != nil }
            guard given.count == 1 else {
                throw ProjectError(entry.place, "needs one of \(kinds.joined(separator: ", "))")
            }
            let kind = given[0]
            routes.append(
                Route(
                    name: try entry.optionalString("name") ?? "\(kind)-\(routes.count + 1)",
                    kind: kind,
                    url: ["webhook", "slack"].contains(kind) ? try entry.string(kind) : nil,
                    secret: try entry.optionalString("secret"),
                    to: kind == "email" ? try entry.strings("email") : [],
                    topic: kind == "topic" ? try entry.string("topic") : nil,
                    severity: try severity(entry, default: "info")
                )
            )
        }
        guard Set(routes.map(\.name)).count == routes.count else {
            throw fields.error("notify", "has two routes of one name: name them differently")
        }
        return routes
    }

    static func severity(_ fields: ProjectFieldReader, default standard: String) throws(ProjectError) -> String {
        let severity = try fields.optionalString("severity") ?? standard
        guard severities.contains(severity) else {
            throw fields.error("severity", "must be page, warn or info, not '\(severity)'")
        }
        return severity
    }

    private static func persistence(
        _ fields: ProjectFieldReader,
        default standard: Persistence
    ) throws(ProjectError) -> Persistence {
        guard let mapping = try fields.optionalMapping("persistence") else { return standard }
        let of = try mapping.int("of", 1...1_000)
        return Persistence(windows: try mapping.int("windows", 1...of), of: of)
    }
}
