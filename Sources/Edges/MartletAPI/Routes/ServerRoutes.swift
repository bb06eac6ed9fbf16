internal import HTTPServer
internal import JSON
internal import Primitives
internal import Telemetry

/// What the server says of itself.
package struct ServerStatus: Sendable {
    private let startedAt: Int64
    private let dataDirectory: String
    private let ports: @Sendable () -> (http: Int, kafka: Int?)
    private let kafka: @Sendable () -> KafkaStatus

    /// Makes the status of a server that began at `startedAt`, Unix time in milliseconds; `ports` tells what is bound,
    /// `kafka` where the topics are.
    package init(
        startedAt: Int64,
        dataDirectory: String,
        ports: @escaping @Sendable () -> (http: Int, kafka: Int?),
        kafka: @escaping @Sendable () -> KafkaStatus
    ) {
        self.startedAt = startedAt
        self.dataDirectory = dataDirectory
        self.ports = ports
        self.kafka = kafka
    }

    var json: JSONValue {
        let ports = ports()
        return [
            "version": .string(ProductVersion.current),
            "started_at": .string(WallClock.iso8601(milliseconds: startedAt)),
            "uptime_seconds": .double(Double(WallClock.nowMilliseconds() - startedAt) / 1_000),
            "http_port": .int(Int64(ports.http)),
            "kafka_port": ports.kafka.map { .int(Int64($0)) } ?? .null,
            "kafka": kafka().json,
            "data_directory": .string(dataDirectory),
            "ready": true,
        ]
    }
}

/// Where the topics are, and whether they can be reached.
package struct KafkaStatus: Sendable {
    private let isEmbedded: Bool
    private let bootstrapServers: String
    private let problem: String?

    /// The status of the log of our own, or of an outside cluster with what keeps it from answering now, if anything.
    package init(isEmbedded: Bool, bootstrapServers: String, problem: String? = nil) {
        self.isEmbedded = isEmbedded
        self.bootstrapServers = bootstrapServers
        self.problem = problem
    }

    var json: JSONValue {
        [
            "mode": isEmbedded ? "embedded" : "outside",
            "bootstrap": .string(bootstrapServers),
            "reachable": .bool(problem == nil),
            "problem": problem.map(JSONValue.string) ?? .null,
        ]
    }
}

/// The server itself: status, events, health, metrics.
struct ServerRoutes: RouteGroup {
    let status: ServerStatus
    let events: EventHub

    var operations: [Operation] {
        [
            .get("/api/v1/status", "Version, ports, data folder and time since the start") { [status] _ in
                .json(status.json)
            },
            .get(
                "/api/v1/events",
                "What happens, as server-sent events",
                query: [.optional("topics", "string", "Names with commas between, such as `loop`; all without")]
            ) { [events] request in try events.stream(for: request) },
            .get("/healthz", "200 while the process lives") { _ in .text("ok\n") },
            .get("/readyz", "200 once requests are answered") { _ in .text("ready\n") },
            .get("/metrics", "All metrics in Prometheus' text format") { _ in
                HTTPResponse(
                    headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                    body: .bytes(Array(MetricsRegistry.shared.renderPrometheus().utf8))
                )
            },
        ]
    }
}
