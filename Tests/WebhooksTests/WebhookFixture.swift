import HTTPServer
import JSON
import SQLStore
import Synchronization
import TestSupport

@testable import Webhooks

/// Webhooks on a database of their own, with a receiver on this machine.
struct WebhookFixture {
    let folder: TemporaryDirectory
    let database: SQLiteDatabase
    let webhooks: WebhookService
    let receiver: Receiver

    init(in existing: TemporaryDirectory? = nil, allowsPrivateReceivers: Bool = true) async throws {
        folder = try existing ?? TemporaryDirectory()
        database = try SQLiteDatabase(path: folder.path + "/martlet.sqlite")
        webhooks = try await WebhookService.open(
            database: database,
            allowsPrivateReceivers: allowsPrivateReceivers
        )
        receiver = try Receiver()
    }

    /// A webhook that wants to hear of new versions.
    func webhook(_ path: String = "/hook", secret: String? = nil) async throws -> Webhook {
        let event = try WebhookEvent(entity: "model_version", action: "created")
        var draft = WebhookDraft(name: "hook", url: receiver.url + path, events: [event])
        draft.secret = secret
        return try await webhooks.create(draft)
    }

    /// Tells of a version, as the registry does.
    func tell(_ version: Int64) async throws {
        let event = try WebhookEvent(entity: "model_version", action: "created")
        let webhooks = webhooks
        try await database.write { try webhooks.enqueue(event, ["version": .int(version)], in: $0) }
    }

    /// How many deliveries wait.
    func waiting() async throws -> Int64 {
        try await database.read { try $0.query("SELECT count(*) FROM webhook_deliveries")[0].int(0) }
    }

    /// Delivers until `isDone` holds.
    func deliver(until isDone: () async throws -> Bool) async throws {
        let backoff = WebhookDeliverer.Backoff(attempts: 4, first: .milliseconds(5), longest: .milliseconds(20))
        let deliverer = WebhookDeliverer(webhooks, backoff: backoff)
        let work = Task { try await deliverer.run() }
        while try await !isDone() { try await Task.sleep(for: .milliseconds(5)) }
        await deliverer.stop()
        try await work.value
    }
}

/// A server that keeps what it is sent and answers as it is told.
final class Receiver: Sendable {
    struct Received: Sendable {
        let path: String
        let headers: HTTPHeaders
        let body: String

        var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
    }

    private let received = Mutex<[Received]>([])
    private let answers = Mutex<[Int]>([])
    private let server: HTTPServer

    /// What came, in order.
    var all: [Received] { received.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(server.boundPort)" }

    init() throws {
        let box = HandlerBox()
        var router = Router()
        for path in ["/hook", "/other", "/moved"] {
            router.on(.post, path) { request in
                let body = String(decoding: try await request.body(), as: UTF8.self)
                let status = box.handle(Received(path: request.path, headers: request.headers, body: body))
                guard path != "/moved" else { return HTTPResponse(status: 302, headers: ["Location": "/other"]) }
                return HTTPResponse(status: status)
            }
        }
        server = HTTPServer(configuration: .init(), router: router)
        try server.start()
        box.set { [weak self] received in self?.take(received) ?? 500 }
    }

    /// Answers the next requests with these statuses, and all later ones with 200.
    func answer(_ statuses: [Int]) {
        answers.withLock { $0 = statuses }
    }

    func stop() async {
        await server.stop()
    }

    private func take(_ received: Received) -> Int {
        self.received.withLock { $0.append(received) }
        return answers.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
    }
}

/// Gives the routes a receiver that is made after them.
private final class HandlerBox: Sendable {
    private let handler = Mutex<(@Sendable (Receiver.Received) -> Int)?>(nil)

    func set(_ handler: @escaping @Sendable (Receiver.Received) -> Int) {
        self.handler.withLock { $0 = handler }
    }

    func handle(_ received: Receiver.Received) -> Int {
        handler.withLock { $0 }?(received) ?? 500
    }
}
