internal import CPlatform
internal import Execution
internal import Glibc
internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Telemetry

/// The thread on which all of the log's state lives: partitions, groups, transactions.
///
/// One thread owns everything, so nothing is locked and nothing is seen half changed. It receives requests that are
/// whole and checked from the threads of the sockets, and gives them the answers. What takes the disk's time is
/// elsewhere: the flusher's threads wait for the disk, and answers from files are sent by the threads of the sockets.
final class BrokerLoop: ThreadLoop, TimerSource {
    private static let drainNanoseconds: Int64 = 2_000_000_000
    /// How much is worked on before answers go out and what was written is flushed.
    private static let requestsPerTurn = 256
    private static let bytesPerTurn = 8 << 20

    static let logger = Logger(label: "broker")

    let threadName = "log-owner"
    let configuration: BrokerConfiguration
    private(set) lazy var broker = Broker(
        configuration: configuration,
        store: store,
        port: port,
        metrics: metrics,
        authenticator: authenticator,
        passwords: PasswordChecker { [signal] in signal.wake() },
        timers: self
    )
    private let store: LogStore
    private let port: Int
    private let authenticator: (any BrokerAuthenticator)?
    private let epoll: Int32
    private let sockets: SocketSurroundings
    private var signal: LoopSignal { sockets.owner.signal }
    private var timers = TimerQueue()
    private var connections: [UInt64: Connection] = [:]
    /// Connections that were closed in this turn, which groups have not been told of.
    private var closed: [UInt64] = []
    /// What came, the next at the end: taken from there an event lets go of its memory.
    private var arrived: [SocketEvent] = []
    private var withAnswers: [Connection] = []
    private var orders: [[SocketOrder]]
    private let finished: Execution.Semaphore
    private let metrics: BrokerMetrics
    /// The time of the turn.
    private(set) var now = MonotonicClock.nowNanoseconds()

    /// A loop that has not begun.
    ///
    /// `finished` is posted by each thread of sockets when it has ended.
    init(
        configuration: BrokerConfiguration,
        store: LogStore,
        port: Int,
        sockets: SocketSurroundings,
        finished: Execution.Semaphore,
        metrics: BrokerMetrics,
        authenticator: (any BrokerAuthenticator)?
    ) throws(BrokerError) {
        self.configuration = configuration
        self.port = port
        self.sockets = sockets
        self.finished = finished
        self.metrics = metrics
        self.store = store
        self.authenticator = authenticator
        orders = Array(repeating: [], count: sockets.boxes.count)
        epoll = martlet_epoll_create()
        guard epoll >= 0 else { throw .system("epoll_create1") }
        guard martlet_epoll_add(epoll, sockets.owner.signal.descriptor, UInt32(MARTLET_READABLE), 0) == 0 else {
            throw .system("epoll_ctl")
        }
    }

    deinit { Glibc.close(epoll) }

    /// Works until the signal says stop; then lets answers go out and closes the store.
    func run() {
        broker.start()
        while !signal.isStopping { turn() }
        drain()
        for box in sockets.boxes { box.post([.finish]) }
        for _ in sockets.boxes { finished.wait() }
        for connection in connections.values { connection.isGone() }
        connections = [:]
        store.close()
    }

    private func drain() {
        broker.prepareToStop()
        let deadline = MonotonicClock.nowNanoseconds() + Self.drainNanoseconds
        while broker.hasUnacknowledged || !withAnswers.isEmpty, MonotonicClock.nowNanoseconds() < deadline {
            turn(longest: 10)
        }
    }

    // MARK: Turns

    private func turn(longest: Int32 = .max) {
        // The signal stays set while old events are left: drained here, it would not tell of the ones in the box.
        if arrived.isEmpty { sleep(atMost: min(longest, timeoutMilliseconds())) }
        now = MonotonicClock.nowNanoseconds()
        broker.flushFinished()
        broker.takePasswordChecks()
        workOnEvents()
        tellGroupsWhoIsGone()
        while let action = timers.takeDue(now: now) { action() }
        broker.endTurn()
        sendAnswers()
        if sockets.budget.takeNews() {
            for box in sockets.boxes { box.post([.readOn]) }
        }
    }

    private func sleep(atMost milliseconds: Int32) {
        var ready = martlet_ready()
        if martlet_epoll_wait(epoll, &ready, 1, milliseconds) > 0 { martlet_eventfd_drain(signal.descriptor) }
    }

    private func timeoutMilliseconds() -> Int32 {
        guard let deadline = timers.nextDeadline() else { return 60_000 }
        let wait = deadline - MonotonicClock.nowNanoseconds()
        guard wait > 0 else { return 0 }
        return Int32(min(wait / 1_000_000 + 1, 60_000))
    }

    private func workOnEvents() {
        if arrived.isEmpty { arrived = sockets.owner.takeAll().reversed() }
        var requests = 0
        var bytes = 0
        while requests < Self.requestsPerTurn, bytes < Self.bytesPerTurn, let event = arrived.popLast() {
            requests += 1
            bytes += work(on: event)
        }
        metrics.connections.set(Double(connections.count))
    }

    /// Works on one event and returns its bytes.
    private func work(on event: SocketEvent) -> Int {
        switch event {
        case .opened(let number, let peer, let load):
            let connection = Connection(
                number: number,
                peer: peer,
                load: load,
                loop: self,
                authentication: broker.newAuthentication()
            )
            connections[number] = connection
            broker.limitLogin(of: connection)
            return 0
        case .closed(let number):
            guard let connection = connections[number] else { return 0 }
            forget(connection)
            connection.isGone()
            Self.logger.debug(
                "connection closed",
                ["connection": "\(number)", "client": connection.clientID, "peer": connection.peer]
            )
            return 0
        case .userRemoved(let user):
            for connection in connections.values where connection.authentication.user == user {
                connection.shut("connection closed: its user was removed")
            }
            return 0
        case .request(let number, let frame):
            guard let connection = connections[number], connection.takesRequests else { return frame.total }
            guard connection.load.bytes <= configuration.limits.unreadAnswerBytes else {
                connection.shut("connection closed: it asks for more than it reads")
                return frame.total
            }
            let expected = connection.expectedReplies
            broker.handle(frame, on: connection)
            if connection.expectedReplies == expected { connection.isDoneWithoutReply() }
            return frame.total
        }
    }

    private func sendAnswers() {
        for connection in withAnswers {
            guard let delivery = connection.takeDelivery() else { continue }
            order(.deliver(delivery), for: connection)
            if delivery.closes {
                forget(connection)
                connection.isGone()
            }
        }
        withAnswers.removeAll(keepingCapacity: true)
        for index in orders.indices {
            sockets.boxes[index].post(orders[index])
            orders[index].removeAll(keepingCapacity: true)
        }
    }

    // MARK: Connections

    private func forget(_ connection: Connection) {
        connections[connection.number] = nil
        closed.append(connection.number)
    }

    private func tellGroupsWhoIsGone() {
        for number in closed { broker.groups.connectionClosed(number) }
        closed.removeAll(keepingCapacity: true)
    }

    private func order(_ order: SocketOrder, for connection: Connection) {
        orders[Int(connection.number % UInt64(orders.count))].append(order)
    }

    /// Lists a connection for sending at the end of the turn.
    func hasAnswers(_ connection: Connection) { withAnswers.append(connection) }

    /// Notes how long a request took.
    func answered(_ reply: Reply) { metrics.observe(reply.header.key, nanoseconds: now - reply.arrival) }

    /// Has a connection's socket closed, and forgets the connection.
    func close(_ connection: Connection, _ reason: StaticString) {
        forget(connection)
        order(.close(connection.number, reason), for: connection)
        Self.logger.debug(reason, ["client": connection.clientID, "peer": connection.peer])
    }

    // MARK: Timers

    /// Does something later; it can be cancelled.
    func after(milliseconds: Int64, _ action: @escaping () -> Void) -> TimerQueue.ID {
        timers.add(at: now + milliseconds * 1_000_000, action)
    }

    /// Cancels what was to be done later.
    func cancel(_ timer: TimerQueue.ID) { timers.cancel(timer) }
}
