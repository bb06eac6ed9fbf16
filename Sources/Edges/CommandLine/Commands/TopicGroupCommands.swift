internal import JSON

/// `martlet topics groups` and `martlet topics lag`: who reads the topics, and how far they are.
enum TopicGroupCommands {
    private static let optionalGroup = PlaceSpecification.optional("GROUP", "one consumer group; all without")

    static let groups = CommandSpecification(
        name: "groups",
        summary: "Lists the consumer groups, or shows one with its members",
        places: [optionalGroup],
        options: [.flag("--delete", "Deletes the group, which must have no members, with its offsets")]
    ) { invocation, context in
        let client = try context.client()
        guard let name = invocation.word("GROUP") else {
            guard !invocation.has("--delete") else { throw CommandFailure.usage("--delete needs a GROUP") }
            return context.report.list(try await client.get(["groups"]), columns, empty: "no consumer groups yet")
        }
        if invocation.has("--delete") {
            try await client.delete(["groups", name])
            return context.report.line("deleted \(name)", ["name": .string(name), "deleted": true])
        }
        show(try await client.get(["groups", name]), context)
    }

    static let lag = CommandSpecification(
        name: "lag",
        summary: "Shows how many messages groups have still to read, by partition",
        places: [optionalGroup]
    ) { invocation, context in
        let client = try context.client()
        let names: [String]
        if let name = invocation.word("GROUP") {
            names = [name]
        } else {
            let groups = try await client.get(["groups"])["items"]?.arrayValue ?? []
            names = groups.compactMap { $0["name"]?.stringValue }
        }
        var rows: [JSONValue] = []
        for name in names {
            let group = try await client.get(["groups", name])
            for partition in group["partitions"]?.arrayValue ?? [] {
                var row = partition.objectValue ?? [:]
                row["group"] = .string(name)
                rows.append(.object(row))
            }
        }
        context.report.list(
            ["items": .array(rows), "next": nil],
            [Column("GROUP", "group")] + lagColumns,
            empty: "no group has committed an offset yet"
        )
    }

    private static let columns = [
        Column("GROUP", "name"), Column("STATE", "state"), Column("MEMBERS", "members"), Column("TOPICS", "topics"),
        Column("LAG", "lag"),
    ]

    private static let lagColumns = [
        Column("TOPIC", "topic"), Column("PARTITION", "partition"), Column("COMMITTED", "committed"),
        Column("HIGH", "high"), Column("LAG", "lag"), Column("MEMBER", "member"),
    ]

    private static func show(_ group: JSONValue, _ context: CommandContext) {
        context.report.fields(
            group,
            [
                Column("group", "name"), Column("state", "state"), Column("assignor", "assignor"), Column("lag", "lag"),
            ]
        )
        context.report.section(
            "members",
            group["members"]?.arrayValue ?? [],
            [
                Column("MEMBER", "id"), Column("CLIENT", "client_id"), Column("HOST", "host"),
                Column("PARTITIONS", "partitions"),
            ]
        )
        context.report.section("partitions", group["partitions"]?.arrayValue ?? [], lagColumns)
    }
}
