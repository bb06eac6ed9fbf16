internal import JSON

/// `martlet runs`.
enum RunCommands {
    static let group = CommandGroup(
        name: "runs",
        summary: "The runs of the experiments",
        commands: [list, search, show, compare, metrics, delete, restore]
    )

    private static let run = PlaceSpecification.required("RUN", "the run's id")

    private static let searchOptions: [OptionSpecification] = [
        .value("--order", "TEXT", "MLflow's order, such as \"metrics.auc DESC\""),
        .value("--experiment", "NAME", "Only those of one experiment"),
        .value("--view", "STAGE", "active, deleted or all; active without"),
        .value("--limit", "COUNT", "Most runs, 1 to 1000; 100 without"),
    ]

    private static let list = CommandSpecification(
        name: "list",
        summary: "Lists runs, newest first",
        options: [
            .value("--filter", "TEXT", "MLflow's search language, such as \"metrics.auc > 0.8\"")
        ] + searchOptions
    ) { invocation, context in
        try await find(invocation.value("--filter"), invocation, context)
    }

    private static let search = CommandSpecification(
        name: "search",
        summary: "Lists the runs that a filter finds, such as \"metrics.auc > 0.8 AND NOT tags.stage = 'test'\"",
        places: [.required("FILTER", "MLflow's search language, with OR, NOT and parentheses")],
        options: searchOptions
    ) { invocation, context in
        try await find(invocation.required("FILTER"), invocation, context)
    }

    private static func find(_ filter: String?, _ invocation: Invocation, _ context: CommandContext) async throws {
        let answer = try await context.client().get(
            ["runs"],
            [
                ("filter", filter), ("order", invocation.value("--order")),
                ("experiment", invocation.value("--experiment")), ("view", invocation.value("--view")),
                ("limit", try invocation.integer("--limit", 1...1_000).map { String($0) }),
            ]
        )
        context.report.list(
            answer,
            [
                Column("RUN", "run_id"), Column("NAME", "name"), Column("EXPERIMENT", "experiment"),
                Column("STATUS", "status"), Column("STARTED", "started_at"),
                Column("METRICS") { .string(firstMetrics($0)) },
            ],
            empty: "no runs"
        )
    }

    /// The first few metrics in one cell.
    private static func firstMetrics(_ run: JSONValue) -> String {
        let all = run["metrics"]?.objectValue ?? [:]
        let shown = all.keys.prefix(3).map { key in "\(key)=\(Column(key, key).text(of: .object(all)))" }
        return shown.joined(separator: " ") + (all.count > 3 ? " …" : "")
    }

    private static let show = CommandSpecification(
        name: "show",
        summary: "Shows one run",
        places: [run]
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

    private static let compare = CommandSpecification(
        name: "compare",
        summary: "Shows runs side by side: what differs first",
        places: [run, .required("OTHER", "another run's id, or several with commas")],
        options: [.flag("--differing", "Leaves out what is the same in all of them")]
    ) { invocation, context in
        let others = invocation.required("OTHER").split(separator: ",").map(String.init)
        let ids = [invocation.required("RUN")] + others
        let answer = try await context.client().get(["runs", "compare"], ids.map { ("run", $0) })
        if context.report.isJSON { return context.report.json(answer) }
        let runs = answer["runs"]?.arrayValue ?? []
        context.report.section(
            "runs",
            runs,
            [Column("RUN", "run_id"), Column("NAME", "name"), Column("STATUS", "status")]
        )
        let names = runs.map { Column.printable($0["name"]?.stringValue ?? "-") }
        let columns =
            [Column("NAME", "key")]
            + names.enumerated().map { index, name in
                Column(name) { $0["values"]?[index] }
            }
        for section in ["parameters", "metrics", "tags"] {
            let rows = answer[section]?.arrayValue ?? []
            let shown = invocation.has("--differing") ? rows.filter { $0["differs"] == true } : rows
            let marked = columns + [Column("DIFFERS") { $0["differs"] == true ? "yes" : nil }]
            context.report.section(section, shown, marked)
        }
    }

    private static let metrics = CommandSpecification(
        name: "metrics",
        summary: "Shows the metrics of a run, or the history of one",
        places: [run, .optional("METRIC", "the metric; the latest value of each without")],
        options: [.value("--limit", "COUNT", "Most points, 1 to 25000; 1000 without")]
    ) { invocation, context in
        let client = try context.client()
        guard let metric = invocation.word("METRIC") else {
            let run = try await client.get(["runs", invocation.required("RUN")])
            let pairs = run["metrics"]?.objectValue ?? [:]
            let items = pairs.pairs.map { JSONValue.object(["key": .string($0), "value": $1]) }
            let columns = [Column("METRIC", "key"), Column("VALUE", "value")]
            return context.report.list(["items": .array(items), "next": nil], columns, empty: "no metrics")
        }
        let limit = try invocation.integer("--limit", 1...25_000).map { String($0) }
        let answer = try await client.get(
            ["runs", invocation.required("RUN"), "metrics"],
            [("key", metric), ("limit", limit)]
        )
        let columns = [Column("STEP", "step"), Column("AT", "at"), Column("VALUE", "value")]
        context.report.list(answer, columns, empty: "no points")
    }

    private static let delete = CommandSpecification(
        name: "delete",
        summary: "Moves a run to the trash",
        places: [run]
    ) { invocation, context in
        let id = invocation.required("RUN")
        _ = try await context.client().delete(["runs", id])
        context.report.line("\(id) is in the trash: martlet runs restore \(id) takes it back", ["run_id": .string(id)])
    }

    private static let restore = CommandSpecification(
        name: "restore",
        summary: "Takes a run out of the trash",
        places: [run]
    ) { invocation, context in
        let answer = try await context.client().post(["runs", invocation.required("RUN"), "restore"], [:])
        context.report.line("\(invocation.required("RUN")) is restored", answer)
    }
}
