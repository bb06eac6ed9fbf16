internal import HTTPServer
internal import JSON
internal import Primitives
internal import Telemetry

/// What the server says of itself.
package struct ServerStatus: Sendable {
    private let startedAt: Int64
    private let dataDirectory: String
    private let ports: @Sendable () -> (http: Int, kafka: Int)

    /// Makes the status of a server that began at `startedAt`, Unix time in milliseconds; `ports` tells what is bound.
    package init(startedAt: Int64, dataDirectory: String, ports: @escaping @Sendable () -> (http: Int, kafka: Int)) {
        self.startedAt = startedAt
        self.dataDirectory = dataDirectory
        self.ports = ports
    }

    var json: JSONValue {
        let ports = ports()
        return [
            "version": .string(ProductVersion.current),
            "started_at": .string(WallClock.iso8601(milliseconds: startedAt)),
            "uptime_seconds": .double(Double(WallClock.nowMilliseconds() - startedAt) / 1_000),
            "http_port": .int(Int64(ports.http)),
            "kafka_port": .int(Int64(ports.kafka)),
            "data_directory": .string(dataDirectory),
            "ready": true,
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
