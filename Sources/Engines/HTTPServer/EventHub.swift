package import JSON
internal import Primitives
internal import Synchronization
internal import Telemetry

/// Server-sent events by topic: the newest 1,000 are kept, so that a client that was away gets what it missed.
///
/// An event goes to each client that has room for it; one that is slow loses events and is told how many. Thread-safe,
/// and never waits.
package final class EventHub: Sendable {
    private struct Event {
        let number: Int
        let topic: String
        let bytes: [UInt8]
    }

    private struct Client {
        /// What it listens to; everything where this is empty.
        let topics: Set<String>
        let writer: HTTPBodyWriter
        var dropped = 0
    }

    private struct State {
        var ring: [Event] = []
        var last = 0
        var clients: [Int: Client] = [:]
        var nextClient = 0
    }

    private static let ringLimit = 1_000
    private static let heartbeat = Duration.seconds(15)
    private static let clientLimit = 2_000

    /// Tells ids of this process from those of an earlier one.
    private let epoch = RandomID.hex(bytes: 4)
    private let state = Mutex(State())
    private let clientsGauge = MetricsRegistry.shared.gauge("events_clients", help: "Open event streams.")

    /// A hub without clients.
    package init() {}

    /// Sends an event to all who listen to `topic`; its `event:` field is the topic.
    package func publish(topic: String, _ data: JSONValue) {
        state.withLock { state in
            state.last += 1
            let head = "id: \(epoch)-\(state.last)\nevent: \(topic)\ndata: "
            let event = Event(number: state.last, topic: topic, bytes: Array(head.utf8) + data.serialized() + [10, 10])
            state.ring.append(event)
            if state.ring.count > 2 * EventHub.ringLimit { state.ring.removeFirst(EventHub.ringLimit) }
            for id in state.clients.keys { EventHub.send(event, to: &state.clients[id]) }
        }
    }

    /// The stream for a request with `?topics=a,b`, or of all topics without; resumes behind `Last-Event-ID` where that is still known.
    package func stream(for request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        let names = (request.query.first("topics") ?? "").split(separator: ",").map(String.init)
        guard names.count <= 100 else {
            throw HTTPError(status: 400, message: "topics must name at most 100 topics, separated by commas")
        }
        guard state.withLock({ $0.clients.count }) < EventHub.clientLimit else {
            throw HTTPError(status: 503, message: "too many event streams are open; close some")
        }
        let lastSeen = request.headers["Last-Event-ID"]
        let body = HTTPResponse.Body.stream(contentLength: nil) { writer in
            try await self.serve(writer, topics: Set(names), lastSeen: lastSeen)
        }
        let headers: HTTPHeaders = ["Content-Type": "text/event-stream", "Cache-Control": "no-store"]
        return HTTPResponse(headers: headers, body: body)
    }

    private func serve(_ writer: HTTPBodyWriter, topics: Set<String>, lastSeen: String?) async throws {
        try await writer.write(Array(": connected\nretry: 1000\n\n".utf8))
        let id = attach(writer, topics: topics, lastSeen: lastSeen)
        defer { detach(id) }
        while true {
            try await Task.sleep(for: EventHub.heartbeat)
            try await writer.write(Array(": heartbeat\n\n".utf8))
        }
    }

    private func attach(_ writer: HTTPBodyWriter, topics: Set<String>, lastSeen: String?) -> Int {
        state.withLock { state -> Int in
            state.nextClient += 1
            let id = state.nextClient
            state.clients[id] = Client(topics: topics, writer: writer)
            clientsGauge.set(Double(state.clients.count))
            guard let lastSeen else { return id }
            guard let events = missed(since: lastSeen, in: state) else {
                _ = writer.offer(Array("event: reset\ndata: {}\n\n".utf8))
                return id
            }
            for event in events { EventHub.send(event, to: &state.clients[id]) }
            return id
        }
    }

    private func detach(_ id: Int) {
        state.withLock {
            $0.clients[id] = nil
            clientsGauge.set(Double($0.clients.count))
        }
    }

    /// What came after an id; nil where that is not known any more.
    private func missed(since id: String, in state: State) -> [Event]? {
        let parts = id.split(separator: "-")
        guard parts.count == 2, parts[0] == epoch, let number = Int(parts[1]), number <= state.last else { return nil }
        if number == state.last { return [] }
        guard let oldest = state.ring.first?.number, oldest <= number + 1 else { return nil }
        return state.ring.filter { $0.number > number }
    }

    private static func send(_ event: Event, to client: inout Client?) {
        guard let topics = client?.topics, topics.isEmpty || topics.contains(event.topic), let writer = client?.writer
        else { return }
        let dropped = client?.dropped ?? 0
        let notice = dropped == 0 ? [] : Array("event: dropped\ndata: {\"dropped\":\(dropped)}\n\n".utf8)
        client?.dropped = writer.offer(notice + event.bytes) ? 0 : dropped + 1
    }
}
