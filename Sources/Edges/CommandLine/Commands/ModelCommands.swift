internal import JSON

/// `martlet models`.
enum ModelCommands {
    static let group = CommandGroup(
        name: "models",
        summary: "The registered models, their versions and aliases",
        commands: [list, show, versions, promote, alias, history, lineage, delete]
    )

    private static let name = PlaceSpecification.required("MODEL", "the model's name")
    private static let version = PlaceSpecification.required("VERSION", "the version's number")
    private static let reason = OptionSpecification.value("--reason", "TEXT", "Why, for the record; needed")

    private static let versionColumns = [
        Column("VERSION", "version"), Column("ALIASES", "aliases"), Column("STAGE", "stage"), Column("RUN", "run_id"),
        Column("CREATED", "created_at"),
    ]
    private static let moveColumns = [
        Column("AT", "at"), Column("ALIAS", "alias"), Column("FROM", "from"), Column("TO", "to"),
        Column("BY", "actor"), Column("REASON", "reason"),
    ]

    private static let list = CommandSpecification(
        name: "list",
        summary: "Lists the models",
        options: [
            .value("--filter", "TEXT", "MLflow's search language, such as \"name LIKE 'rain%'\""),
            .value("--order", "TEXT", "MLflow's order, such as \"last_updated_timestamp DESC\""),
        ]
    ) { invocation, context in
        context.report.list(
            try await context.client().get(
                ["models"],
                [("filter", invocation.value("--filter")), ("order", invocation.value("--order")), ("limit", "1000")]
            ),
            [
                Column("MODEL", "name"), Column("LATEST", "latest_version"), Column("ALIASES", "aliases"),
                Column("UPDATED", "updated_at"),
            ],
            empty: "no models yet"
        )
    }

    private static let show = CommandSpecification(
        name: "show",
        summary: "Shows one model: versions, aliases, and how the aliases moved",
        places: [name]
    ) { invocation, context in
        let model = try await context.client().get(["models", invocation.required("MODEL")])
        context.report.fields(
            model,
            [Column("model", "name"), Column("description", "description"), Column("aliases", "aliases")]
        )
        context.report.section("versions", model["versions"]?.arrayValue ?? [], versionColumns)
        context.report.section("aliases, as they moved", model["alias_history"]?.arrayValue ?? [], moveColumns)
    }

    private static let versions = CommandSpecification(
        name: "versions",
        summary: "Lists the versions of a model, newest first",
        places: [name]
    ) { invocation, context in
        let answer = try await context.client().get(["models", invocation.required("MODEL"), "versions"])
        context.report.list(answer, versionColumns, empty: "no versions")
    }

    private static let promote = CommandSpecification(
        name: "promote",
        summary: "Makes a version the champion: one atomic act, recorded with its reason",
        places: [name, version],
        options: [reason, .value("--alias", "ALIAS", "Another alias than champion")]
    ) { invocation, context in
        try await move(invocation.value("--alias") ?? "champion", invocation, context)
    }

    private static let alias = CommandSpecification(
        name: "alias",
        summary: "Points an alias at a version",
        places: [name, .required("ALIAS", "the alias"), version],
        options: [reason]
    ) { invocation, context in
        try await move(invocation.required("ALIAS"), invocation, context)
    }

    private static func move(_ alias: String, _ invocation: Invocation, _ context: CommandContext) async throws {
        let model = invocation.required("MODEL")
        guard let version = Int64(invocation.required("VERSION")), version > 0 else {
            throw CommandFailure.usage("VERSION is a number from 1, not '\(invocation.required("VERSION"))'")
        }
        guard let reason = invocation.value("--reason") else { throw CommandFailure.usage("--reason is needed") }
        let answer = try await context.client().post(
            ["models", model, "aliases", alias],
            ["version": .int(version), "reason": .string(reason), "actor": "command line"]
        )
        let moved = answer["change"]?.isNull ?? true ? "pointed there already" : "moved"
        context.report.line("\(model)@\(alias) is version \(version): \(moved)", answer)
    }

    private static let history = CommandSpecification(
        name: "history",
        summary: "Shows how the aliases of a model moved, newest first",
        places: [name, .optional("ALIAS", "only this alias")],
        options: [.value("--limit", "COUNT", "Most moves, 1 to 1000; 100 without")]
    ) { invocation, context in
        let answer = try await context.client().get(
            ["models", invocation.required("MODEL"), "history"],
            [
                ("alias", invocation.word("ALIAS")),
                ("limit", try invocation.integer("--limit", 1...1_000).map { String($0) }),
            ]
        )
        context.report.list(answer, moveColumns, empty: "no alias was ever set")
    }

    private static let lineage = CommandSpecification(
        name: "lineage",
        summary: "Shows where a version comes from: its run and the dataset versions that the run read",
        places: [name, .required("VERSION", "the version's number, an alias or latest")]
    ) { invocation, context in
        let path = ["models", invocation.required("MODEL"), "versions", invocation.required("VERSION"), "lineage"]
        let lineage = try await context.client().get(path)
        context.report.fields(
            lineage,
            [
                Column("model", "model"), Column("version", "version"), Column("run", "run_id"),
                Column("logged model", "logged_model"),
            ]
        )
        context.report.section(
            "datasets",
            lineage["datasets"]?.arrayValue ?? [],
            [
                Column("DATASET", "name"), Column("VERSION", "version"), Column("DIGEST", "digest"),
                Column("USED FOR", "context"),
            ]
        )
    }

    private static let delete = CommandSpecification(
        name: "delete",
        summary: "Moves a model, or one version of it, to the trash",
        places: [name, .optional("VERSION", "only this version")]
    ) { invocation, context in
        let model = invocation.required("MODEL")
        let path = ["models", model] + (invocation.word("VERSION").map { ["versions", $0] } ?? [])
        _ = try await context.client().delete(path)
        let subject = invocation.word("VERSION").map { "\(model) version \($0)" } ?? model
        context.report.line("\(subject) is in the trash: martlet trash shows it", ["name": .string(subject)])
    }
}
