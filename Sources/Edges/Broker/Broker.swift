internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

/// Answers requests from the store.
///
/// One object on the loop's thread; the requests are in extensions by subject.
final class Broker: TransactionSurroundings {
    static let nodeID: Int32 = 0
    static let logger = Logger(label: "broker")

    let configuration: BrokerConfiguration
    let store: LogStore
    let metrics: BrokerMetrics
    let address: BrokerAddress
    let groups: GroupCoordinator
    private(set) lazy var transactions = TransactionCoordinator(
        store: store,
        configuration: configuration,
        timers: timers,
        surroundings: self
    )
    unowned let timers: any TimerSource
    let authenticator: (any BrokerAuthenticator)?
    let passwords: PasswordChecker
    /// What to do when a password has been checked, by the check's number.
    var passwordChecks: [UInt64: (Bool) -> Void] = [:]
    var lastCheck: UInt64 = 0
    private var unacknowledged: [(round: Int, finish: () -> Void)] = []
    var waitingFetches: [Int: [FetchWait]] = [:]
    var wokenFetches: [FetchWait] = []
    var fetchRotation = 0
    var fetchSessions = FetchSessions()
    var health = HealthWatch()
    private(set) var isStopping = false

    init(
        configuration: BrokerConfiguration,
        store: LogStore,
        port: Int,
        metrics: BrokerMetrics,
        authenticator: (any BrokerAuthenticator)?,
        passwords: PasswordChecker,
        timers: any TimerSource
    ) {
        self.configuration = configuration
        self.store = store
        self.metrics = metrics
        self.authenticator = authenticator
        self.passwords = passwords
        self.timers = timers
        address = BrokerAddress(
            nodeID: Self.nodeID,
            host: configuration.addressForClients,
            port: Int32(configuration.advertisedPort ?? port)
        )
        groups = GroupCoordinator(
            store: store,
            limits: configuration.limits,
            defaults: configuration.defaults,
            timers: timers
        )
    }

    // MARK: Requests

    /// Answers one request.
    func handle(_ frame: RequestFrame, on connection: Connection) {
        let now = frame.arrival
        do throws(WireError) {
            var reader = WireReader(UnsafeRawBufferPointer(frame.bytes))
            let header = try RequestHeader(from: &reader)
            connection.clientID = header.clientID
            guard let key = header.key, key.versions.contains(header.version) else {
                return refuse(header, connection, now)
            }
            guard connection.authentication.allows(key) else {
                return connection.shut("connection closed: not authenticated")
            }
            guard key == .produce || frame.total <= configuration.limits.otherRequestBytes else {
                throw .tooLong(frame.total)
            }
            let call = Call(key: key, header: header, frame: frame, connection: connection, now: now)
            var body = header.bodyReader(reader)
            try answer(call, &body)
        } catch {
            Self.logger.warning(
                "connection closed: malformed request",
                ["reason": error.message, "client": connection.clientID, "peer": connection.peer]
            )
            connection.shut("connection closed: malformed request")
        }
    }

    private func refuse(_ header: RequestHeader, _ connection: Connection, _ now: Int64) {
        if header.key == .apiVersions {
            let readable = header.answered(inVersion: 0)
            return connection.expectReply(readable, now: now).send(ApiVersionsResponse(error: .unsupportedVersion))
        }
        Self.logger.warning(
            "connection closed: version not offered",
            ["api": "\(header.rawKey)", "version": "\(header.version)", "client": header.clientID]
        )
        connection.shut("connection closed: version not offered")
    }

    // MARK: Safety

    /// Does something when everything written until now is as safe as the flush policy says.
    func whenSafe(_ finish: @escaping () -> Void) {
        guard let round = store.round else { return finish() }
        unacknowledged.append((round, finish))
    }

    /// Lists a partition for the next flush; without one before answers its readers are woken at once.
    func wrote(to partition: PartitionLog) {
        store.noteWrite(to: partition)
        if store.flushPolicy != .always { wakeFetches(of: partition) }
    }

    /// Whether answers wait for the disk.
    var hasUnacknowledged: Bool { !unacknowledged.isEmpty }

    /// Takes a finished flush: answers who waited for it and wakes who may read more.
    func flushFinished() {
        store.finishCompaction()
        guard let partitions = store.finishFlush() else { return }
        for partition in partitions { wakeFetches(of: partition) }
        let done = unacknowledged.prefix { $0.round <= store.completedRound }
        unacknowledged.removeFirst(done.count)
        for entry in done { entry.finish() }
    }

    /// Ends a turn of the loop: answers fetches that were woken, and hands what was written to the flusher.
    func endTurn() {
        answerWokenFetches()
        if store.flushPolicy == .always { store.startFlush() }
    }

    // MARK: Times

    /// Begins what happens again and again.
    func start() {
        switch store.flushPolicy {
        case .always: break
        case .every(let milliseconds): repeatedly(milliseconds: Int64(max(1, milliseconds))) { $0.store.startFlush() }
        case .never: repeatedly(milliseconds: 60_000) { $0.store.startFlush() }
        }
        transactions.start()
        repeatedly(milliseconds: max(1, configuration.defaults.cleanupMilliseconds)) { $0.cleanUp() }
        repeatedly(milliseconds: 5_000) { $0.recoverOffline() }
        observeHealth()
        repeatedly(milliseconds: Self.healthMilliseconds) { $0.observeHealth() }
    }

    func repeatedly(milliseconds: Int64, _ action: @escaping (Broker) -> Void) {
        _ = timers.after(milliseconds: milliseconds) { [weak self] in
            guard let self else { return }
            action(self)
            repeatedly(milliseconds: milliseconds, action)
        }
    }

    private func cleanUp() {
        let now = WallClock.nowMilliseconds()
        let expiration = configuration.defaults.producerExpirationMilliseconds
        for partition in store.enforceRetention(now: now, producerExpiration: expiration) {
            wakeFetches(of: partition)
        }
        groups.expire(now: now)
        store.startCompaction(now: now)
    }

    private func recoverOffline() {
        for partition in store.recoverOffline() { wakeFetches(of: partition) }
        let offline = store.topics.values.flatMap(\.partitions).count { $0.failure != nil }
        metrics.offlinePartitions.set(Double(offline))
    }

    /// Answers everybody that waits, so that nothing is left when the loop ends.
    func prepareToStop() {
        isStopping = true
        groups.stop()
        answerAllFetches()
        store.startFlush()
    }
}

extension WireError {
    fileprivate static func tooLong(_ count: Int) -> WireError {
        .limit("a request of \(count) bytes is too long for its kind")
    }
}

/// One request on its way through the broker.
struct Call {
    /// The API.
    let key: ApiKey
    /// The request's header.
    let header: RequestHeader
    /// The request's bytes, header included.
    let frame: RequestFrame
    /// Where it came from.
    let connection: Connection
    /// The monotonic time.
    let now: Int64

    /// Opens the answer's place in the connection's order.
    func reply() -> Reply { connection.expectReply(header, now: now) }

    /// Answers at once.
    func send(_ response: some WireResponse) { reply().send(response) }

    /// Who is calling, for groups.
    var client: GroupClient {
        GroupClient(clientID: header.clientID, host: connection.peer, connection: connection.number)
    }
}
