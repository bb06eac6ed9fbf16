internal import KafkaWire

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
        connection?.replyIsReady(with: chunks)
    }

    /// Whether the answer is there.
    var isReady: Bool { chunks != nil }
}

/// One client as the broker knows it: who it is, and which answers it waits for, in the order of its requests.
///
/// Belongs to the loop's thread. Its socket is elsewhere (``Socket``) and gets the answers at the end of each turn.
final class Connection {
    /// Its number; the socket's thread knows it by the same.
    let number: UInt64
    /// Where it comes from.
    let peer: String
    /// Whether the client runs on this machine.
    var isFromThisMachine: Bool { peer.hasPrefix("/127.") || peer == "/::1" || peer.hasPrefix("/::ffff:127.") }
    /// What the client calls itself, for messages.
    var clientID = ""
    /// What has been authenticated.
    var authentication: Authentication

    /// What of its answers is in memory.
    let load: AnswerLoad

    private unowned let loop: BrokerLoop
    private var replies: [Reply] = []
    private var firstReply = 0
    private var doneWithout = 0
    private var isListed = false
    private(set) var isOpen = true
    /// Close when everything is sent.
    private var closesWhenSent = false

    init(number: UInt64, peer: String, load: AnswerLoad, loop: BrokerLoop, authentication: Authentication) {
        self.number = number
        self.peer = peer
        self.load = load
        self.loop = loop
        self.authentication = authentication
    }

    /// Whether requests are still answered.
    var takesRequests: Bool { isOpen && !closesWhenSent }

    /// How many answers are expected.
    var expectedReplies: Int { replies.count - firstReply }

    /// Opens a place for the answer to a request.
    func expectReply(_ header: RequestHeader, now: Int64) -> Reply {
        let reply = Reply(header: header, arrival: now, connection: self)
        replies.append(reply)
        return reply
    }

    /// Notes that a request was worked on that gets no answer.
    func isDoneWithoutReply() {
        doneWithout += 1
        list()
    }

    fileprivate func replyIsReady(with chunks: [Chunk]) {
        guard isOpen else { return }
        for case .bytes(let bytes) in chunks { load.add(bytes.count) }
        list()
    }

    private func list() {
        guard isOpen, !isListed else { return }
        isListed = true
        loop.hasAnswers(self)
    }

    /// Takes the answers that are ready and whose turn it is; nil when there are none.
    func takeDelivery() -> Delivery? {
        isListed = false
        guard isOpen else { return nil }
        var delivery = Delivery(connection: number, requests: doneWithout)
        doneWithout = 0
        while firstReply < replies.count, let chunks = replies[firstReply].chunks {
            loop.answered(replies[firstReply])
            firstReply += 1
            delivery.requests += 1
            delivery.chunks += chunks
        }
        forgetTaken()
        delivery.isLetIn = authentication.isSettled
        delivery.closes = closesWhenSent && replies.isEmpty
        return delivery.requests > 0 || delivery.closes ? delivery : nil
    }

    private func forgetTaken() {
        if firstReply == replies.count {
            // An idle connection keeps nothing.
            replies.removeAll(keepingCapacity: replies.count > 8)
            firstReply = 0
        } else if firstReply > 256 {
            replies.removeFirst(firstReply)
            firstReply = 0
        }
    }

    /// Sends what is ready, hears nothing any more, and closes when the client does or some time later.
    func closeWhenSent() {
        closesWhenSent = true
        list()
    }

    /// Closes at once.
    func shut(_ reason: StaticString) {
        guard isOpen else { return }
        isGone()
        loop.close(self, reason)
    }

    /// Notes that the socket is closed.
    func isGone() {
        isOpen = false
        replies = []
        firstReply = 0
    }
}
