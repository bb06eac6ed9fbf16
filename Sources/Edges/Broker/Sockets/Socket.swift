internal import CPlatform
internal import Glibc
internal import LogStorage

/// One client's socket: requests in, answers out in the order in which they are given.
///
/// Belongs to its loop's thread. Memory: nothing while idle; a request that has begun to come; answers that wait for room
/// in the kernel's buffer, bounded by reading no further requests meanwhile.
final class Socket {
    private static let mostUnanswered = 4_096
    private static let mostBytesWaiting = 4 << 20
    private static let coalescedBytes = 64 << 10
    /// Runs of files up to here are copied: one call to the socket costs less than two.
    private static let copiedBytes = 32 << 10
    /// What one socket may send in a turn before the others have theirs.
    private static let bytesPerTurn = 1 << 20

    /// What of its answers is in memory.
    let load = AnswerLoad()
    /// The connection's number.
    let number: UInt64
    /// When it was last heard of.
    var lastActivity: Int64
    /// A request that has begun to come.
    var unfinished: RequestFrame?
    /// Whether it is listed to be watched again when there is room for requests.
    var isStalled = false
    /// Requests handed over and not done with.
    var unanswered = 0
    /// The longest request that is taken; who has not been let in yet has no long ones.
    private(set) var longestRequest: Int
    private(set) var isOpen = true

    /// Whether it only waits for the client to close.
    private(set) var isLingering = false

    private let accepted: AcceptedSocket
    private unowned let loop: SocketLoop
    private var outgoing: [Chunk] = []
    private var firstOutgoing = 0
    private var sentOfFirst = 0
    /// Whether the next part of a file is being read into memory.
    private var isWarming = false
    /// How far the first piece was read into memory for sending.
    private var warmTo = 0
    private var closesWhenSent = false
    private var watched = UInt32(MARTLET_READABLE)

    init(_ accepted: AcceptedSocket, number: UInt64, loop: SocketLoop, now: Int64) {
        self.accepted = accepted
        self.number = number
        self.loop = loop
        lastActivity = now
        let limits = loop.surroundings.limits
        longestRequest = loop.surroundings.requiresLogin ? limits.loginRequestBytes : limits.requestBytes
    }

    /// Its descriptor.
    var descriptor: Int32 { accepted.descriptor }

    /// Whether more requests may be read now, as far as this client goes.
    var wantsRequests: Bool {
        isOpen && !closesWhenSent && unanswered < Self.mostUnanswered && load.bytes < Self.mostBytesWaiting
    }

    /// Whether answers wait for room.
    var hasOutgoing: Bool { firstOutgoing < outgoing.count }

    /// Takes answers and sends what goes at once.
    func take(_ delivery: Delivery) {
        unanswered -= delivery.requests
        if delivery.isLetIn { longestRequest = loop.surroundings.limits.requestBytes }
        closesWhenSent = closesWhenSent || delivery.closes
        for chunk in delivery.chunks where isOpen { queue(chunk) }
        send()
    }

    /// Moves answers to the socket, as far as it takes them and its share of the turn goes.
    func send() {
        var share = Self.bytesPerTurn
        while isOpen, hasOutgoing, !isWarming, share > 0 {
            guard let sent = sendFirst(atMost: share) else { break }
            share -= sent
        }
        guard isOpen else { return }
        if !hasOutgoing {
            outgoing.removeAll(keepingCapacity: false)
            firstOutgoing = 0
            if closesWhenSent { linger() }
        }
        watch()
    }

    /// Leaves the client the time to read what it was told: some lose an answer that comes with the end.
    private func linger() {
        guard !isLingering else { return }
        isLingering = true
        unfinished = nil
        loop.lingers(self)
    }

    /// Sends on: what was missing is in memory.
    func isWarmed() {
        isWarming = false
        send()
    }

    /// Closes at once.
    func shut(_ reason: StaticString) {
        guard isOpen else { return }
        isOpen = false
        outgoing = []
        firstOutgoing = 0
        unfinished = nil
        loop.forget(self, reason)
    }

    private func queue(_ chunk: Chunk) {
        switch chunk {
        case .bytes(let bytes): queue(bytes)
        case .file(let file, let position, let length)
        where length <= Self.copiedBytes && load.bytes < Self.mostBytesWaiting
            && FileWarmer.isWarm(file, at: position, length):
            let copied = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position)) ?? 0
            }
            guard copied.count == length else { return shut("connection closed: records could not be read") }
            load.add(length)
            queue(copied)
        case .file: outgoing.append(chunk)
        }
    }

    private func queue(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let lastIsUntouched = outgoing.count - firstOutgoing > (sentOfFirst == 0 ? 0 : 1)
        if lastIsUntouched, case .bytes(var last) = outgoing[outgoing.count - 1],
            last.count + bytes.count <= Self.coalescedBytes
        {
            outgoing.removeLast()
            last.append(contentsOf: bytes)
            outgoing.append(.bytes(last))
        } else {
            outgoing.append(.bytes(bytes))
        }
    }

    /// Sends from the first piece and returns how much; nil when the socket takes no more.
    private func sendFirst(atMost share: Int) -> Int? {
        let total: Int
        let count: Int
        switch outgoing[firstOutgoing] {
        case .bytes(let bytes):
            total = bytes.count
            let more = firstOutgoing + 1 < outgoing.count ? Int32(MSG_MORE) : 0
            count = bytes.withUnsafeBytes { raw in
                Glibc.send(
                    descriptor,
                    raw.baseAddress?.advanced(by: sentOfFirst),
                    total - sentOfFirst,
                    Int32(MSG_NOSIGNAL) | more
                )
            }
            if count > 0 { load.sent(count) }
        case .file(let file, let position, let length):
            total = length
            let part = min(total - sentOfFirst, share)
            guard isReady(file, at: position, part) else { return nil }
            count = martlet_sendfile(descriptor, file.descriptor, Int64(position + sentOfFirst), part)
        }
        return advance(count, of: total)
    }

    /// Whether a part of the first piece can be sent without waiting for the disk; else it is being read.
    private func isReady(_ file: LogFile, at position: Int, _ part: Int) -> Bool {
        guard warmTo < sentOfFirst + part, !FileWarmer.isWarm(file, at: position + sentOfFirst, part) else {
            return true
        }
        isWarming = true
        warmTo = sentOfFirst + part
        loop.warm(self, file, at: position + sentOfFirst, part)
        return false
    }

    private func advance(_ count: Int, of total: Int) -> Int? {
        if count < 0 {
            if errno == EINTR { return 0 }
            if errno != EAGAIN && errno != EWOULDBLOCK { shut("sending failed") }
            return nil
        }
        guard count > 0 || total == sentOfFirst else {
            shut("a file ended before its answer")
            return nil
        }
        sentOfFirst += count
        if sentOfFirst == total {
            outgoing[firstOutgoing] = .bytes([])
            firstOutgoing += 1
            sentOfFirst = 0
            warmTo = 0
        }
        return count
    }

    /// Watches for what is needed next: requests while there is room, and room while something waits.
    func watch() {
        guard isOpen else { return }
        var events: UInt32 = isLingering ? UInt32(MARTLET_READABLE) : 0
        if wantsRequests {
            if loop.isStalled { loop.stalled(self) } else { events = UInt32(MARTLET_READABLE) }
        }
        if hasOutgoing, !isWarming { events |= UInt32(MARTLET_WRITABLE) }
        guard events != watched else { return }
        watched = events
        loop.change(self, events: events)
    }
}
