internal import Execution
internal import Files
internal import MartletAPI
internal import Streams
internal import Synchronization
internal import Telemetry

/// A Kafka cluster of somebody else's that stands in for the embedded log.
package struct OutsideKafka: Sendable, Hashable {
    /// Its brokers, `host:port` with commas between.
    package var bootstrapServers: String
    /// Files of client settings, taken in order.
    package var propertyFiles: [String] = []
    /// Client settings as `name=value`; they win over those of files.
    package var properties: [String] = []
    /// How long a start waits for the cluster.
    package var connectWithin: Duration = .seconds(30)

    /// A cluster without further settings.
    package init(bootstrapServers: String) {
        self.bootstrapServers = bootstrapServers
    }

    /// How the cluster is reached, checked.
    ///
    /// - Throws: errors that name the setting or the file.
    func streams() throws -> StreamConfiguration {
        var settings = ClientProperties()
        for path in propertyFiles {
            let bytes = try File.read(path, limit: ClientProperties.maximumFileBytes)
            try settings.add(file: String(decoding: bytes, as: UTF8.self), named: path)
        }
        for property in properties { try settings.add(property) }
        let servers = try BootstrapServers(bootstrapServers)
        return StreamConfiguration(bootstrapServers: servers.description, extra: settings.values)
    }
}

/// Watches the cluster: waits for it at the start, and says when it is away and when it is back.
///
/// Whoever uses topics goes on by itself: librdkafka reconnects, and the services above it try again.
final class OutsideCluster: Service {
    private static let checkEvery = Duration.seconds(2)
    private static let checkTimeout = Duration.seconds(5)

    let name = "kafka"
    /// How everything in the product reaches the cluster.
    let streams: StreamConfiguration
    private let admin: StreamAdmin
    private let connectWithin: Duration
    private let problem = Mutex<String?>(nil)
    private let stopRequested = OneShot<Void>()
    private let isUp = MetricsRegistry.shared.gauge("martlet_kafka_up", help: "1 while the outside cluster answers.")
    private let logger = Logger(label: "kafka")

    /// - Throws: errors that name the setting or the file.
    init(_ kafka: OutsideKafka) throws {
        streams = try kafka.streams()
        admin = try StreamAdmin(streams)
        connectWithin = kafka.connectWithin
    }

    /// What the server says of it.
    var status: KafkaStatus {
        KafkaStatus(isEmbedded: false, bootstrapServers: streams.bootstrapServers, problem: problem.withLock { $0 })
    }

    /// Returns once a broker answers; tries again until the time for that is over.
    ///
    /// - Throws: ``ConfigurationError`` with the address and the last reason.
    func connect() async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + connectWithin
        var reason = ""
        while clock.now < deadline {
            do {
                try await admin.ping(timeout: min(Self.checkTimeout, max(.milliseconds(100), deadline - clock.now)))
                isUp.set(1)
                return
            } catch let error as StreamError where error.code != .configuration {
                if reason.isEmpty {
                    logger.warning(
                        "Waiting for the cluster",
                        ["bootstrap": streams.bootstrapServers, "reason": "\(error)"]
                    )
                }
                reason = error.message
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw ConfigurationError(
            "--kafka \(streams.bootstrapServers): no broker answered within \(connectWithin.components.seconds) s"
                + " (\(reason)): is the address right, is the cluster up, are its security settings given?"
        )
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    await self.check()
                    try? await Task.sleep(for: Self.checkEvery)
                }
            }
            try? await stopRequested.value
            group.cancelAll()
        }
    }

    func stop() async {
        stopRequested.succeed(())
    }

    private func check() async {
        do {
            try await admin.ping(timeout: Self.checkTimeout)
            let was = problem.withLock { problem in
                defer { problem = nil }
                return problem
            }
            if was != nil { logger.info("The cluster is back", ["bootstrap": streams.bootstrapServers]) }
            isUp.set(1)
        } catch {
            let isNews = problem.withLock { problem in
                defer { problem = "\(error)" }
                return problem == nil
            }
            if isNews {
                logger.error("The cluster is away", ["bootstrap": streams.bootstrapServers, "reason": "\(error)"])
            }
            isUp.set(0)
        }
    }
}
