internal import JSON

/// `martlet runs`.
enum RunCommands {
    static let group = CommandGroup(
        name: "runs",
        summary: "The runs of the experiments",
        commands: [list, show]
    )

    private static let list = CommandSpecification(
        name: "list",
        summary: "Lists runs, newest first",
        options: [
            .value("--filter", "TEXT", "MLflow's search language, such as \"metrics.auc > 0.8\""),
            .value("--order", "TEXT", "MLflow's order, such as \"metrics.auc DESC\""),
            .value("--experiment", "NAME", "Only those of one experiment"),
            .value("--limit", "COUNT", "Most runs, 1 to 1000; 100 without"),
        ]
    ) { invocation, context in
        let answer = try await context.client().get(
            ["runs"],
            [
                ("filter", invocation.value("--filter")), ("order", invocation.value("--order")),
                ("experiment", invocation.value("--experiment")),
                ("limit", try invocation.integer("--limit", 1...1_000).map { String($0) }),
            ]
        )
        context.report.list(
            answer,
            [
                Column("RUN", "run_id"), Column("NAME", "name"), Column("EXPERIMENT", "experiment"),
                Column("STATUS", "status"), Column("STARTED", "started_at"),
                Column("METRICS") { .string(metrics($0)) },
            ],
            empty: "no runs"
        )
    }

    /// The first few metrics in one cell.
    private static func metrics(_ run: JSONValue) -> String {
        let all = run["metrics"]?.objectValue ?? [:]
        let shown = all.keys.prefix(3).map { key in "\(key)=\(Column(key, key).text(of: .object(all)))" }
        return shown.joined(separator: " ") + (all.count > 3 ? " …" : "")
    }

    private static let show = CommandSpecification(
        name: "show",
        summary: "Shows one run",
        places: [.required("RUN", "the run's id")]
    ) { invocation, context in
        let run = try await context.client().get(["runs", invocation.required("RUN")])
        context.report.fields(
            run,
            [
                Column("run", "run_id"), Column("name", "name"), Column("experiment", "experiment"),
                Column("status", "status"), Column("user", "user"), Column("started", "started_at"),
                Column("ended", "ended_at"), Column("artifacts", "artifact_location"),
            ]
        )
        for section in ["metrics", "parameters", "tags"] {
            let pairs = run[section]?.objectValue ?? [:]
            let rows = pairs.pairs.map { JSONValue.object(["key": .string($0), "value": $1]) }
            context.report.section(section, rows, [Column("NAME", "key"), Column("VALUE", "value")])
        }
    }
}
