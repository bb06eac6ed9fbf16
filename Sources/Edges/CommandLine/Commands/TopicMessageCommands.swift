internal import JSON

/// `martlet topics consume` and `martlet topics produce`.
enum TopicMessageCommands {
    private static let mostAtOnce = 1_000

    static let consume = CommandSpecification(
        name: "consume",
        summary: "Prints messages, one a line",
        places: [TopicCommands.name],
        options: [
            .value("--partition", "NUMBER", "One partition; all without, one after the other"),
            .value("--from", "PLACE", "oldest, newest or an offset; newest without"),
            .value("--limit", "COUNT", "Most messages of a partition; 50 without"),
            .flag("--follow", "Goes on with what comes, until Ctrl-C"),
        ]
    ) { invocation, context in
        let client = try context.client()
        let topic = invocation.required("TOPIC")
        let partitions: [Int]
        if let one = try invocation.integer("--partition", 0...Int(Int32.max)) {
            partitions = [one]
        } else {
            partitions = Array(0..<Int(try await client.get(["topics", topic])["partitions"]?.intValue ?? 1))
        }
        try await MessagePrinter(topic, partitions, invocation, context).run(client)
    }

    static let produce = CommandSpecification(
        name: "produce",
        summary: "Writes messages: one, or each line of standard input",
        places: [TopicCommands.name],
        options: [
            .value("--value", "TEXT", "The message; lines of standard input without"),
            .value("--key", "TEXT", "The key of each message"),
            .value("--key-separator", "TEXT", "Each line is a key, this, and a value"),
            .value("--partition", "NUMBER", "The partition; the key decides without"),
        ]
    ) { invocation, context in
        let lines = try LineMessages(invocation)
        let client = try context.client()
        let path = ["topics", invocation.required("TOPIC"), "messages"]
        var written = 0
        var messages: [JSONValue] = []
        func flush() async throws {
            guard !messages.isEmpty else { return }
            _ = try await client.post(path, ["messages": .array(messages)])
            written += messages.count
            messages = []
        }
        if let value = invocation.value("--value") {
            messages = [lines.message(key: invocation.value("--key"), value: value)]
        } else {
            while let line = context.streams.readLine() {
                messages.append(try lines.message(of: line))
                if messages.count >= mostAtOnce { try await flush() }
            }
        }
        try await flush()
        context.report.line("wrote \(written) messages", ["written": .int(Int64(written))])
    }
}

/// Makes messages of lines.
private struct LineMessages {
    private let key: String?
    private let separator: String?
    private let partition: Int?

    init(_ invocation: Invocation) throws(CommandFailure) {
        key = invocation.value("--key")
        separator = invocation.value("--key-separator")
        partition = try invocation.integer("--partition", 0...Int(Int32.max))
        guard separator == nil || (key == nil && invocation.value("--value") == nil) else {
            throw .usage("--key-separator is for lines of standard input, without --key and --value")
        }
        guard separator?.isEmpty != true else { throw .usage("--key-separator must not be empty") }
    }

    func message(of line: String) throws(CommandFailure) -> JSONValue {
        guard let separator else { return message(key: key, value: line) }
        let parts = line.split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw CommandFailure(
                status: .failed,
                message: "a line has no '\(separator)' between key and value: \(line)"
            )
        }
        return message(key: String(parts[0]), value: String(parts[1]))
    }

    func message(key: String?, value: String) -> JSONValue {
        var message: JSONObject = ["value": .string(value)]
        message["key"] = key.map(JSONValue.string)
        message["partition"] = partition.map { .int(Int64($0)) }
        return .object(message)
    }
}

/// Prints the messages of partitions, one partition after the other, or in turns where it follows.
private struct MessagePrinter {
    private static let mostAtOnce = 1_000

    private let topic: String
    private let partitions: [Int]
    private let from: String
    private let limit: Int
    private let follows: Bool
    private let context: CommandContext

    init(
        _ topic: String,
        _ partitions: [Int],
        _ invocation: Invocation,
        _ context: CommandContext
    ) throws(CommandFailure) {
        self.topic = topic
        self.partitions = partitions
        from = invocation.value("--from") ?? "newest"
        limit = try invocation.integer("--limit", 1...1_000_000_000) ?? 50
        follows = invocation.has("--follow")
        self.context = context
        guard ["oldest", "newest"].contains(from) || Int64(from) != nil else {
            throw .usage("--from is oldest, newest or an offset; not '\(from)'")
        }
    }

    func run(_ client: APIClient) async throws {
        guard follows else {
            for partition in partitions { try await printAll(of: partition, client) }
            return
        }
        var next: [Int: Int64] = [:]
        while true {
            var isQuiet = true
            for partition in partitions {
                let page = try await page(of: partition, from: next[partition], count: Self.mostAtOnce, client)
                if page.count > 0 { isQuiet = false }
                next[partition] = page.next
            }
            if isQuiet { try await Task.sleep(for: .milliseconds(500)) }
        }
    }

    private func printAll(of partition: Int, _ client: APIClient) async throws {
        var next: Int64?
        var printed = 0
        while printed < limit {
            let page = try await page(of: partition, from: next, count: min(Self.mostAtOnce, limit - printed), client)
            printed += page.count
            next = page.next
            if page.count == 0 || page.isLast { return }
        }
    }

    /// Prints what comes from an offset on, or from the place that was asked for; tells where to go on.
    private func page(
        of partition: Int,
        from offset: Int64?,
        count: Int,
        _ client: APIClient
    ) async throws -> (count: Int, next: Int64?, isLast: Bool) {
        let start = offset ?? Int64(from)
        let answer = try await client.get(
            ["topics", topic, "messages"],
            [
                ("partition", String(partition)), ("limit", String(count)),
                (start == nil ? "from" : "offset", start.map { String($0) } ?? from),
            ]
        )
        let messages = answer["items"]?.arrayValue ?? []
        for message in messages { show(message, partition) }
        let next = messages.last?["offset"]?.intValue.map { $0 + 1 } ?? start ?? answer["high"]?.intValue
        return (messages.count, next, answer["next"]?.isNull ?? true)
    }

    private func show(_ message: JSONValue, _ partition: Int) {
        if context.report.isJSON { return context.streams.write("\(message)\n") }
        let offset = message["offset"]?.intValue.map { String($0) } ?? "-"
        let place = partitions.count > 1 ? "\(partition):\(offset)" : offset
        let time = message["time"]?.stringValue ?? "-"
        let key = message["key"]?.stringValue.map { "\($0)  " } ?? ""
        let value = message["value"].map { $0.stringValue.map(Column.printable) ?? $0.description } ?? ""
        context.streams.write("\(place)  \(time)  \(Column.printable(key))\(value)\n")
    }
}
