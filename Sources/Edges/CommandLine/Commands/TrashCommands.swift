internal import JSON

/// `martlet trash`.
enum TrashCommands {
    static let group = CommandGroup(
        name: "trash",
        summary: "What was deleted: experiments, runs, models and versions",
        commands: [list, restore, purge]
    )

    private static let list = CommandSpecification(
        name: "list",
        summary: "Lists what can be restored, newest first, with the space that a purge frees",
        options: [.value("--limit", "COUNT", "Most items, 1 to 1000; 100 without")]
    ) { invocation, context in
        context.report.list(
            try await context.client().get(
                ["trash"],
                [("limit", try invocation.integer("--limit", 1...1_000).map { String($0) })]
            ),
            [
                Column("ID", "id"), Column("KIND", "kind"), Column("NAME", "name"), Column("DELETED", "deleted_at"),
                Column("EXPIRES", "expires_at"), Column("BYTES", "bytes"), Column("FREES", "frees_bytes"),
            ],
            empty: "the trash is empty"
        )
    }

    private static let restore = CommandSpecification(
        name: "restore",
        summary: "Takes something out of the trash",
        places: [.required("ID", "its id, as 'martlet trash' lists it")],
        options: [.value("--as", "NAME", "Another name, for a registered model whose own is taken")]
    ) { invocation, context in
        var body: JSONObject = ["actor": "command line"]
        if let name = invocation.value("--as") { body["name"] = .string(name) }
        let answer = try await context.client().post(["trash", invocation.required("ID"), "restore"], body)
        context.report.line("\(invocation.required("ID")) is restored", answer)
    }

    private static let purge = CommandSpecification(
        name: "purge",
        summary: "Removes something in the trash for good; its space is free then",
        places: [.optional("ID", "its id, as 'martlet trash' lists it")],
        options: [
            .value("--older-than", "DAYS", "All that was deleted so many days ago or earlier"),
            .flag("--all", "All that is in the trash"),
        ]
    ) { invocation, context in
        let days = try invocation.integer("--older-than", 0...36_500) ?? (invocation.has("--all") ? 0 : nil)
        let client = try context.client()
        let answer: JSONValue
        switch (invocation.word("ID"), days) {
        case (let id?, nil): answer = try await client.delete(["trash", id])
        case (nil, let days?):
            answer = try await client.post(["trash", "purge"], ["older_than_days": .int(Int64(days))])
        default: throw CommandFailure.usage("purge takes either an ID, --older-than DAYS or --all")
        }
        let (count, bytes) = (answer["purged"]?.intValue ?? 0, answer["freed_bytes"]?.intValue ?? 0)
        context.report.line("purged \(count), which freed \(bytes) bytes", answer)
    }
}
