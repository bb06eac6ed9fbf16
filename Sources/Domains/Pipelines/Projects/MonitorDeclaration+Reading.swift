extension MonitorDeclaration {
    private static let lossMetrics: Set<String> = ["log_loss", "brier"]
    private static let metrics = ["auc", "f1", "log_loss", "brier", "accuracy"]
    private static let severities = ["page", "warn", "info"]

    init(_ fields: ProjectFieldReader) throws(ProjectError) {
        let predictions = try fields.mapping("predictions")
        var topics: [RoleTopic] = []
        for place in predictions.unknown(besides: []) {
            let role = String(place.dropFirst(predictions.place.count + 1))
            topics.append(RoleTopic(role: role, topic: try predictions.string(role)))
        }
        let window = try fields.mapping("window")
        let evaluation = try fields.optionalMapping("evaluation")
        self.init(
            name: try fields.string("name"),
            model: try fields.string("model"),
            input: try fields.string("input"),
            labels: try fields.string("labels"),
            predictions: topics,
            horizonDays: try fields.double("horizonDays", default: 30),
            windowRows: try window.int("size", 1...10_000_000),
            firstRow: try window.int("firstRow", 0...Int.max, default: 0),
            columns: try fields.strings("columns"),
            evaluationRows: try evaluation?.int("rows", 1...1_000_000, default: 365) ?? 365,
            evaluationEvery: try evaluation?.int("every", 1...1_000_000, default: 25) ?? 25,
            evaluationMinimumRows: try evaluation?.int("minimumRows", 1...1_000_000, default: 200) ?? 200,
            performance: try MonitorDeclaration.limits(fields),
            drift: try fields.optionalMapping("drift").map(MonitorDeclaration.drift)
        )
    }

    private static func limits(_ fields: ProjectFieldReader) throws(ProjectError) -> [PerformanceLimit] {
        var limits: [PerformanceLimit] = []
        for entry in try fields.list("performance") {
            let metric = try entry.string("metric")
            guard metrics.contains(metric) else {
                throw entry.error("metric", "must be one of \(metrics.joined(separator: ", ")), not '\(metric)'")
            }
            let isUpper = lossMetrics.contains(metric)
            limits.append(
                PerformanceLimit(
                    metric: metric,
                    role: try entry.optionalString("role") ?? "champion",
                    limit: try entry.double(isUpper ? "above" : "below"),
                    isUpper: isUpper,
                    recoveryMargin: try entry.double("recoveryMargin", default: 0),
                    severity: try severity(entry),
                    persistence: try persistence(entry)
                )
            )
        }
        return limits
    }

    private static func drift(_ fields: ProjectFieldReader) throws(ProjectError) -> Drift {
        Drift(
            significance: try fields.double("significance", default: 0.001),
            kolmogorovSmirnov: try fields.optionalDouble("kolmogorovSmirnov"),
            psi: try fields.optionalDouble("psi"),
            wasserstein: try fields.optionalDouble("wasserstein"),
            minimumColumns: try fields.int("minimumColumns", 1...100_000, default: 1),
            severity: try severity(fields),
            persistence: try persistence(fields)
        )
    }

    private static func severity(_ fields: ProjectFieldReader) throws(ProjectError) -> String {
        let severity = try fields.optionalString("severity") ?? "warn"
        guard severities.contains(severity) else {
            throw fields.error("severity", "must be page, warn or info, not '\(severity)'")
        }
        return severity
    }

    private static func persistence(_ fields: ProjectFieldReader) throws(ProjectError) -> Persistence {
        guard let mapping = try fields.optionalMapping("persistence") else { return Persistence(windows: 1, of: 1) }
        let of = try mapping.int("of", 1...1_000)
        return Persistence(windows: try mapping.int("windows", 1...of), of: of)
    }
}

extension RetrainingDeclaration {
    init(_ fields: ProjectFieldReader) throws(ProjectError) {
        let trigger = try fields.mapping("trigger")
        let dataset = try fields.mapping("dataset")
        let rows = try dataset.int("rows", 2...100_000_000)
        let gate = try fields.optionalMapping("gate")
        if let metric = try gate?.optionalString("metric"), metric != "auc" {
            throw ProjectError("\(fields.place).gate.metric", "must be auc, not '\(metric)'")
        }
        let alerts = try trigger.strings("alerts")
        for alert in alerts where !["performance", "drift"].contains(alert) {
            throw trigger.error("alerts", "may hold performance and drift, not '\(alert)'")
        }
        self.init(
            name: try fields.string("name"),
            monitor: try fields.string("monitor"),
            training: try fields.string("training"),
            model: try fields.string("model"),
            alias: try fields.optionalString("alias") ?? "champion",
            alerts: alerts,
            newLabels: try trigger.int("newLabels", 0...100_000_000, default: 0),
            coolDownRows: try trigger.int("coolDownRows", 0...100_000_000, default: 0),
            maximumPerDay: try trigger.int("maximumPerDay", 1...1_000_000, default: 100),
            dataset: try dataset.string("name"),
            rows: rows,
            holdOutRows: try fields.mapping("holdOut").int("rows", 1...(rows - 1)),
            gateAtLeast: try gate?.double("atLeast", default: 0.5) ?? 0.5,
            gateMargin: try gate?.double("margin", default: 0) ?? 0
        )
    }
}
