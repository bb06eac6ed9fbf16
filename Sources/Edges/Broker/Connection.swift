internal import CPlatform
internal import Glibc
internal import KafkaWire
internal import LogStorage

/// A piece of an answer: bytes, or a run of a file that goes to the socket without passing through here.
enum Chunk {
    case bytes([UInt8])
    case file(LogFile, position: Int, length: Int)
}

/// The place of one answer in a connection's order; filled at once or later.
final class Reply {
    /// The request's header.
    let header: RequestHeader
    /// When the request came, on the monotonic clock.
    let arrival: Int64
    /// Whose answer it is; nil when the connection is gone.
    private(set) weak var connection: Connection?
    fileprivate var chunks: [Chunk]?

    init(header: RequestHeader, arrival: Int64, connection: Connection) {
        self.header = header
        self.arrival = arrival
        self.connection = connection
    }

    /// Fills the place with a response.
    func send(_ response: some WireResponse) {
        var writer = header.responseWriter()
        response.encode(into: &writer)
        send(frame: writer)
    }

    /// Fills the place with a finished response; `extra` bytes follow in further chunks.
    func send(frame writer: WireWriter) {
        var writer = writer
        writer.patchInt32(Int32(writer.bytes.count - 4), at: 0)
        send(chunks: [.bytes(writer.bytes)])
    }

    /// Fills the place.
    func send(chunks: [Chunk]) {
        precondition(self.chunks == nil, "a request is answered once")
        self.chunks = chunks
        connection?.replyIsReady()
    }

    /// Whether the answer is there.
    var isReady: Bool { chunks != nil }
}

/// One client's connection: frames in, answers out in the order of the requests.
///
/// Belongs to the loop's thread. Memory: nothing while idle; a frame that has begun to come; answers that wait for room
/// in the socket, bounded by pausing the reading.
final class Connection {
    private static let mostReplies = 4_096
    private static let mostBytesWaiting = 4 << 20
    private static let coalescedBytes = 64 << 10

    /// The socket.
    let descriptor: Int32
    /// Its number for the loop.
    let number: UInt64
    /// Where it comes from.
    let peer: String
    /// Whether the client runs on this machine.
    var isFromThisMachine: Bool { peer.hasPrefix("/127.") || peer == "/::1" || peer.hasPrefix("/::ffff:127.") }
    /// What the client calls itself, for messages.
    var clientID = ""
    /// What has been authenticated.
    var authentication: Authentication
    /// When it was last heard of.
    var lastActivity: Int64

    /// A frame that has begun to come.
    var unfinished: FrameBuffer?

    private unowned let loop: BrokerLoop
    private var replies: [Reply] = []
    private var firstReply = 0
    private var outgoing: [Chunk] = []
    private var firstOutgoing = 0
    private var sentOfFirst = 0
    private var bytesWaiting = 0
    private var isListed = false
    private var watched = UInt32(MARTLET_READABLE)
    private(set) var isOpen = true
    /// Close when everything is sent.
    private var closesWhenSent = false

    init(descriptor: Int32, number: UInt64, loop: BrokerLoop, authentication: Authentication, now: Int64) {
        self.descriptor = descriptor
        self.number = number
        self.loop = loop
        self.authentication = authentication
        peer = Listener.peerName(of: descriptor)
        lastActivity = now
    }

    deinit { close(descriptor) }

    /// Whether more requests may be read now.
    var wantsRequests: Bool {
        isOpen && !closesWhenSent && replies.count - firstReply < Self.mostReplies
            && bytesWaiting < Self.mostBytesWaiting
    }

    /// Opens a place for the answer to a request.
    func expectReply(_ header: RequestHeader, now: Int64) -> Reply {
        let reply = Reply(header: header, arrival: now, connection: self)
        replies.append(reply)
        return reply
    }

    fileprivate func replyIsReady() {
        guard isOpen, !isListed else { return }
        isListed = true
        loop.hasAnswers(self)
    }

    /// Moves ready answers to the socket, as far as it takes them.
    func send() {
        isListed = false
        guard isOpen else { return }
        gather()
        while isOpen, firstOutgoing < outgoing.count, sendFirst() {}
        if firstOutgoing == outgoing.count {
            outgoing.removeAll(keepingCapacity: false)
            firstOutgoing = 0
            if closesWhenSent && firstReply == replies.count { return shut("closed after an error") }
        }
        watch()
    }

    /// Sends what is ready and then closes.
    func closeWhenSent() {
        closesWhenSent = true
        replyIsReady()
    }

    /// Closes at once.
    func shut(_ reason: StaticString) {
        guard isOpen else { return }
        isOpen = false
        replies = []
        outgoing = []
        firstReply = 0
        firstOutgoing = 0
        loop.forget(self, reason)
    }

    private func gather() {
        while firstReply < replies.count, let chunks = replies[firstReply].chunks {
            loop.answered(replies[firstReply])
            firstReply += 1
            for chunk in chunks { queue(chunk) }
        }
        if firstReply == replies.count {
            replies.removeAll(keepingCapacity: true)
            firstReply = 0
        } else if firstReply > 256 {
            replies.removeFirst(firstReply)
            firstReply = 0
        }
    }

    private func queue(_ chunk: Chunk) {
        guard case .bytes(let bytes) = chunk else { return outgoing.append(chunk) }
        guard !bytes.isEmpty else { return }
        bytesWaiting += bytes.count
        if outgoing.count - firstOutgoing > 1 || (sentOfFirst == 0 && outgoing.count > firstOutgoing),
            case .bytes(var last) = outgoing[outgoing.count - 1], last.count + bytes.count <= Self.coalescedBytes
        {
            outgoing.removeLast()
            last.append(contentsOf: bytes)
            outgoing.append(.bytes(last))
        } else {
            outgoing.append(chunk)
        }
    }

    /// Sends from the first piece; false when the socket takes no more.
    private func sendFirst() -> Bool {
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
            if count > 0 { bytesWaiting -= count }
        case .file(let file, let position, let length):
            total = length
            count = martlet_sendfile(
                descriptor,
                file.descriptor,
                Int64(position + sentOfFirst),
                total - sentOfFirst
            )
        }
        return advance(count, of: total)
    }

    private func advance(_ count: Int, of total: Int) -> Bool {
        if count < 0 {
            if errno == EAGAIN || errno == EWOULDBLOCK { return false }
            if errno == EINTR { return true }
            shut("sending failed")
            return false
        }
        guard count > 0 || total == sentOfFirst else {
            shut("a file ended before its answer")
            return false
        }
        sentOfFirst += count
        if sentOfFirst == total {
            outgoing[firstOutgoing] = .bytes([])
            firstOutgoing += 1
            sentOfFirst = 0
        }
        return true
    }

    /// Watches for what is needed next: requests while there is room, and room while something waits.
    func watch() {
        guard isOpen else { return }
        var events: UInt32 = wantsRequests ? UInt32(MARTLET_READABLE) : 0
        if firstOutgoing < outgoing.count { events |= UInt32(MARTLET_WRITABLE) }
        guard events != watched else { return }
        watched = events
        loop.change(self, events: events)
    }
}

/// The bytes of one frame that comes in pieces; grows with what has come, not with what is claimed.
final class FrameBuffer {
    private static let firstCapacity = 64 << 10

    /// The frame's bytes with its length field.
    let total: Int
    /// How many have come.
    private(set) var count = 0
    private(set) var capacity: Int
    private var bytes: UnsafeMutableRawPointer

    init(total: Int, first: UnsafeRawBufferPointer) {
        precondition(first.count <= total, "a frame begins with no more than itself")
        self.total = total
        capacity = min(total, max(Self.firstCapacity, first.count * 4))
        bytes = .allocate(byteCount: capacity, alignment: 16)
        if let base = first.baseAddress { bytes.copyMemory(from: base, byteCount: first.count) }
        count = first.count
    }

    deinit { bytes.deallocate() }

    /// Whether all has come.
    var isComplete: Bool { count == total }

    /// The whole frame without its length field.
    var frame: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: bytes + 4, count: total - 4)
    }

    /// How much larger the buffer must get for more to fit; 0 when there is room.
    var growth: Int { count < capacity ? 0 : min(total, capacity * 4) - capacity }

    /// Makes the room that ``growth`` says.
    func grow() {
        let larger = capacity + growth
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        moved.copyMemory(from: bytes, byteCount: count)
        bytes.deallocate()
        bytes = moved
        capacity = larger
    }

    /// Where the next bytes go.
    var room: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: bytes + count, count: capacity - count)
    }

    /// Notes that bytes were put into ``room``.
    func added(_ more: Int) { count += more }
}
