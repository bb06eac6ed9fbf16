import JSON
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(10))) struct EventHubTests {
    /// Opens a stream and returns what it writes, as long as the task lives.
    private func open(
        _ hub: EventHub,
        topics: String = "loop",
        lastSeen: String? = nil
    ) throws -> (
        HTTPBodyWriter, Task<Void, any Error>
    ) {
        var headers: HTTPHeaders = [:]
        headers["Last-Event-ID"] = lastSeen
        let target = "/events?topics=\(topics)"
        let request = try #require(HTTPRequest(method: .get, target: target, headers: headers))
        let response = try hub.stream(for: request)
        guard case .stream(_, let write) = response.body else { throw HTTPError(status: 500, message: "no stream") }
        let writer = HTTPBodyWriter()
        return (writer, Task { try await write(writer) })
    }

    private func read(_ writer: HTTPBodyWriter, until text: String) async throws -> String {
        var all = ""
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !all.contains(text) {
            let pull = buffer.withUnsafeMutableBytes { writer.pull(into: $0, suspend: {}, resume: {}) }
            if case .bytes(let count) = pull {
                all += String(decoding: buffer[..<count], as: UTF8.self)
            } else {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        return all
    }

    @Test func `a client hears of its topics and of no others`() async throws {
        let hub = EventHub()
        let (writer, task) = try open(hub, topics: "loop,topics")
        _ = try await read(writer, until: "connected")
        try await Task.sleep(for: .milliseconds(20))
        hub.publish(topic: "other", 1)
        hub.publish(topic: "loop", ["state": "running"])
        let text = try await read(writer, until: "\"running\"}\n\n")
        #expect(text.contains("event: loop\ndata: {\"state\":\"running\"}\n\n"))
        #expect(!text.contains("event: other"))
        task.cancel()
    }

    @Test func `a client that was away gets what it missed`() async throws {
        let hub = EventHub()
        let (first, task) = try open(hub)
        _ = try await read(first, until: "connected")
        try await Task.sleep(for: .milliseconds(20))
        hub.publish(topic: "loop", 1)
        let text = try await read(first, until: "data: 1\n\n")
        let id = try #require(text.split(separator: "\n").first { $0.hasPrefix("id: ") }?.dropFirst(4))
        task.cancel()
        hub.publish(topic: "loop", 2)
        let (second, again) = try open(hub, lastSeen: String(id))
        let missed = try await read(second, until: "data: 2\n\n")
        #expect(!missed.contains("data: 1"))
        #expect(!missed.contains("reset"))
        again.cancel()
    }

    @Test(arguments: ["other-5", "nonsense", "-"])
    func `an id that is not known any more asks for a reset`(id: String) async throws {
        let (writer, task) = try open(EventHub(), lastSeen: id)
        _ = try await read(writer, until: "event: reset")
        task.cancel()
    }

    @Test func `a slow client loses events and is told how many`() async throws {
        let hub = EventHub()
        let (writer, task) = try open(hub)
        _ = try await read(writer, until: "connected")
        try await Task.sleep(for: .milliseconds(20))
        let large = JSONValue.string(String(repeating: "x", count: 100_000))
        for _ in 0..<10 { hub.publish(topic: "loop", large) }
        _ = try await read(writer, until: "-3\nevent")
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        _ = buffer.withUnsafeMutableBytes { writer.pull(into: $0, suspend: {}, resume: {}) }
        hub.publish(topic: "loop", "after")
        let text = try await read(writer, until: "\"after\"")
        #expect(text.contains("event: dropped\ndata: {\"dropped\":"))
        task.cancel()
    }

    @Test func `a request for too many topics is refused`() throws {
        let names = (0..<101).map(String.init).joined(separator: ",")
        let request = try #require(HTTPRequest(method: .get, target: "/events?topics=\(names)"))
        #expect(throws: HTTPError.self) { try EventHub().stream(for: request) }
    }
}
