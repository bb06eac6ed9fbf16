internal import Broker
package import Streams
internal import Synchronization
internal import Telemetry
internal import TestSupport

/// Our own event log on a port of this machine; it can be taken down and brought up again with what it has stored.
///
/// The port lies below those that the system gives to connections, so that nobody takes it while the log is down.
package final class TestLog: Sendable {
    private let folder: TemporaryDirectory
    private let broker: Mutex<LogBroker?>
    private let port: Int

    /// Starts a log with nothing in it.
    package init() throws {
        folder = try TemporaryDirectory()
        let first = try TestLog.start(in: folder.path)
        port = first.boundPort ?? 0
        broker = Mutex(first)
    }

    /// Tries ports until one is free; other tests of the same run look for theirs too.
    private static func start(in folder: String) throws -> LogBroker {
        for _ in 0..<50 {
            let port = Int.random(in: 20_000..<32_000)
            let broker = LogBroker(configuration: .init(dataDirectory: folder, port: port), metrics: MetricsRegistry())
            if (try? broker.start()) != nil { return broker }
        }
        let broker = LogBroker(configuration: .init(dataDirectory: folder), metrics: MetricsRegistry())
        try broker.start()
        return broker
    }

    deinit {
        guard let last = broker.withLock({ $0 }) else { return }
        // The loop's thread ends by itself once it was asked to.
        Task { [folder] in
            await last.stop()
            withExtendedLifetime(folder) {}
        }
    }

    /// How to reach it.
    package var configuration: StreamConfiguration {
        StreamConfiguration(bootstrapServers: "127.0.0.1:\(port)", clientID: "tests")
    }

    /// Makes a topic.
    package func create(_ topic: String, partitions: Int = 1) async throws {
        try await StreamAdmin(configuration).createTopic(topic, partitions: partitions)
    }

    /// Stops it; what it has stored stays.
    package func takeDown() async {
        let running = broker.withLock { broker in
            defer { broker = nil }
            return broker
        }
        await running?.stop()
    }

    /// Starts it again on the same port.
    package func bringUp() throws {
        let next = LogBroker(
            configuration: .init(dataDirectory: folder.path, port: port),
            metrics: MetricsRegistry()
        )
        try next.start()
        broker.withLock { $0 = next }
    }
}
