internal import HTTPServer
internal import JSON
internal import Streams

/// The topics of the log and their messages.
struct TopicRoutes: RouteGroup {
    let streams: StreamConfiguration
    let admin: StreamAdmin
    private let rates = TopicRates()

    init(streams: StreamConfiguration, admin: StreamAdmin) {
        self.streams = streams
        self.admin = admin
    }

    private static let mostSettings = 100
    private static let name = Operation.Field.required("name", "string", "The topic's name")

    var operations: [Operation] {
        [
            .get("/api/v1/topics", "The topics with what they hold", list),
            .post(
                "/api/v1/topics",
                "Creates a topic",
                body: [
                    Self.name, .optional("partitions", "integer", "1 without"),
                    .optional("settings", "object", "Kafka's topic settings, name to text"),
                ],
                create
            ),
            .get("/api/v1/topics/{name}", "One topic with its partitions and settings", describe),
            .patch(
                "/api/v1/topics/{name}",
                "Changes settings of a topic, or gives it more partitions",
                body: [
                    .optional("settings", "object", "Name to text; null gives the standard value again"),
                    .optional("partitions", "integer", "How many there are to be; only more"),
                ],
                alter
            ),
            .delete("/api/v1/topics/{name}", "Deletes a topic with all its messages") { [admin] request in
                try await admin.deleteTopic(request.parameter("name"))
                return HTTPResponse(status: 204)
            },
            .get(
                "/api/v1/topics/{name}/messages",
                "Messages of one partition",
                query: [
                    .optional("partition", "integer", "0 without"),
                    .optional("offset", "integer", "The first offset to read"),
                    .optional("from", "string", "`oldest`, or `newest` for the last ones; `newest` without"),
                    .optional("limit", "integer", "Most messages, 1 to 1000; 50 without"),
                ],
                read
            ),
            .post(
                "/api/v1/topics/{name}/messages",
                "Writes messages; they are durable when the answer comes",
                body: [
                    .required("messages", "array", "Objects of `value`, and optionally `key`, `partition`, `timestamp`")
                ],
                limits: RouteLimits(maximumBodyBytes: 16 << 20),
                write
            ),
        ]
    }

    @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        var items: [JSONValue] = []
        for topic in try await admin.topics() {
            do {
                items.append(.object(try await summary(topic)))
            } catch let error as StreamError where error.code == .unknownTopic {
                continue  // deleted since it was listed
            }
        }
        return .list(items)
    }

    @Sendable private func create(_ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        let name = try fields.string("name")
        let partitions = Int(try fields.optionalInteger("partitions", 1...1_000) ?? 1)
        let settings = try fields.optionalTexts("settings", most: Self.mostSettings).compactMapValues { $0 }
        try await admin.createTopic(name, partitions: partitions, configuration: settings)
        return .json(["name": .string(name), "partitions": .int(Int64(partitions))], status: 201)
    }

    @Sendable private func alter(_ request: HTTPRequest) async throws -> HTTPResponse {
        let topic = try await find(request.parameter("name"))
        let fields = try await request.fields()
        let settings = try fields.optionalTexts("settings", most: Self.mostSettings)
        let partitions = try fields.optionalInteger("partitions", 1...1_000)
        guard !settings.isEmpty || partitions != nil else {
            throw HTTPError(status: 400, message: "nothing to change: give 'settings' or 'partitions'")
        }
        if !settings.isEmpty { try await admin.alterTopic(topic.name, settings: settings) }
        if let partitions { try await admin.addPartitions(toTopic: topic.name, count: Int(partitions)) }
        return try await describe(request)
    }

    @Sendable private func describe(_ request: HTTPRequest) async throws -> HTTPResponse {
        let topic = try await find(request.parameter("name"))
        var object = try await summary(topic)
        var partitions: [JSONValue] = []
        for (number, marks) in try await watermarks(topic).enumerated() {
            partitions.append(["partition": .int(Int64(number)), "low": .int(marks.low), "high": .int(marks.high)])
        }
        object["partition_offsets"] = .array(partitions)
        object["settings"] = .array(
            try await admin.settings(ofTopic: topic.name).map { setting in
                [
                    "name": .string(setting.name), "value": setting.value.map(JSONValue.string) ?? .null,
                    "is_own": .bool(setting.isOwn),
                ]
            }
        )
        return .json(.object(object))
    }

    @Sendable private func read(_ request: HTTPRequest) async throws -> HTTPResponse {
        let topic = try await find(request.parameter("name"))
        let number = try request.integer("partition", 0...Int64(Int32.max)) ?? 0
        guard number < topic.partitions else {
            throw HTTPError(status: 404, message: "topic '\(topic.name)' has no partition \(number)")
        }
        let partition = TopicPartition(topic.name, Int32(number))
        let limit = Int(try request.integer("limit", 1...1_000) ?? 50)
        let (low, high) = try await admin.watermarks(partition)
        let start = try start(request, low: low, high: high, limit: limit)
        let window = MessageWindow(partition: partition, start: start, end: high, limit: limit)
        let records = try await window.read(streams)
        let next = records.last.map { $0.offset + 1 } ?? start
        return .json([
            "items": .array(records.map(MessageJSON.encode)),
            "next": next < high ? .string(String(next)) : .null,
            "low": .int(low),
            "high": .int(high),
        ])
    }

    private func start(_ request: HTTPRequest, low: Int64, high: Int64, limit: Int) throws(HTTPError) -> Int64 {
        if let offset = try request.integer("offset", 0...Int64.max) {
            guard offset >= low, offset <= high else {
                let message = "offset \(offset) is not in the log: it holds \(low) to \(high - 1)"
                throw HTTPError(status: 416, code: "offset_out_of_range", message: message)
            }
            return offset
        }
        switch request.query.first("from") ?? "newest" {
        case "oldest": return low
        case "newest": return max(low, high - Int64(limit))
        default: throw HTTPError(status: 400, message: "'from' must be oldest or newest")
        }
    }

    @Sendable private func write(_ request: HTTPRequest) async throws -> HTTPResponse {
        let topic = try await find(request.parameter("name"))
        let records = try MessageJSON.decode(
            try await request.fields(),
            topic: topic.name,
            partitions: topic.partitions
        )
        let producer = try StreamProducer(streams)
        do {
            let offsets = try await producer.send(records)
            await producer.close()
            return .json(["offsets": .array(offsets.map(JSONValue.int))], status: 201)
        } catch {
            await producer.close(grace: .zero)
            throw error
        }
    }

    // MARK: - What a topic holds

    private func find(_ name: String) async throws -> TopicDescription {
        guard let topic = try await admin.topic(name) else {
            throw HTTPError(
                status: 404,
                code: "unknown_topic",
                message: "there is no topic '\(name)'; GET /api/v1/topics lists them"
            )
        }
        return topic
    }

    private func summary(_ topic: TopicDescription) async throws -> JSONObject {
        let marks = try await watermarks(topic)
        let messages = marks.reduce(0) { $0 + $1.high - $1.low }
        let written = marks.reduce(0) { $0 + $1.high }
        return [
            "name": .string(topic.name),
            "partitions": .int(Int64(topic.partitions)),
            "messages": .int(messages),
            "low": .int(marks.map(\.low).min() ?? 0),
            "high": .int(marks.map(\.high).max() ?? 0),
            "rate_per_second": .double(rates.rate(of: topic.name, written: written)),
        ]
    }

    private func watermarks(_ topic: TopicDescription) async throws -> [(low: Int64, high: Int64)] {
        let places = (0..<topic.partitions).map { TopicPartition(topic.name, Int32($0)) }
        let marks = try await admin.watermarks(of: Set(places))
        guard marks.count == places.count else { throw StreamError(.unknownTopic, "topic '\(topic.name)' is gone") }
        return places.compactMap { marks[$0] }
    }
}
