internal import Files
internal import JSON

/// `martlet monitor`.
enum MonitorCommands {
    static let group = CommandGroup(
        name: "monitor",
        summary: "Monitors: what they watch, their windows, reports and alerts",
        commands: [list, show, windows, window, changes, report, create, delete] + AlertCommands.all
    )

    private static let name = PlaceSpecification.required("MONITOR", "the monitor's name")
    private static let number = PlaceSpecification.optional("WINDOW", "its number; the newest without")

    private static let list = CommandSpecification(name: "list", summary: "Lists the monitors") { _, context in
        context.report.list(
            try await context.client().get(["monitors"]),
            [
                Column("MONITOR", "name"), Column("PROJECT", "project"), Column("INPUT", "input"),
                Column("MODEL", "model"), Column("REFERENCE", "reference"), Column("ALERTS", "open_alerts"),
                Column("ROWS", "counters.rows"), Column("LABELS", "counters.joined"), Column("PROBLEM", "problem"),
            ],
            empty: "no monitors yet: martlet monitor create FILE"
        )
    }

    private static let show = CommandSpecification(
        name: "show",
        summary: "Shows a monitor: what it watches and its counters",
        places: [name]
    ) { invocation, context in
        let monitor = try await context.client().get(["monitors", invocation.required("MONITOR")])
        context.report.fields(
            monitor,
            [
                Column("monitor", "name"), Column("project", "project"), Column("input", "input"),
                Column("model", "model"), Column("reference", "reference"), Column("window", "definition.window"),
                Column("labels", "definition.labels"), Column("open alerts", "open_alerts"),
                Column("problem", "problem"),
            ]
        )
        context.report.section(
            "columns",
            monitor["definition"]?["columns"]?.arrayValue ?? [],
            [Column("COLUMN", "name"), Column("TYPE", "type")]
        )
        let counters = (monitor["counters"]?.objectValue ?? [:]).pairs.map {
            JSONValue.object(["name": .string($0), "value": $1])
        }
        context.report.section("counters", counters, [Column("COUNTER", "name"), Column("VALUE", "value")])
        guard monitor["definition"]?["detectors"]?.arrayValue?.isEmpty == false else { return }
        let path = ["monitors", invocation.required("MONITOR"), "changes"]
        let changes = try await context.client().get(path, [("limit", "5")])
        context.report.section("newest changes", changes["items"]?.arrayValue?.reversed() ?? [], changeColumns)
    }

    private static let changeColumns = [
        Column("ROW", "row"), Column("TIME", "time"), Column("COLUMN", "column"), Column("OF", "of"),
        Column("METHOD", "method"), Column("VERSION", "version"), Column("BEFORE", "mean_before"),
        Column("AFTER", "mean_after"),
    ]

    private static let changes = CommandSpecification(
        name: "changes",
        summary: "Lists the changes that the detectors of a monitor have found, oldest first",
        places: [name],
        options: [.value("--limit", "COUNT", "The newest so many; 20 without")]
    ) { invocation, context in
        let limit = try invocation.integer("--limit", 1...10_000) ?? 20
        context.report.list(
            try await context.client().get(
                ["monitors", invocation.required("MONITOR"), "changes"],
                [("limit", String(limit))]
            ),
            changeColumns,
            empty: "no change was found yet"
        )
    }

    private static let windows = CommandSpecification(
        name: "windows",
        summary: "Lists the windows of a monitor, oldest first",
        places: [name],
        options: [.value("--limit", "COUNT", "The newest so many; 20 without")]
    ) { invocation, context in
        let limit = try invocation.integer("--limit", 1...10_000) ?? 20
        context.report.list(
            try await context.client().get(
                ["monitors", invocation.required("MONITOR"), "windows"],
                [("limit", String(limit))]
            ),
            [
                Column("WINDOW", "index"), Column("FROM", "first_row"), Column("TO", "last_row"),
                Column("ROWS", "rows"),
                Column("STATE", "state"), Column("COVERAGE", "coverage"), Column("AUC", "auc.champion"),
                Column("ESTIMATED", "estimated.metrics.auc.value"), Column("DRIFTED", "drifted_columns"),
            ],
            empty: "no window is measured yet"
        )
    }

    private static let window = CommandSpecification(
        name: "window",
        summary: "Shows one window: its columns, the worst drift first",
        places: [name, number]
    ) { invocation, context in
        let path = ["monitors", invocation.required("MONITOR"), "windows", invocation.word("WINDOW") ?? "latest"]
        let window = try await context.client().get(path)
        context.report.fields(
            window,
            [
                Column("window", "index"), Column("state", "state"), Column("from row", "first_row"),
                Column("to row", "last_row"), Column("rows", "rows"), Column("coverage", "coverage"),
                Column("reference", "reference"), Column("duplicates", "duplicates"),
                Column("rows with outliers", "outlier_rows"), Column("auc", "auc.champion"),
                Column("estimated auc", "estimated.metrics.auc.value"),
                Column("predictions drifted", "predictions_drifted"),
            ]
        )
        let columns = (window["columns"]?.arrayValue ?? []).sorted { severity($0) > severity($1) }
        context.report.section(
            "columns",
            columns,
            [
                Column("COLUMN", "column"), Column("DRIFTED", "drift.drifted"), Column("TEST", "drift.test"),
                Column("P", "drift.p_adjusted"), Column("PSI", "drift.psi"),
                Column("WASSERSTEIN", "drift.wasserstein_normed"), Column("MISSING", "missing_share"),
                Column("MISTYPED", "mistyped"), Column("UNSEEN", "unseen"), Column("OUTLIERS", "outliers"),
                Column("MEAN", "summary.mean"), Column("REFERENCE", "reference_summary.mean"),
            ]
        )
    }

    /// Drifted columns before the others, then by their stability index.
    @Sendable private static func severity(_ column: JSONValue) -> Double {
        let drift = column["drift"]
        return (drift?["drifted"]?.boolValue == true ? 1000 : 0) + (drift?["psi"]?.doubleValue ?? -1)
    }

    private static let report = CommandSpecification(
        name: "report",
        summary: "Makes a report of one window: JSON, or one page of HTML",
        places: [name, number],
        options: [
            .value("--kind", "KIND", "drift, summary or performance; drift without"),
            .value("--html", "FILE", "Writes the page there instead of printing JSON"),
        ]
    ) { invocation, context in
        let window = invocation.word("WINDOW") ?? "latest"
        let path = ["monitors", invocation.required("MONITOR"), "windows", window, "report"]
        let client = try context.client()
        guard let file = invocation.value("--html") else {
            return context.report.json(try await client.get(path, [("kind", invocation.value("--kind"))]))
        }
        let page = try await client.text(path, [("kind", invocation.value("--kind")), ("format", "html")])
        do {
            try File.replace(file, with: page)
        } catch {
            throw CommandFailure(status: .failed, message: "the report could not be written: \(error)")
        }
        context.report.line("wrote \(file)", ["file": .string(file), "bytes": .int(Int64(page.count))])
    }

    private static let create = CommandSpecification(
        name: "create",
        summary: "Declares a monitor by a JSON file, with the fields of a project's file",
        places: [.required("FILE", "the declaration")],
        options: [.flag("--replace", "Declares one of the same name anew")]
    ) { invocation, context in
        let path = invocation.required("FILE")
        let declaration: JSONValue
        do {
            declaration = try JSONValue.parse(try File.read(path, limit: 1 << 20))
        } catch let error as JSONError {
            throw CommandFailure(status: .usage, message: "\(path) is not JSON: \(error)")
        } catch {
            throw CommandFailure(status: .notFound, message: "\(error)")
        }
        guard let fields = declaration.objectValue else {
            throw CommandFailure(status: .usage, message: "\(path) must hold an object, not \(declaration.typeName)")
        }
        let client = try context.client()
        let replaced = fields["name"]?.stringValue
        let answer: JSONValue
        if invocation.has("--replace"), let replaced {
            answer = try await client.put(["monitors", replaced], fields)
        } else {
            answer = try await client.post(["monitors"], fields)
        }
        context.report.line("declared monitor \(answer["name"]?.stringValue ?? "")", answer)
    }

    private static let delete = CommandSpecification(
        name: "delete",
        summary: "Stops a monitor and forgets what it found",
        places: [name]
    ) { invocation, context in
        let name = invocation.required("MONITOR")
        try await context.client().delete(["monitors", name])
        context.report.line("deleted monitor \(name)", ["deleted": .string(name)])
    }
}
