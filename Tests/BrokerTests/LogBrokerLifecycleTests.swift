import Telemetry
import TestSupport
import Testing

@testable import Broker

struct LogBrokerLifecycleTests {
    @Test func aBrokerBindsAFreePortAndStops() async throws {
        let folder = try TemporaryDirectory()
        let broker = LogBroker(configuration: .init(dataDirectory: folder.path), metrics: MetricsRegistry())
        try broker.start()
        #expect((broker.boundPort ?? 0) > 0)
        await broker.stop()
        try await broker.run()
    }

    @Test func aPortInUseIsNamedInTheError() async throws {
        let first = try TemporaryDirectory()
        let second = try TemporaryDirectory()
        let holder = LogBroker(configuration: .init(dataDirectory: first.path), metrics: MetricsRegistry())
        try holder.start()
        let port = try #require(holder.boundPort)
        let other = LogBroker(
            configuration: .init(dataDirectory: second.path, port: port),
            metrics: MetricsRegistry()
        )
        let error = #expect(throws: BrokerError.self) { try other.start() }
        #expect(error?.message.contains("port \(port)") == true)
        #expect(error?.message.contains("in use") == true)
        await holder.stop()
    }

    @Test func aFolderBelongsToOneBrokerAtATime() async throws {
        let folder = try TemporaryDirectory()
        let holder = LogBroker(configuration: .init(dataDirectory: folder.path), metrics: MetricsRegistry())
        try holder.start()
        let other = LogBroker(configuration: .init(dataDirectory: folder.path), metrics: MetricsRegistry())
        #expect(throws: (any Error).self) { try other.start() }
        await holder.stop()
        try other.start()
        await other.stop()
    }
}
