internal import CPlatform
internal import Execution
internal import Glibc
internal import LogStorage
internal import Primitives
internal import Synchronization
internal import Telemetry

/// What the threads of the sockets share.
struct SocketSurroundings: Sendable {
    /// Bounds on what clients may ask.
    let limits: BrokerConfiguration.Limits
    /// Whether clients must log in before anything else.
    let requiresLogin: Bool
    /// The box of the owner of the partitions.
    let owner: Mailbox<SocketEvent>
    /// The boxes of all sockets' threads; a connection belongs to the one at its number modulo their count.
    let boxes: [Mailbox<SocketOrder>]
    /// The memory of requests.
    let budget: RequestBudget
    /// How many connections there are.
    let count: ConnectionCount
    /// What reads old records.
    let warmer: FileWarmer
}

/// How many connections there are, over all threads.
final class ConnectionCount: Sendable {
    private let number = Atomic<Int>(0)

    /// Counts one more; false when there are as many as there may be.
    func add(limit: Int) -> Bool {
        guard number.wrappingAdd(1, ordering: .relaxed).newValue > limit else { return true }
        remove()
        return false
    }

    /// Counts one less.
    func remove() { number.wrappingSubtract(1, ordering: .relaxed) }
}

/// A thread that some of the clients' sockets live on.
///
/// It receives requests, checks the batches in them, hands them to the owner of the partitions, and sends what comes
/// back. It waits for nothing but its sockets: files that are not in memory are read by others first.
final class SocketLoop: ThreadLoop {
    private static let listenerToken = UInt64.max
    private static let signalToken = UInt64.max - 1
    private static let readyCapacity = 256
    private static let finishNanoseconds: Int64 = 2_000_000_000
    private static let idleCheckNanoseconds: Int64 = 60_000_000_000
    private static let acceptPauseNanoseconds: Int64 = 1_000_000_000

    static let logger = Logger(label: "broker")

    let threadName: String
    let surroundings: SocketSurroundings
    private let index: Int
    private var listener: Listener?
    private let finished: Execution.Semaphore
    private let epoll: Int32
    private let ready: UnsafeMutableBufferPointer<martlet_ready>
    /// Where requests first come to; what is larger goes to a frame of its own.
    let readBuffer: UnsafeMutableRawBufferPointer
    private var sockets: [UInt64: Socket] = [:]
    private var events: [SocketEvent] = []
    private var lastAccepted: UInt64 = 0
    private var acceptsAgainAt: Int64?
    private var nextIdleCheck: Int64
    private var finishDeadline: Int64?
    /// Sockets whose clients have some time left to close them, in the order of their ends.
    private var lingering: [(end: Int64, number: UInt64)] = []
    /// Whether nothing is read because too many requests wait to be worked on.
    private(set) var isStalled = false
    private var stalledSockets: [UInt64] = []
    /// The time of the turn.
    private(set) var now = MonotonicClock.nowNanoseconds()

    private var box: Mailbox<SocketOrder> { surroundings.boxes[index] }

    /// A loop that has not begun, at its place among the boxes.
    ///
    /// The one with the listener accepts connections and spreads them. `finished` is posted when the loop has ended.
    init(
        index: Int,
        surroundings: SocketSurroundings,
        listener: Listener?,
        finished: Execution.Semaphore
    ) throws(BrokerError) {
        self.index = index
        self.surroundings = surroundings
        self.listener = listener
        self.finished = finished
        threadName = "log-sockets-\(index)"
        nextIdleCheck = now + Self.idleCheckNanoseconds
        epoll = martlet_epoll_create()
        guard epoll >= 0 else { throw .system("epoll_create1") }
        readBuffer = .allocate(byteCount: Self.readBytes, alignment: 16)
        ready = .allocate(capacity: Self.readyCapacity)
        let readable = UInt32(MARTLET_READABLE)
        let signal = surroundings.boxes[index].signal
        guard martlet_epoll_add(epoll, signal.descriptor, readable, Self.signalToken) == 0,
            listener.map({ martlet_epoll_add(epoll, $0.descriptor, readable, Self.listenerToken) == 0 }) ?? true
        else { throw .system("epoll_ctl") }
    }

    deinit {
        close(epoll)
        readBuffer.deallocate()
        ready.deallocate()
    }

    /// Works until it is told to finish, sends what there is, and closes everything.
    func run() {
        while !isFinished { turn() }
        for socket in Array(sockets.values) { socket.shut("the log stops") }
        // The port is free when the log says that it has stopped.
        listener = nil
        finished.post()
    }

    private var isFinished: Bool {
        guard let finishDeadline else { return false }
        return now >= finishDeadline || sockets.values.allSatisfy { !$0.hasOutgoing }
    }

    private func turn() {
        let count = martlet_epoll_wait(epoll, ready.baseAddress, Int32(ready.count), timeoutMilliseconds())
        now = MonotonicClock.nowNanoseconds()
        for index in 0..<max(0, Int(count)) { handle(ready[index]) }
        for order in box.takeAll() { obey(order) }
        if let time = acceptsAgainAt, now >= time { acceptAgain() }
        if now >= nextIdleCheck { closeIdleConnections() }
        closeLingering()
        surroundings.owner.post(events)
        events.removeAll(keepingCapacity: true)
    }

    private func timeoutMilliseconds() -> Int32 {
        let next = [finishDeadline, acceptsAgainAt, lingering.first?.end].reduce(nextIdleCheck) { min($0, $1 ?? .max) }
        return Int32(min(max(0, (next - now) / 1_000_000 + 1), 60_000))
    }

    private func handle(_ ready: martlet_ready) {
        switch ready.token {
        case Self.listenerToken: accept()
        case Self.signalToken: martlet_eventfd_drain(box.signal.descriptor)
        default:
            guard let socket = sockets[ready.token] else { return }
            let isBroken = ready.events & (UInt32(MARTLET_FAILED) | UInt32(MARTLET_HUNG_UP)) != 0
            if ready.events & UInt32(MARTLET_WRITABLE) != 0 { socket.send() }
            if ready.events & UInt32(MARTLET_READABLE) != 0 || isBroken {
                socket.isLingering ? discard(socket) : read(socket)
            }
            // A broken connection is reported again and again, also while nothing is to be read from it.
            if isBroken, !mayRead(socket) { socket.shut("connection closed by the client") }
        }
    }

    private func obey(_ order: SocketOrder) {
        switch order {
        case .adopt(let accepted, let number): adopt(accepted, number)
        case .deliver(let delivery): sockets[delivery.connection]?.take(delivery)
        case .close(let number, let reason): sockets[number]?.shut(reason)
        case .warmed(let number): sockets[number]?.isWarmed()
        case .readOn: readOn()
        case .finish:
            if let listener { martlet_epoll_remove(epoll, listener.descriptor) }
            finishDeadline = now + Self.finishNanoseconds
            isStalled = true
        }
    }

    // MARK: Connections

    private func accept() {
        guard let listener else { return }
        for _ in 0..<64 {
            let descriptor = martlet_accept(listener.descriptor)
            guard descriptor >= 0 else {
                if errno == EMFILE || errno == ENFILE { pauseAccepting(listener) }
                return
            }
            guard surroundings.count.add(limit: surroundings.limits.connections) else {
                Self.logger.warning(
                    "connection refused: too many",
                    ["limit": "\(surroundings.limits.connections)"]
                )
                close(descriptor)
                continue
            }
            let accepted = AcceptedSocket(descriptor)
            lastAccepted += 1
            let place = Int(lastAccepted % UInt64(surroundings.boxes.count))
            if place == index {
                adopt(accepted, lastAccepted)
            } else {
                surroundings.boxes[place].post([.adopt(accepted, lastAccepted)])
            }
        }
    }

    private func adopt(_ accepted: AcceptedSocket, _ number: UInt64) {
        let socket = Socket(accepted, number: number, loop: self, now: now)
        guard finishDeadline == nil,
            martlet_epoll_add(epoll, accepted.descriptor, UInt32(MARTLET_READABLE), number) == 0
        else { return surroundings.count.remove() }
        sockets[number] = socket
        events.append(.opened(number, peer: Listener.peerName(of: accepted.descriptor), load: socket.load))
    }

    private func pauseAccepting(_ listener: Listener) {
        Self.logger.error("no descriptors left: not accepting for a second")
        martlet_epoll_change(epoll, listener.descriptor, 0, Self.listenerToken)
        acceptsAgainAt = now + Self.acceptPauseNanoseconds
    }

    private func acceptAgain() {
        acceptsAgainAt = nil
        guard let listener, finishDeadline == nil else { return }
        martlet_epoll_change(epoll, listener.descriptor, UInt32(MARTLET_READABLE), Self.listenerToken)
    }

    /// Changes what a socket is watched for.
    func change(_ socket: Socket, events: UInt32) {
        martlet_epoll_change(epoll, socket.descriptor, events, socket.number)
    }

    /// Lets go of a closed socket and tells the owner of the partitions.
    func forget(_ socket: Socket, _ reason: StaticString) {
        martlet_epoll_remove(epoll, socket.descriptor)
        sockets[socket.number] = nil
        surroundings.count.remove()
        events.append(.closed(socket.number))
        Self.logger.debug(reason, ["connection": "\(socket.number)"])
    }

    private func closeIdleConnections() {
        nextIdleCheck = now + Self.idleCheckNanoseconds
        let limit = now - Int64(surroundings.limits.idleConnectionSeconds) * 1_000_000_000
        for socket in Array(sockets.values) where socket.lastActivity < limit {
            socket.shut("connection closed: idle")
        }
    }

    /// Gives a socket's client some time to close it.
    func lingers(_ socket: Socket) {
        lingering.append((now + surroundings.limits.farewellMilliseconds * 1_000_000, socket.number))
    }

    private func closeLingering() {
        let over = lingering.prefix { $0.end <= now }
        for (_, number) in over { sockets[number]?.shut("closed after an error") }
        lingering.removeFirst(over.count)
    }

    /// Has a part of a file read into memory; the socket is told.
    func warm(_ socket: Socket, _ file: LogFile, at position: Int, _ length: Int) {
        surroundings.warmer.warm(file, at: position, length) { [box, number = socket.number] in
            box.post([.warmed(number)])
        }
    }

    // MARK: Requests

    /// Hands a whole request to the owner of the partitions.
    func handOver(_ frame: RequestFrame, of socket: Socket) {
        frame.handOver(now: now)
        socket.unanswered += 1
        events.append(.request(socket.number, frame))
    }

    /// Whether a socket may read on.
    func mayRead(_ socket: Socket) -> Bool {
        guard socket.wantsRequests else { return false }
        if !isStalled, surroundings.budget.mustWait() { isStalled = true }
        return !isStalled
    }

    /// Lists a socket that would be read if there was room.
    func stalled(_ socket: Socket) {
        guard !socket.isStalled else { return }
        socket.isStalled = true
        stalledSockets.append(socket.number)
    }

    private func readOn() {
        guard isStalled, finishDeadline == nil else { return }
        isStalled = false
        let waiting = stalledSockets
        stalledSockets = []
        for number in waiting {
            sockets[number]?.isStalled = false
            sockets[number]?.watch()
        }
    }
}
