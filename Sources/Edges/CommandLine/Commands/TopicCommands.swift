internal import JSON

/// `martlet topics`.
enum TopicCommands {
    static let group = CommandGroup(
        name: "topics",
        summary: "The topics of the log, and their messages",
        commands: [list, show, create, delete, consume, produce]
    )

    private static let name = PlaceSpecification.required("TOPIC", "the topic's name")

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

    private static let show = CommandSpecification(
        name: "show",
        summary: "Shows one topic with its partitions",
        places: [name]
    ) { invocation, context in
        let topic = try await context.client().get(["topics", invocation.required("TOPIC")])
        context.report.fields(
            topic,
            [Column("topic", "name"), Column("messages", "messages"), Column("rate/s", "rate_per_second")]
        )
        context.report.section(
            "partitions",
            topic["partition_offsets"]?.arrayValue ?? [],
            [Column("PARTITION", "partition"), Column("LOW", "low"), Column("HIGH", "high")]
        )
    }

    private static let create = CommandSpecification(
        name: "create",
        summary: "Creates a topic",
        places: [name],
        options: [.value("--partitions", "COUNT", "1 without")]
    ) { invocation, context in
        let name = invocation.required("TOPIC")
        let partitions = try invocation.integer("--partitions", 1...1_000) ?? 1
        let answer = try await context.client()
            .post(["topics"], ["name": .string(name), "partitions": .int(Int64(partitions))])
        context.report.line("created \(name)", answer)
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

    private static let consume = CommandSpecification(
        name: "consume",
        summary: "Prints messages, one a line",
        places: [name],
        options: [
            .value("--partition", "NUMBER", "0 without"),
            .value("--from", "PLACE", "oldest, newest or an offset; newest without"),
            .value("--limit", "COUNT", "Most messages; 50 without"),
            .flag("--follow", "Goes on with what comes, until Ctrl-C"),
        ]
    ) { invocation, context in
        try await MessagePrinter(invocation, context).run()
    }

    private static let produce = CommandSpecification(
        name: "produce",
        summary: "Writes messages: one, or each line of standard input",
        places: [name],
        options: [
            .value("--value", "TEXT", "The message; lines of standard input without"),
            .value("--key", "TEXT", "The key of each message"),
            .value("--partition", "NUMBER", "The partition; the key decides without"),
        ]
    ) { invocation, context in
        var written = 0
        let partition = try invocation.integer("--partition", 0...Int(Int32.max))
        let client = try context.client()
        var lines: [String] = []
        func flush() async throws {
            guard !lines.isEmpty else { return }
            let messages = lines.map { line -> JSONValue in
                var message: JSONObject = ["value": .string(line)]
                message["key"] = invocation.value("--key").map(JSONValue.string)
                message["partition"] = partition.map { .int(Int64($0)) }
                return .object(message)
            }
            let path = ["topics", invocation.required("TOPIC"), "messages"]
            _ = try await client.post(path, ["messages": .array(messages)])
            written += lines.count
            lines = []
        }
        if let value = invocation.value("--value") {
            lines = [value]
        } else {
            while let line = context.streams.readLine() {
                lines.append(line)
                if lines.count >= 1_000 { try await flush() }
            }
        }
        try await flush()
        context.report.line("wrote \(written) messages", ["written": .int(Int64(written))])
    }
}

/// Prints the messages of a partition.
private struct MessagePrinter {
    private let topic: String
    private let partition: Int
    private let from: String
    private let limit: Int
    private let follows: Bool
    private let context: CommandContext

    init(_ invocation: Invocation, _ context: CommandContext) throws(CommandFailure) {
        topic = invocation.required("TOPIC")
        partition = try invocation.integer("--partition", 0...Int(Int32.max)) ?? 0
        from = invocation.value("--from") ?? "newest"
        limit = try invocation.integer("--limit", 1...1_000_000_000) ?? 50
        follows = invocation.has("--follow")
        self.context = context
        guard ["oldest", "newest"].contains(from) || Int64(from) != nil else {
            throw .usage("--from is oldest, newest or an offset; not '\(from)'")
        }
    }

    func run() async throws {
        let client = try context.client()
        var next = Int64(from)
        var printed = 0
        while follows || printed < limit {
            let page = follows ? 1_000 : min(1_000, limit - printed)
            let answer = try await client.get(
                ["topics", topic, "messages"],
                [
                    ("partition", String(partition)), ("limit", String(page)),
                    (next == nil ? "from" : "offset", next.map { String($0) } ?? from),
                ]
            )
            let messages = answer["items"]?.arrayValue ?? []
            for message in messages { show(message) }
            printed += messages.count
            next = messages.last?["offset"]?.intValue.map { $0 + 1 } ?? next ?? answer["high"]?.intValue
            if messages.isEmpty {
                guard follows else { return }
                try await Task.sleep(for: .milliseconds(500))
            }
            if !follows, answer["next"]?.isNull ?? true { return }
        }
    }

    private func show(_ message: JSONValue) {
        if context.report.isJSON { return context.streams.write("\(message)\n") }
        let offset = message["offset"]?.intValue.map { String($0) } ?? "-"
        let time = message["time"]?.stringValue ?? "-"
        let key = message["key"]?.stringValue.map { "\($0)  " } ?? ""
        let value = message["value"].map { $0.stringValue.map(Column.printable) ?? $0.description } ?? ""
        context.streams.write("\(offset)  \(time)  \(Column.printable(key))\(value)\n")
    }
}
