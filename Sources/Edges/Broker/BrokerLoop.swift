internal import CPlatform
internal import Glibc
internal import KafkaWire
internal import LogStorage
internal import Primitives
internal import Synchronization
internal import Telemetry

/// Wakes the loop from other threads.
final class LoopSignal: Sendable {
    /// The descriptor that the loop watches.
    let descriptor: Int32
    private let stopping = Atomic<Bool>(false)

    init() throws(BrokerError) {
        descriptor = martlet_eventfd(0)
        guard descriptor >= 0 else { throw .system("eventfd") }
    }

    deinit { close(descriptor) }

    /// Whether the loop is to end.
    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Wakes the loop.
    func wake() { martlet_eventfd_signal(descriptor) }

    /// Ends the loop.
    func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }
}

/// The thread on which all of the log's state lives: sockets, partitions, groups, transactions.
///
/// One thread owns everything, so nothing is locked and nothing is seen half changed. What takes the disk's time is
/// elsewhere: the flusher's thread waits for the disk, and answers from files go from the page cache by `sendfile`.
final class BrokerLoop: TimerSource {
    private static let listenerToken = UInt64.max
    private static let signalToken = UInt64.max - 1
    private static let readBytes = 256 << 10
    private static let readsPerTurn = 4
    private static let readyCapacity = 256
    private static let drainNanoseconds: Int64 = 2_000_000_000

    static let logger = Logger(label: "broker")

    let configuration: BrokerConfiguration
    private(set) lazy var broker = Broker(
        configuration: configuration,
        store: store,
        port: listener.port,
        metrics: metrics,
        authenticator: authenticator,
        passwords: PasswordChecker { [signal] in signal.wake() },
        timers: self
    )
    private let store: LogStore
    private let authenticator: (any BrokerAuthenticator)?
    private let epoll: Int32
    private let listener: Listener
    private let signal: LoopSignal
    private var timers = TimerQueue()
    private var connections: [UInt64: Connection] = [:]
    private var lastConnection: UInt64 = 0
    private var withAnswers: [Connection] = []
    private var unfinishedBytes = 0
    private let readBuffer: UnsafeMutableRawBufferPointer
    private let ready: UnsafeMutableBufferPointer<martlet_ready>
    private let metrics: BrokerMetrics
    /// The monotonic time at the beginning of the turn.
    private(set) var now = MonotonicClock.nowNanoseconds()

    init(
        configuration: BrokerConfiguration,
        store: LogStore,
        listener: Listener,
        signal: LoopSignal,
        metrics: BrokerMetrics,
        authenticator: (any BrokerAuthenticator)?
    ) throws(BrokerError) {
        self.configuration = configuration
        self.listener = listener
        self.signal = signal
        self.metrics = metrics
        self.store = store
        self.authenticator = authenticator
        epoll = martlet_epoll_create()
        guard epoll >= 0 else { throw .system("epoll_create1") }
        readBuffer = .allocate(byteCount: Self.readBytes, alignment: 16)
        ready = .allocate(capacity: Self.readyCapacity)
        guard martlet_epoll_add(epoll, listener.descriptor, UInt32(MARTLET_READABLE), Self.listenerToken) == 0,
            martlet_epoll_add(epoll, signal.descriptor, UInt32(MARTLET_READABLE), Self.signalToken) == 0
        else { throw .system("epoll_ctl") }
    }

    deinit {
        close(epoll)
        readBuffer.deallocate()
        ready.deallocate()
    }

    /// Works until the signal says stop; then lets answers go out and closes the store.
    func run() {
        broker.start()
        closeIdleConnections()
        while !signal.isStopping { turn() }
        drain()
        for connection in Array(connections.values) { connection.shut("the log stops") }
        store.close()
    }

    private func drain() {
        martlet_epoll_remove(epoll, listener.descriptor)
        broker.prepareToStop()
        let deadline = MonotonicClock.nowNanoseconds() + Self.drainNanoseconds
        while broker.hasUnacknowledged || !withAnswers.isEmpty, MonotonicClock.nowNanoseconds() < deadline {
            turn(longest: 10)
        }
    }

    // MARK: Turns

    private func turn(longest: Int32 = .max) {
        let count = martlet_epoll_wait(
            epoll,
            ready.baseAddress,
            Int32(ready.count),
            min(longest, timeoutMilliseconds())
        )
        now = MonotonicClock.nowNanoseconds()
        for index in 0..<max(0, Int(count)) { handle(ready[index]) }
        while let action = timers.takeDue(now: now) { action() }
        broker.endTurn()
        sendAnswers()
    }

    private func timeoutMilliseconds() -> Int32 {
        guard let deadline = timers.nextDeadline() else { return .max }
        let wait = deadline - MonotonicClock.nowNanoseconds()
        guard wait > 0 else { return 0 }
        return Int32(min(wait / 1_000_000 + 1, 60_000))
    }

    private func handle(_ ready: martlet_ready) {
        switch ready.token {
        case Self.listenerToken: accept()
        case Self.signalToken:
            martlet_eventfd_drain(signal.descriptor)
            broker.flushFinished()
            broker.takePasswordChecks()
        default:
            guard let connection = connections[ready.token] else { return }
            if ready.events & UInt32(MARTLET_WRITABLE) != 0 { connection.send() }
            let reads = UInt32(MARTLET_READABLE) | UInt32(MARTLET_FAILED) | UInt32(MARTLET_HUNG_UP)
            if ready.events & reads != 0 { read(connection) }
        }
    }

    private func sendAnswers() {
        while !withAnswers.isEmpty {
            let connections = withAnswers
            withAnswers.removeAll(keepingCapacity: true)
            for connection in connections { connection.send() }
        }
    }

    // MARK: Connections

    private func accept() {
        for _ in 0..<64 {
            let descriptor = martlet_accept(listener.descriptor)
            guard descriptor >= 0 else {
                if errno == EMFILE || errno == ENFILE { pauseAccepting() }
                return
            }
            guard connections.count < configuration.limits.connections else {
                Self.logger.warning("connection refused: too many", ["limit": "\(configuration.limits.connections)"])
                close(descriptor)
                continue
            }
            lastConnection += 1
            let connection = Connection(
                descriptor: descriptor,
                number: lastConnection,
                loop: self,
                authentication: broker.newAuthentication(),
                now: now
            )
            guard martlet_epoll_add(epoll, descriptor, UInt32(MARTLET_READABLE), lastConnection) == 0 else { continue }
            connections[lastConnection] = connection
            broker.limitLogin(of: connection)
            metrics.connections.set(Double(connections.count))
        }
    }

    private func pauseAccepting() {
        Self.logger.error("no descriptors left: not accepting for a second")
        martlet_epoll_change(epoll, listener.descriptor, 0, Self.listenerToken)
        _ = after(milliseconds: 1000) { [unowned self] in
            martlet_epoll_change(epoll, listener.descriptor, UInt32(MARTLET_READABLE), Self.listenerToken)
        }
    }

    /// Changes what a connection is watched for.
    func change(_ connection: Connection, events: UInt32) {
        martlet_epoll_change(epoll, connection.descriptor, events, connection.number)
    }

    /// Lists a connection for sending at the end of the turn.
    func hasAnswers(_ connection: Connection) { withAnswers.append(connection) }

    /// Notes how long a request took.
    func answered(_ reply: Reply) { metrics.observe(reply.header.key, nanoseconds: now - reply.arrival) }

    /// Lets go of a closed connection.
    func forget(_ connection: Connection, _ reason: StaticString) {
        martlet_epoll_remove(epoll, connection.descriptor)
        release(connection)
        connections[connection.number] = nil
        metrics.connections.set(Double(connections.count))
        Self.logger.debug(reason, ["client": connection.clientID, "peer": connection.peer])
    }

    private func closeIdleConnections() {
        let limit = now - Int64(configuration.limits.idleConnectionSeconds) * 1_000_000_000
        for connection in Array(connections.values) where connection.lastActivity < limit {
            connection.shut("connection closed: idle")
        }
        _ = after(milliseconds: 60_000) { [unowned self] in closeIdleConnections() }
    }

    // MARK: Reading

    private func read(_ connection: Connection) {
        for _ in 0..<Self.readsPerTurn {
            guard connection.wantsRequests else { break }
            let mayHaveMore: Bool
            if let unfinished = connection.unfinished {
                mayHaveMore = read(connection, into: unfinished)
            } else {
                mayHaveMore = readFrames(connection)
            }
            guard mayHaveMore else { break }
        }
        connection.watch()
    }

    /// Receives into a buffer; nil when nothing more is to be had now.
    private func receive(_ connection: Connection, _ room: UnsafeMutableRawBufferPointer) -> Int? {
        let count = recv(connection.descriptor, room.baseAddress, room.count, 0)
        if count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) { return nil }
        guard count > 0 else {
            connection.shut("connection closed by the client")
            return nil
        }
        connection.lastActivity = now
        return count
    }

    private func readFrames(_ connection: Connection) -> Bool {
        guard let count = receive(connection, readBuffer) else { return false }
        var position = 0
        while count - position >= 4, connection.isOpen {
            let length = Int(Int32(bigEndian: readBuffer.loadUnaligned(fromByteOffset: position, as: Int32.self)))
            guard length >= 8, length <= longestRequest(of: connection) else {
                connection.shut("connection closed: a frame's length cannot be")
                return false
            }
            guard position + 4 + length <= count else { break }
            let frame = UnsafeMutableRawBufferPointer(rebasing: readBuffer[(position + 4)..<(position + 4 + length)])
            broker.handle(frame, on: connection, now: now)
            position += 4 + length
        }
        if connection.isOpen, position < count { keepRest(of: connection, from: position, to: count) }
        return connection.isOpen && count == readBuffer.count
    }

    private func keepRest(of connection: Connection, from start: Int, to end: Int) {
        let rest = UnsafeRawBufferPointer(rebasing: readBuffer[start..<end])
        let total = rest.count < 4 ? 4 : 4 + Int(Int32(bigEndian: rest.loadUnaligned(as: Int32.self)))
        let buffer = FrameBuffer(total: total, first: rest)
        guard reserve(buffer.capacity, connection) else { return }
        connection.unfinished = buffer
    }

    private func read(_ connection: Connection, into buffer: FrameBuffer) -> Bool {
        if buffer.growth > 0 {
            guard reserve(buffer.growth, connection) else { return false }
            buffer.grow()
        }
        guard let count = receive(connection, buffer.room) else { return false }
        buffer.added(count)
        guard buffer.isComplete else { return true }
        release(connection)
        if buffer.total == 4 { return lengthArrived(buffer, connection) }
        broker.handle(buffer.frame, on: connection, now: now)
        return connection.isOpen
    }

    /// Fewer than four bytes had come: now the length is known.
    private func lengthArrived(_ buffer: FrameBuffer, _ connection: Connection) -> Bool {
        let field = UnsafeRawBufferPointer(start: buffer.frame.baseAddress.map { $0 - 4 }, count: 4)
        let length = Int(Int32(bigEndian: field.loadUnaligned(as: Int32.self)))
        guard length >= 8, length <= longestRequest(of: connection) else {
            connection.shut("connection closed: a frame's length cannot be")
            return false
        }
        let whole = FrameBuffer(total: 4 + length, first: field)
        guard reserve(whole.capacity, connection) else { return false }
        connection.unfinished = whole
        return true
    }

    /// Who has not been let in yet has no long requests.
    private func longestRequest(of connection: Connection) -> Int {
        connection.authentication.isSettled ? configuration.limits.requestBytes : configuration.limits.loginRequestBytes
    }

    private func reserve(_ bytes: Int, _ connection: Connection) -> Bool {
        guard unfinishedBytes + bytes <= configuration.limits.unfinishedRequestBytes else {
            Self.logger.warning(
                "connection closed: unfinished requests take too much memory",
                ["peer": connection.peer]
            )
            connection.shut("connection closed: no memory for its request")
            return false
        }
        unfinishedBytes += bytes
        return true
    }

    private func release(_ connection: Connection) {
        unfinishedBytes -= connection.unfinished?.capacity ?? 0
        connection.unfinished = nil
    }

    // MARK: Timers

    /// Does something later; it can be cancelled.
    func after(milliseconds: Int64, _ action: @escaping () -> Void) -> TimerQueue.ID {
        timers.add(at: now + milliseconds * 1_000_000, action)
    }

    /// Cancels what was to be done later.
    func cancel(_ timer: TimerQueue.ID) { timers.cancel(timer) }
}
