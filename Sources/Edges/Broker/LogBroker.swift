internal import Execution
internal import Files
internal import Glibc
internal import LogStorage
internal import Primitives
internal import Synchronization
package import Telemetry

/// The event log as a service: Kafka's protocol on a port, records in a folder.
///
/// `start()` recovers the folder and listens; from then on clients are answered, until `stop()`. Everything happens on
/// threads of its own, some for the sockets, one for the partitions, some that wait for the disk; nothing of it runs on
/// the cooperative pool.
package final class LogBroker: Service {
    private struct State {
        var owner: Mailbox<SocketEvent>?
        var port: Int?
        var lock: DirectoryLock?
    }

    /// The service's name.
    package let name = "log"
    private let configuration: BrokerConfiguration
    private let authenticator: (any BrokerAuthenticator)?
    private let registry: MetricsRegistry
    private let state = Mutex(State())
    private let finished = OneShot<Void>()

    /// A broker that is not started yet.
    ///
    /// - Parameters:
    ///   - configuration: where, what and how.
    ///   - authenticator: checks who logs in; nobody can when nil.
    ///   - metrics: where its metrics are registered.
    package init(
        configuration: BrokerConfiguration,
        authenticator: (any BrokerAuthenticator)? = nil,
        metrics: MetricsRegistry = .shared
    ) {
        self.configuration = configuration
        self.authenticator = authenticator
        registry = metrics
    }

    /// Recovers the folder, binds the port and begins to answer.
    ///
    /// Blocks for the disk's time.
    ///
    /// - Throws: ``BrokerError`` that says what to do, also when the port is in use; ``DirectoryLock/Failure`` when
    ///   another process has the folder.
    package func start() throws {
        precondition(state.withLock { $0.owner == nil }, "a broker starts once")
        guard authenticator != nil || !configuration.requiresLogin else {
            throw BrokerError.openToAnybody(configuration.host)
        }
        Self.raiseDescriptorLimit()
        try Directory.create(configuration.dataDirectory)
        let lock = try DirectoryLock(directory: configuration.dataDirectory)
        let listener = try Listener(host: configuration.host, port: configuration.port)
        let sockets = try makeSurroundings()
        let ended = Execution.Semaphore()
        let loop = try makeLoop(listener.port, sockets, ended)
        let socketLoops = try sockets.boxes.indices.map { index throws(BrokerError) in
            try SocketLoop(
                index: index,
                surroundings: sockets,
                listener: index == 0 ? listener : nil,
                finished: ended
            )
        }
        state.withLock { $0 = State(owner: sockets.owner, port: listener.port, lock: lock) }
        try LoopThread.start(loop) { [finished] in finished.succeed(()) }
        try Self.start(socketLoops, sockets.owner.signal, ended)
        Logger(label: "log").info(
            "log listening",
            ["address": "\(configuration.host):\(listener.port)", "folder": configuration.dataDirectory]
        )
    }

    private static func start(_ loops: [SocketLoop], _ signal: LoopSignal, _ ended: Execution.Semaphore) throws {
        for (index, loop) in loops.enumerated() {
            do { try LoopThread.start(loop) } catch {
                // What did not begin is not waited for.
                for _ in index..<loops.count { ended.post() }
                signal.stop()
                throw error
            }
        }
    }

    /// Each partition and each connection needs a descriptor, so the process takes as many as it may.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
        else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private func makeSurroundings() throws(BrokerError) -> SocketSurroundings {
        let limits = configuration.limits
        let owner = Mailbox<SocketEvent>(signal: try LoopSignal())
        let boxes = try (0..<max(1, configuration.socketThreads)).map { _ throws(BrokerError) in
            Mailbox<SocketOrder>(signal: try LoopSignal())
        }
        return SocketSurroundings(
            limits: limits,
            requiresLogin: configuration.requiresLogin,
            owner: owner,
            boxes: boxes,
            budget: RequestBudget(
                unfinishedLimit: limits.unfinishedRequestBytes,
                handedOverLimit: limits.handedOverRequestBytes
            ),
            count: ConnectionCount(),
            warmer: FileWarmer()
        )
    }

    private func makeLoop(
        _ port: Int,
        _ sockets: SocketSurroundings,
        _ ended: Execution.Semaphore
    ) throws(BrokerError) -> BrokerLoop {
        let signal = sockets.owner.signal
        let store: LogStore
        do throws(StorageError) {
            store = try LogStore(
                directory: configuration.dataDirectory,
                flushPolicy: configuration.flushPolicy,
                onFlushed: { signal.wake() }
            )
        } catch {
            throw .storage(error)
        }
        return try BrokerLoop(
            configuration: configuration,
            store: store,
            port: port,
            sockets: sockets,
            finished: ended,
            metrics: BrokerMetrics(registry: registry),
            authenticator: authenticator
        )
    }

    /// The port that clients can dial; nil before `start()`.
    package var boundPort: Int? { state.withLock { $0.port } }

    /// Closes every connection that is logged in as a user, after the user was removed; returns at once.
    package func closeConnections(of user: String) {
        state.withLock { $0.owner }?.post([.userRemoved(user)])
    }

    /// Returns when the broker has stopped.
    package func run() async throws {
        try await finished.value
    }

    /// Answers who waits, flushes everything and closes; returns when it is done.
    package func stop() async {
        guard let owner = state.withLock({ $0.owner }) else {
            finished.succeed(())
            return
        }
        owner.signal.stop()
        _ = try? await finished.value
        state.withLock { $0.lock = nil }
    }
}
