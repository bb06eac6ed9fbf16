extension RetrainingDeclaration {
    private static let triggerFields: Set<String> = [
        "alerts", "newLabels", "schedule", "everyLabels", "maximumAgeDays", "warmUpRows", "coolDownMinutes",
        "coolDownRows", "maximumPerDay", "require", "requireQuality",
    ]

    /// The fields of a policy's trigger and gate that nobody reads, with their places.
    static func unknown(_ fields: ProjectFieldReader) throws(ProjectError) -> [String] {
        let trigger = try fields.optionalMapping("trigger")?.unknown(besides: triggerFields) ?? []
        return trigger + GateDeclaration.unknown(try fields.optionalMapping("gate"))
    }

    init(_ fields: ProjectFieldReader) throws(ProjectError) {
        let trigger = try fields.mapping("trigger")
        let dataset = try fields.mapping("dataset")
        let rows = try dataset.int("rows", 2...100_000_000)
        let alerts = try trigger.strings("alerts")
        for alert in alerts where !["performance", "drift", "estimated", "change"].contains(alert) {
            throw trigger.error("alerts", "may hold performance, drift, estimated and change, not '\(alert)'")
        }
        let require = try trigger.optionalString("require") ?? "any"
        guard ["any", "all"].contains(require) else {
            throw trigger.error("require", "must be any or all, not '\(require)'")
        }
        let coolDownMinutes = try trigger.double("coolDownMinutes", default: 0)
        let maximumAgeDays = try trigger.optionalDouble("maximumAgeDays")
        for (name, value) in [("coolDownMinutes", coolDownMinutes), ("maximumAgeDays", maximumAgeDays ?? 0)]
        where !(0...1_000_000).contains(value) {
            throw trigger.error(name, "must be from 0 to 1000000, not \(value)")
        }
        let mode = try fields.optionalString("mode") ?? "automatic"
        guard ["automatic", "suggest"].contains(mode) else {
            throw fields.error("mode", "must be automatic or suggest, not '\(mode)'")
        }
        self.init(
            name: try fields.string("name"),
            isAutomatic: mode == "automatic",
            monitor: try fields.string("monitor"),
            training: try fields.string("training"),
            model: try fields.string("model"),
            alias: try fields.optionalString("alias") ?? "champion",
            requiresAll: require == "all",
            requiresQuality: try trigger.bool("requireQuality", default: false),
            alerts: alerts,
            newLabels: try trigger.int("newLabels", 0...100_000_000, default: 0),
            schedule: try trigger.optionalString("schedule"),
            everyLabels: try trigger.optionalInt("everyLabels", 1...100_000_000),
            maximumAgeDays: maximumAgeDays,
            warmUpRows: try trigger.int("warmUpRows", 0...100_000_000, default: 0),
            coolDownMinutes: coolDownMinutes,
            coolDownRows: try trigger.int("coolDownRows", 0...100_000_000, default: 0),
            maximumPerDay: try trigger.int("maximumPerDay", 1...1_000_000, default: 100),
            dataset: try dataset.string("name"),
            rows: rows,
            holdOutRows: try fields.mapping("holdOut").int("rows", 1...(rows - 1)),
            gate: try GateDeclaration(try fields.optionalMapping("gate"))
        )
    }
}
