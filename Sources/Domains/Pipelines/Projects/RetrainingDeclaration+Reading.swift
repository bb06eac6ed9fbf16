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
