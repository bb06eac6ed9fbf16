internal import Access
internal import Broker
internal import Execution
internal import Files
internal import HTTPClient
internal import HTTPServer
internal import JSON
internal import MLflowAPI
internal import MartletAPI
internal import Monitoring
internal import Primitives
internal import SQLStore
internal import Streams
internal import Synchronization
internal import Telemetry
internal import WebUI
internal import Webhooks

/// The whole server: one process, one data folder.
///
/// ``start()`` returns when both ports answer; projects of an earlier life go on in the background. ``run()`` works
/// until ``stop()``.
package final class MartletServer: Sendable {
    private struct State {
        var lock: DirectoryLock?
        var group: ServiceGroup?
        var loops: LoopService?
        var database: (any SQLDatabase)?
        var streams: StreamConfiguration?
    }

    private let configuration: ServerConfiguration
    private let state = Mutex(State())
    private let logger = Logger(label: "server")

    /// The ports that are bound; zero before ``start()``.
    package let ports = BoundPorts()

    /// A server that has touched nothing yet.
    package init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    /// Locks the folder, opens everything and listens.
    ///
    /// - Throws: errors whose descriptions name the thing and the remedy, among them a folder or a port in use.
    package func start() async throws {
        let begun = MonotonicClock.nowNanoseconds()
        try configuration.validate()
        try Directory.create(configuration.dataDirectory)
        let data = try Directory.resolve(configuration.dataDirectory)
        let lock = try DirectoryLock(directory: data)
        try File.remove("\(data)/martlet.ports.json")
        let database = try await openDatabase(data)
        var log: EventLog?
        do {
            let login = LogLogin(users: try await UserDirectory.open(database: database))
            let opened = try await openLog(data, login)
            log = opened
            try await open(data: data, lock: lock, log: opened, login: login, database: database)
        } catch {
            await log?.service.stop()
            database.close()
            throw error
        }
        let milliseconds = (MonotonicClock.nowNanoseconds() - begun) / 1_000_000
        logger.info(
            "Ready",
            [
                "url": url, "kafka": log?.streams.bootstrapServers ?? "", "data": data,
                "milliseconds": String(milliseconds),
            ]
        )
    }

    private func open(
        data: String,
        lock: DirectoryLock,
        log: EventLog,
        login: LogLogin,
        database: any SQLDatabase
    ) async throws {
        let parts = try await ServerParts.open(
            dataDirectory: data,
            artifacts: try configuration.artifactPlace(),
            trashDays: configuration.trashDays == 0 ? nil : configuration.trashDays,
            database: database,
            streams: log.streams,
            users: login.users,
            ports: ports,
            host: configuration.reachableHost,
            python: PythonEnvironment.find(configuration.pythonEnvironment),
            allowsPrivateWebhooks: configuration.allowsPrivateWebhooks
        )
        let loops = LoopService(parts: parts)
        try await loops.restore()
        parts.health.follow { loops.deploymentStatuses }
        let host = MonitorHost(parts: parts, factory: MonitorFactory(parts: parts, health: parts.health))
        try await host.restore()
        let board = MonitorBoard(loops: loops, host: host, parts: parts)
        let http = HTTPServer(
            configuration: .init(host: configuration.host, port: configuration.httpPort),
            router: routes(parts: parts, loops: loops, monitors: board, data: data, log: log)
        )
        try http.start()
        ports.set(http: http.boundPort, kafka: log.port)
        try writePorts(data, log)
        let alerts = AlertDispatcher(database: database, transport: try receivers(parts))
        let group = ServiceGroup(
            [log.service, parts.trash, http, WebhookDeliverer(parts.webhooks), alerts, loops, host],
            deadline: configuration.stopDeadline
        )
        state.withLock {
            $0 = State(lock: lock, group: group, loops: loops, database: database, streams: log.streams)
        }
    }

    /// Works until ``stop()`` or until a part fails; throws that part's error.
    package func run() async throws {
        let (group, database) = state.withLock { ($0.group, $0.database) }
        guard let group else { return }
        defer {
            database?.close()
            try? File.remove("\(configuration.dataDirectory)/martlet.ports.json")
            state.withLock { $0.lock = nil }
        }
        try await group.run()
    }

    /// Asks ``run()`` to end: nothing new is taken, what is under way gets a deadline.
    package func stop() {
        state.withLock { $0.group }?.stop()
    }

    /// The projects and their loops; nil before ``start()``.
    var loops: (any LoopSource)? { state.withLock { $0.loops } }

    /// The brokers that topics are on; empty before ``start()``.
    var bootstrapServers: String { state.withLock { $0.streams?.bootstrapServers ?? "" } }

    /// Those of the topics that exist and have ever been written to; none before ``start()``.
    func topicsWithRecords(_ names: [String]) async throws -> [String] {
        guard let streams = state.withLock({ $0.streams }) else { return [] }
        let admin = try StreamAdmin(streams)
        var found: [String] = []
        for topic in try await admin.topics() where names.contains(topic.name) {
            for partition in 0..<Int32(topic.partitions) where !found.contains(topic.name) {
                let end = try await admin.watermarks(TopicPartition(topic.name, partition)).high
                if end > 0 { found.append(topic.name) }
            }
        }
        return found
    }

    /// The address of the page.
    package var url: String { "http://\(configuration.reachableHost):\(ports.http)" }

    private func openDatabase(_ data: String) async throws -> any SQLDatabase {
        guard let address = configuration.database else { return try SQLiteDatabase(path: "\(data)/martlet.sqlite") }
        let location = try PostgresLocation(parsing: address)
        logger.info("Metadata is in PostgreSQL", ["database": location.description])
        return try await PostgresDatabase.open(location)
    }

    /// The log of our own, listening, or the cluster that was asked for, answering.
    private func openLog(_ data: String, _ login: LogLogin) async throws -> EventLog {
        if let kafka = configuration.kafka {
            let cluster = try OutsideCluster(kafka)
            try await cluster.connect()
            return .outside(cluster)
        }
        let broker = try startBroker(data, login)
        guard let port = broker.boundPort else { throw LoopError("the log has no port") }
        let streams = StreamConfiguration(
            bootstrapServers: "\(configuration.reachableLogHost):\(port)",
            extra: try logSettings(data).requiresLogin ? login.clientSettings : [:]
        )
        return .embedded(broker, port: port, streams)
    }

    private func logSettings(_ data: String) throws -> BrokerConfiguration {
        var settings = BrokerConfiguration(
            dataDirectory: "\(data)/log",
            host: configuration.logHost,
            port: configuration.kafkaPort,
            flushPolicy: configuration.flushPolicy
        )
        settings.advertisedHost = configuration.advertisedHost
        settings.advertisedPort = configuration.advertisedPort
        settings.allowsAnonymousFromAnywhere = configuration.allowsAnonymous
        settings.alwaysRequiresLogin = configuration.requiresLogin
        for (name, value) in configuration.logSettings.sorted(by: { $0.key < $1.key }) {
            try settings.set(name, to: value)
        }
        return settings
    }

    private func startBroker(_ data: String, _ login: LogLogin) throws -> LogBroker {
        let settings = try logSettings(data)
        let broker = LogBroker(configuration: settings, authenticator: UserAuthenticator(users: login))
        try broker.start()
        login.users.onRemoval { [weak broker] user in broker?.closeConnections(of: user) }
        if settings.requiresLogin, login.users.users.isEmpty {
            logger.warning("Nobody can log in to the log yet", ["remedy": "martlet users add NAME"])
        }
        return broker
    }

    private func receivers(_ parts: ServerParts) throws -> AlertReceivers {
        let mail = configuration.mailRelay.map { MailRelay(url: $0, sender: configuration.mailSender) }
        return try AlertReceivers(
            allowsPrivate: configuration.allowsPrivateWebhooks,
            mail: mail,
            streams: parts.streams,
            address: { [self] in configuration.publicURL ?? url }
        )
    }

    private func routes(
        parts: ServerParts,
        loops: LoopService,
        monitors: MonitorBoard,
        data: String,
        log: EventLog
    ) -> Router {
        var router = Router()
        router.admit(HostRules(allowed: configuration.allowedHosts + [configuration.host]))
        MLflowAPI(tracking: parts.tracking, registry: parts.registry, webhooks: parts.webhooks).install(on: &router)
        MartletAPI(
            status: ServerStatus(
                startedAt: WallClock.nowMilliseconds(),
                dataDirectory: data,
                ports: ports.both,
                kafka: { log.status }
            ),
            loops: loops,
            monitors: monitors,
            streams: parts.streams,
            admin: parts.admin,
            catalogue: parts.catalogue,
            tracking: parts.tracking,
            registry: parts.registry,
            users: parts.users,
            trash: parts.trash,
            events: parts.events
        ).install(on: &router)
        WebUI(folder: configuration.uiDirectory).register(on: &router)
        return router
    }

    private func writePorts(_ data: String, _ log: EventLog) throws {
        var value: JSONObject = [
            "http": .int(Int64(ports.http)), "kafka": log.port.map { .int(Int64($0)) } ?? .null,
        ]
        if case .outside = log { value["bootstrap"] = .string(log.streams.bootstrapServers) }
        try File.replace("\(data)/martlet.ports.json", with: JSONValue.object(value).serialized())
    }
}

/// The ports that a server has bound.
package final class BoundPorts: Sendable {
    private let values = Mutex<(http: Int, kafka: Int?)>((0, nil))

    /// The port of the APIs and the page.
    package var http: Int { values.withLock { $0.http } }
    /// The port of Kafka's protocol; zero where the topics are on another cluster.
    package var kafka: Int { values.withLock { $0.kafka } ?? 0 }

    init() {}

    /// Both ports, whenever they are asked for.
    var both: @Sendable () -> (http: Int, kafka: Int?) {
        { [self] in values.withLock { $0 } }
    }

    func set(http: Int, kafka: Int?) {
        values.withLock { $0 = (http, kafka) }
    }
}
