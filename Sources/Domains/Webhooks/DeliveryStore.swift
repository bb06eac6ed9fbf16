internal import Primitives
internal import SQLStore

/// Something that is yet to be sent to a webhook.
struct WebhookDelivery: Sendable, Equatable {
    /// Its identifier, the same at every attempt.
    let id: String
    /// The webhook that it is for.
    let webhook: String
    /// What it tells of.
    let event: String
    /// What is sent.
    let body: String
    /// How often it was tried.
    let attempts: Int64
}

/// The queue of deliveries inside one transaction.
struct DeliveryStore {
    /// How many deliveries may wait for one webhook; later ones are dropped.
    static let queueLimit: Int64 = 10_000

    let transaction: any SQLTransaction

    /// Adds a delivery; false when too many wait for the webhook.
    func add(_ body: String, _ event: WebhookEvent, to webhook: String, at now: Int64) throws -> Bool {
        let waiting = try transaction.first(Statements.count, [.text(webhook)])
        guard try (waiting?.int(0) ?? 0) < Self.queueLimit else { return false }
        try transaction.execute(
            Statements.insert,
            [
                .text(RandomID.uuid()), .text(webhook), .int((try waiting?.optionalInt(1) ?? 0) + 1),
                .text(event.description), .text(body), .int(now),
            ]
        )
        return true
    }

    /// The oldest delivery that is due for each webhook.
    func due(at now: Int64) throws -> [WebhookDelivery] {
        try transaction.query(Statements.selectWebhooks, [.int(now)]).compactMap { row in
            try transaction.first(Statements.selectDue, [.text(row.text(0)), .int(now)]).map { row in
                WebhookDelivery(
                    id: try row.text(0),
                    webhook: try row.text(1),
                    event: try row.text(2),
                    body: try row.text(3),
                    attempts: try row.int(4)
                )
            }
        }
    }

    /// Puts a delivery off after an attempt that failed.
    func postpone(_ delivery: WebhookDelivery, until time: Int64) throws {
        try transaction.execute(
            "UPDATE webhook_deliveries SET attempts = ?, due_at = ? WHERE delivery_id = ?",
            [.int(delivery.attempts + 1), .int(time), .text(delivery.id)]
        )
    }

    /// Removes a delivery: it arrived, or was given up.
    func remove(_ delivery: WebhookDelivery) throws {
        try transaction.execute("DELETE FROM webhook_deliveries WHERE delivery_id = ?", [.text(delivery.id)])
    }

    private enum Statements {
        static let count = "SELECT count(*), max(position) FROM webhook_deliveries WHERE webhook = ?"
        static let insert = """
            INSERT INTO webhook_deliveries (delivery_id, webhook, position, event, body, attempts, due_at)
            VALUES (?, ?, ?, ?, ?, 0, ?)
            """
        static let selectWebhooks = "SELECT DISTINCT webhook FROM webhook_deliveries WHERE due_at <= ?"
        static let selectDue = """
            SELECT delivery_id, webhook, event, body, attempts FROM webhook_deliveries
            WHERE webhook = ? AND due_at <= ? ORDER BY due_at, position LIMIT 1
            """
    }
}
