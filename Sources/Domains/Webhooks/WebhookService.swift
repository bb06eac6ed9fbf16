internal import Filters
internal import HTTPClient
package import JSON
internal import Primitives
package import SQLStore
internal import Telemetry

/// Webhooks, and the queue of what is yet to be sent to them.
///
/// Every act is one transaction, durable when it returns. Thread-safe. ``WebhookDeliverer`` empties the queue.
package final class WebhookService: Sendable {
    private static let logger = Logger(label: "webhooks")

    let database: any SQLDatabase
    let sender: WebhookSender
    private let rules: WebhookRules
    private let wakeUp: AsyncStream<Void>.Continuation
    /// Says that something may be due.
    let wakeUps: AsyncStream<Void>

    private init(database: any SQLDatabase, client: HTTPClient, allowsPrivateReceivers: Bool) {
        self.database = database
        sender = WebhookSender(client: client)
        rules = WebhookRules(allowsPrivateReceivers: allowsPrivateReceivers, client: client)
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Brings the tables up to date.
    ///
    /// - Parameters:
    ///   - database: where webhooks and the queue are kept.
    ///   - allowsPrivateReceivers: whether receivers may be reached without TLS and in private networks.
    /// - Returns: the service.
    /// - Throws: `SQLError`.
    package static func open(
        database: any SQLDatabase,
        allowsPrivateReceivers: Bool = false
    ) async throws -> WebhookService {
        try await database.migrate(WebhookSchema.migrations)
        let client = HTTPClient(threads: 4, publicAddressesOnly: !allowsPrivateReceivers)
        return WebhookService(
            database: database,
            client: client,
            allowsPrivateReceivers: allowsPrivateReceivers
        )
    }

    /// Makes a webhook.
    ///
    /// - Throws: `WebhookError` with code `invalidParameter`.
    package func create(_ draft: WebhookDraft) async throws -> Webhook {
        try WebhookRules.check(name: draft.name)
        try WebhookRules.check(description: draft.description, secret: draft.secret)
        try await rules.check(url: draft.url)
        try WebhookRules.check(events: draft.events)
        let now = WallClock.nowMilliseconds()
        let webhook = Webhook(
            id: RandomID.uuid(),
            name: draft.name,
            description: draft.description,
            url: draft.url,
            events: draft.events,
            secret: draft.secret,
            isActive: draft.isActive,
            createdAt: now,
            updatedAt: now
        )
        try await database.write { try WebhookStore(transaction: $0).upsert(webhook) }
        return webhook
    }

    /// A webhook.
    ///
    /// - Throws: `WebhookError` with code `doesNotExist`.
    package func webhook(_ id: String) async throws -> Webhook {
        try await database.read { try WebhookStore(transaction: $0).require(id) }
    }

    /// One page of the webhooks, the newest first.
    ///
    /// - Throws: `WebhookError` with code `invalidParameter` for a token that is none.
    package func list(limit: Int, pageToken: String?) async throws -> WebhookPage {
        let offset: Int
        do {
            offset = try PageToken(parsing: pageToken)?.offset ?? 0
        } catch {
            throw WebhookError.invalid(error.message)
        }
        let found = try await database.read { try WebhookStore(transaction: $0).list(limit: limit + 1, offset: offset) }
        let next = found.count > limit ? PageToken(offset: offset + limit).text : nil
        return WebhookPage(items: Array(found.prefix(limit)), next: next)
    }

    /// Changes a webhook.
    ///
    /// - Throws: `WebhookError` (`invalidParameter`, `doesNotExist`).
    package func update(_ id: String, _ change: WebhookChange) async throws -> Webhook {
        if let name = change.name { try WebhookRules.check(name: name) }
        try WebhookRules.check(description: change.description, secret: change.secret)
        if let url = change.url { try await rules.check(url: url) }
        if let events = change.events { try WebhookRules.check(events: events) }
        return try await database.write { transaction in
            let store = WebhookStore(transaction: transaction)
            var webhook = try store.require(id)
            webhook.name = change.name ?? webhook.name
            webhook.description = change.description ?? webhook.description
            webhook.url = change.url ?? webhook.url
            webhook.events = change.events ?? webhook.events
            if let secret = change.secret { webhook.secret = secret.isEmpty ? nil : secret }
            webhook.isActive = change.isActive ?? webhook.isActive
            webhook.updatedAt = max(WallClock.nowMilliseconds(), webhook.updatedAt + 1)
            try store.upsert(webhook)
            return webhook
        }
    }

    /// Removes a webhook and what is yet to be sent to it.
    ///
    /// - Throws: `WebhookError` with code `doesNotExist`.
    package func delete(_ id: String) async throws {
        try await database.write { transaction in
            let store = WebhookStore(transaction: transaction)
            _ = try store.require(id)
            try store.delete(id)
        }
    }

    /// Sends an example of an event to a webhook, once and now, and says what came of it.
    ///
    /// - Parameters:
    ///   - id: the webhook.
    ///   - event: what to send an example of; the first that the webhook wants to hear of when it is nil.
    /// - Returns: what the receiver answered.
    /// - Throws: `WebhookError` with code `doesNotExist`.
    package func test(_ id: String, _ event: WebhookEvent?) async throws -> WebhookTrial {
        let webhook = try await self.webhook(id)
        guard let event = event ?? webhook.events.first else {
            throw WebhookError.invalid("There is no event to send.")
        }
        let body = WebhookBody.text(event, WebhookBody.example(of: event), at: WallClock.nowMilliseconds())
        return await sender.trial(body, delivery: RandomID.uuid(), to: webhook)
    }

    /// Puts an event into the queue of every active webhook that wants to hear of it.
    ///
    /// Belongs to the transaction of the change that it tells of: both are durable, or neither is.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - data: what is told of it.
    ///   - transaction: the transaction of the change.
    /// - Throws: `SQLError`.
    package func enqueue(_ event: WebhookEvent, _ data: JSONValue, in transaction: any SQLTransaction) throws {
        let subscribers = try WebhookStore(transaction: transaction).subscribers(to: event)
        guard !subscribers.isEmpty else { return }
        let now = WallClock.nowMilliseconds()
        let body = WebhookBody.text(event, data, at: now)
        let queue = DeliveryStore(transaction: transaction)
        for webhook in subscribers where try !queue.add(body, event, to: webhook, at: now) {
            Self.logger.warning(
                "An event was dropped: too many wait for this webhook",
                ["webhook": webhook, "event": event.description]
            )
        }
        wakeUp.yield()
    }

    /// Says that something may be due.
    func wake() {
        wakeUp.yield()
    }

    /// Ends the wake-ups.
    func endWakeUps() {
        wakeUp.finish()
    }
}
