internal import LogStorage

/// A piece of an answer: bytes, or a run of a file that goes to the socket without passing through here.
enum Chunk: Sendable {
    case bytes([UInt8])
    case file(LogFile, position: Int, length: Int)
}

/// Answers of one connection, in the order of its requests.
struct Delivery: Sendable {
    /// The connection.
    let connection: UInt64
    /// The answers' pieces.
    var chunks: [Chunk] = []
    /// How many requests are done with by this, those that get no answer included.
    var requests = 0
    /// Whether the client may send long requests from here on: it has logged in, or need not.
    var isLetIn = false
    /// Whether the connection ends with it: nothing more is answered, and it closes when the client has or some time later.
    var closes = false
}

/// What the owner of the partitions is told, by the sockets' threads as a rule.
enum SocketEvent: Sendable {
    /// A client has connected.
    case opened(UInt64, peer: String, load: AnswerLoad)
    /// A request has come whole.
    case request(UInt64, RequestFrame)
    /// The client is gone.
    case closed(UInt64)
    /// There is no such user any more.
    case userRemoved(String)
}

/// What a socket's thread is told.
enum SocketOrder: Sendable {
    /// Take over an accepted socket.
    case adopt(AcceptedSocket, UInt64)
    /// Send answers.
    case deliver(Delivery)
    /// Close a connection at once.
    case close(UInt64, StaticString)
    /// Send on: the part of a file that was missing is in memory.
    case warmed(UInt64)
    /// Read on: there is room for requests again.
    case readOn
    /// Take no more connections and requests, send what there is, and end.
    case finish
}
