internal import Broker
internal import Streams
internal import Synchronization
internal import Telemetry
internal import TestSupport

/// Our own event log on a port of this machine; it can be taken down and brought up again with what it has stored.
final class TestLog: Sendable {
    private let folder: TemporaryDirectory
    private let broker: Mutex<LogBroker?>
    private let port: Int

    init() throws {
        folder = try TemporaryDirectory()
        let first = LogBroker(configuration: .init(dataDirectory: folder.path), metrics: MetricsRegistry())
        try first.start()
        port = first.boundPort ?? 0
        broker = Mutex(first)
    }

    deinit {
        guard let last = broker.withLock({ $0 }) else { return }
        // The loop's thread ends by itself once it was asked to.
        Task { [folder] in
            await last.stop()
            withExtendedLifetime(folder) {}
        }
    }

    var configuration: StreamConfiguration {
        StreamConfiguration(bootstrapServers: "127.0.0.1:\(port)", clientID: "scoring-tests")
    }

    func create(_ topic: String, partitions: Int = 1) async throws {
        try await StreamAdmin(configuration).createTopic(topic, partitions: partitions)
    }

    func takeDown() async {
        let running = broker.withLock { broker in
            defer { broker = nil }
            return broker
        }
        await running?.stop()
    }

    func bringUp() throws {
        let next = LogBroker(
            configuration: .init(dataDirectory: folder.path, port: port),
            metrics: MetricsRegistry()
        )
        try next.start()
        broker.withLock { $0 = next }
    }
}
