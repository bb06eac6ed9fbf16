internal import JSON

/// `martlet topics`: topics and their settings.
enum TopicCommands {
    static let group = CommandGroup(
        name: "topics",
        summary: "The topics of the log, their messages, and who reads them",
        commands: [
            list, create, describe, alter, delete, TopicMessageCommands.consume, TopicMessageCommands.produce,
            TopicGroupCommands.groups, TopicGroupCommands.lag,
        ]
    )

    static let name = PlaceSpecification.required("TOPIC", "the topic's name")

    private static let setting = OptionSpecification.values(
        "--set",
        "NAME=VALUE",
        "A setting of Kafka's, such as retention.ms=3600000; may be given again"
    )

    private static let list = CommandSpecification(name: "list", summary: "Lists the topics") { _, context in
        context.report.list(
            try await context.client().get(["topics"]),
            [
                Column("TOPIC", "name"), Column("PARTITIONS", "partitions"), Column("MESSAGES", "messages"),
                Column("LOW", "low"), Column("HIGH", "high"), Column("RATE/S", "rate_per_second"),
            ],
            empty: "no topics yet: martlet topics create NAME"
        )
    }

    private static let create = CommandSpecification(
        name: "create",
        summary: "Creates a topic",
        places: [name],
        options: [.value("--partitions", "COUNT", "1 without"), setting]
    ) { invocation, context in
        let name = invocation.required("TOPIC")
        var body: JSONObject = ["name": .string(name)]
        body["partitions"] = .int(Int64(try invocation.integer("--partitions", 1...1_000) ?? 1))
        body["settings"] = .object(try settings(invocation))
        context.report.line("created \(name)", try await context.client().post(["topics"], body))
    }

    private static let describe = CommandSpecification(
        name: "describe",
        summary: "Shows one topic with its partitions and settings",
        places: [name],
        options: [.flag("--all", "Shows also the settings that have their standard value")]
    ) { invocation, context in
        let topic = try await context.client().get(["topics", invocation.required("TOPIC")])
        show(topic, all: invocation.has("--all"), context)
    }

    private static let alter = CommandSpecification(
        name: "alter",
        summary: "Changes a topic's settings, or gives it more partitions",
        places: [name],
        options: [
            setting,
            .values("--reset", "NAME", "Gives a setting its standard value again; may be given again"),
            .value("--partitions", "COUNT", "How many there are to be; only more"),
        ]
    ) { invocation, context in
        var body: JSONObject = [:]
        var changes = try settings(invocation)
        for name in invocation.allValues("--reset") { changes[name] = .null }
        if !changes.isEmpty { body["settings"] = .object(changes) }
        if let count = try invocation.integer("--partitions", 1...1_000) { body["partitions"] = .int(Int64(count)) }
        guard !body.isEmpty else {
            throw CommandFailure.usage("nothing to change: give --set, --reset or --partitions")
        }
        let topic = try await context.client().patch(["topics", invocation.required("TOPIC")], body)
        show(topic, all: false, context)
    }

    private static let delete = CommandSpecification(
        name: "delete",
        summary: "Deletes a topic with all its messages",
        places: [name]
    ) { invocation, context in
        let name = invocation.required("TOPIC")
        _ = try await context.client().delete(["topics", name])
        context.report.line("deleted \(name)", ["name": .string(name), "deleted": true])
    }

    private static func settings(_ invocation: Invocation) throws(CommandFailure) -> JSONObject {
        JSONObject(try invocation.pairs("--set").sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }

    private static func show(_ topic: JSONValue, all: Bool, _ context: CommandContext) {
        context.report.fields(
            topic,
            [Column("topic", "name"), Column("messages", "messages"), Column("rate/s", "rate_per_second")]
        )
        context.report.section(
            "partitions",
            topic["partition_offsets"]?.arrayValue ?? [],
            [Column("PARTITION", "partition"), Column("LOW", "low"), Column("HIGH", "high")]
        )
        context.report.section(
            all ? "settings" : "settings of its own",
            (topic["settings"]?.arrayValue ?? []).filter { all || $0["is_own"]?.boolValue == true },
            [Column("SETTING", "name"), Column("VALUE", "value")]
        )
    }
}
