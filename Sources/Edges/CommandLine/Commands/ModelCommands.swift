internal import JSON

/// `martlet models`.
enum ModelCommands {
    static let group = CommandGroup(
        name: "models",
        summary: "The registered models, their versions and aliases",
        commands: [list, show, alias]
    )

    private static let name = PlaceSpecification.required("MODEL", "the model's name")

    private static let list = CommandSpecification(name: "list", summary: "Lists the models") { _, context in
        context.report.list(
            try await context.client().get(["models"], [("limit", "1000")]),
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
        context.report.section(
            "versions",
            model["versions"]?.arrayValue ?? [],
            [
                Column("VERSION", "version"), Column("ALIASES", "aliases"), Column("RUN", "run_id"),
                Column("CREATED", "created_at"),
            ]
        )
        context.report.section(
            "aliases, as they moved",
            model["alias_history"]?.arrayValue ?? [],
            [
                Column("AT", "at"), Column("ALIAS", "alias"), Column("FROM", "from"), Column("TO", "to"),
                Column("BY", "actor"), Column("REASON", "reason"),
            ]
        )
    }

    private static let alias = CommandSpecification(
        name: "alias",
        summary: "Points an alias at a version, such as champion",
        places: [name, .required("ALIAS", "the alias"), .required("VERSION", "the version's number")],
        options: [.value("--reason", "TEXT", "Why, for the record; needed")]
    ) { invocation, context in
        let (model, alias) = (invocation.required("MODEL"), invocation.required("ALIAS"))
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
}
