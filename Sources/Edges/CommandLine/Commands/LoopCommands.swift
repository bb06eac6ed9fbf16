internal import Files
internal import JSON

/// `martlet loop`.
enum LoopCommands {
    static let group = CommandGroup(
        name: "loop",
        summary: "The loops of the projects: what fired, was trained, judged and promoted",
        commands: [show, list, steps, step, decisions, watch, apply, retrain]
    )

    private static let project = PlaceSpecification.optional("PROJECT", "needed where more than one runs")

    private static let list = CommandSpecification(name: "list", summary: "Lists the loops") { _, context in
        context.report.list(
            try await context.client().get(["loops"]),
            [Column("PROJECT", projectName), Column("STATE", "state"), Column("FOLDER", "folder")],
            empty: "no loops yet: martlet loop apply FOLDER"
        )
    }

    private static let show = CommandSpecification(
        name: "show",
        summary: "Shows a loop: progress, champion, parts, alerts",
        places: [project]
    ) { invocation, context in
        let client = try context.client()
        let loop = try await client.get(["loops", try await name(invocation, client)])
        context.report.fields(
            loop,
            [
                Column("project", "project"), Column("state", "state"),
                Column("scored", "progress.rows_scored"), Column("labels", "progress.labels"),
                Column("of", "progress.rows_total"), Column("model", "champion.model"),
                Column("champion", "champion.version"), Column("since", "champion.since"),
            ]
        )
        context.report.section(
            "parts",
            loop["parts"]?.arrayValue ?? [],
            [
                Column("PART", "name"), Column("KIND", "kind"), Column("STATUS", "status"),
                Column("RATE/S", "rate_per_second"), Column("DETAIL", "detail"),
            ]
        )
        let metric = loop["metric"]?.stringValue ?? "auc"
        context.report.section(
            "last windows",
            Array((loop["windows"]?.arrayValue ?? []).suffix(8)),
            [
                Column("WINDOW", "index"), Column("FROM", "first_row"), Column("TO", "last_row"),
                Column(metric.uppercased(), "\(metric).champion"), Column("FROZEN", "\(metric).frozen"),
                Column("VERSION", "champion_version"),
            ]
        )
        context.report.section("last steps", Array((loop["steps"]?.arrayValue ?? []).suffix(8)), stepColumns)
    }

    private static let steps = CommandSpecification(
        name: "steps",
        summary: "Lists the steps of a loop, oldest first",
        places: [project]
    ) { invocation, context in
        let client = try context.client()
        let answer = try await client.get(["loops", try await name(invocation, client), "steps"])
        context.report.list(answer, stepColumns, empty: "nothing has happened yet")
    }

    private static let step = CommandSpecification(
        name: "step",
        summary: "Shows one step with its numbers",
        places: [.required("NUMBER", "the step's number or id"), project]
    ) { invocation, context in
        let client = try context.client()
        let path = ["loops", try await name(invocation, client), "steps", invocation.required("NUMBER")]
        let step = try await client.get(path)
        context.report.fields(
            step,
            [
                Column("step", "number"), Column("kind", "kind"), Column("title", "title"), Column("at", "at"),
                Column("row", "row"),
            ]
        )
        for section in ["numbers", "links"] {
            let rows = (step[section]?.objectValue ?? [:]).pairs.map {
                JSONValue.object(["key": .string($0), "value": $1])
            }
            context.report.section(section, rows, [Column("NAME", "key"), Column("VALUE", "value")])
        }
    }

    private static let decisions = CommandSpecification(
        name: "decisions",
        summary: "Lists what the policies of a loop decided and why, oldest first",
        places: [project]
    ) { invocation, context in
        let client = try context.client()
        let answer = try await client.get(["loops", try await name(invocation, client), "decisions"])
        context.report.list(
            answer,
            [
                Column("AT", "at"), Column("POLICY", "policy"), Column("DECISION", "outcome"), Column("ROW", "row"),
                Column("LABELLED", "labelled_rows"), Column("REASON", "reason"),
            ],
            empty: "no policy has had anything to decide yet"
        )
    }

    private static let watch = CommandSpecification(
        name: "watch",
        summary: "Prints steps and alerts as they come, until Ctrl-C",
        places: [project]
    ) { invocation, context in
        let client = try context.client()
        let printer = EventPrinter(project: try await name(invocation, client), context: context)
        try await client.stream(["events"], [("topics", "loop")]) { bytes in printer.take(bytes) }
        throw CommandFailure(status: .failed, message: "the server has ended the stream")
    }

    private static let apply = CommandSpecification(
        name: "apply",
        summary: "Applies the project of a folder: starts its loop, or changes it",
        places: [.required("FOLDER", "a folder of the server's machine with martlet.yaml")]
    ) { invocation, context in
        let folder: String
        do {
            folder = try Directory.resolve(invocation.required("FOLDER"))
        } catch {
            throw CommandFailure(status: .notFound, message: "\(error)")
        }
        let answer = try await context.client().post(["projects"], ["path": .string(folder)])
        context.report.line("applied \(answer["name"]?.stringValue ?? "the project")", answer)
    }

    private static let retrain = CommandSpecification(
        name: "retrain",
        summary: "Asks for a retraining now",
        places: [project],
        options: [.value("--reason", "TEXT", "Why, for the record; needed")]
    ) { invocation, context in
        guard let reason = invocation.value("--reason") else { throw CommandFailure.usage("--reason is needed") }
        let client = try context.client()
        let name = try await name(invocation, client)
        let answer = try await client.post(
            ["loops", name, "retrain"],
            ["reason": .string(reason), "actor": "command line"]
        )
        context.report.line("asked for a retraining of \(name)", answer)
    }

    private static let stepColumns = [
        Column("STEP", "number"), Column("AT", "at"), Column("KIND", "kind"), Column("ROW", "row"),
        Column("TITLE", "title"),
    ]

    @Sendable private static func projectName(_ row: JSONValue) -> JSONValue? { row["project"] ?? row["name"] }

    /// The project that is named, else the only one there is.
    private static func name(_ invocation: Invocation, _ client: APIClient) async throws -> String {
        if let name = invocation.word("PROJECT") { return name }
        let loops = try await client.get(["loops"])["items"]?.arrayValue ?? []
        let names = loops.compactMap { projectName($0)?.stringValue }
        if names.count == 1 { return names[0] }
        if names.isEmpty {
            throw CommandFailure(status: .notFound, message: "no project runs: martlet loop apply FOLDER")
        }
        throw CommandFailure.usage("name one of the projects: \(names.joined(separator: ", "))")
    }
}
