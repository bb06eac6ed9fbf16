internal import SQLStore

/// Webhooks inside one transaction.
struct WebhookStore {
    let transaction: any SQLTransaction

    /// Adds a webhook, or replaces the one with its identifier.
    func upsert(_ webhook: Webhook) throws {
        try transaction.execute(
            Statements.upsert,
            [
                .text(webhook.id), .text(webhook.name), SQLValue(webhook.description), .text(webhook.url),
                SQLValue(webhook.secret), SQLValue(webhook.isActive), .int(webhook.createdAt),
                .int(webhook.updatedAt),
            ]
        )
        try transaction.execute("DELETE FROM webhook_events WHERE webhook = ?", [.text(webhook.id)])
        try transaction.execute(
            "INSERT INTO webhook_events (webhook, position, event) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            rows: webhook.events.enumerated().map { index, event in
                [.text(webhook.id), .int(Int64(index)), .text(event.description)]
            }
        )
    }

    /// A webhook, or the error that says that there is none.
    func require(_ id: String) throws -> Webhook {
        guard let row = try transaction.first(Statements.select + " WHERE webhook_id = ?", [.text(id)]) else {
            throw WebhookError.noWebhook(id)
        }
        return try webhook(row)
    }

    /// Webhooks, the newest first.
    func list(limit: Int, offset: Int) throws -> [Webhook] {
        let sql = Statements.select + " ORDER BY created_at DESC, webhook_id LIMIT ? OFFSET ?"
        return try transaction.query(sql, [.int(Int64(limit)), .int(Int64(offset))]).map(webhook)
    }

    /// The identifiers of the active webhooks that want to hear of an event.
    func subscribers(to event: WebhookEvent) throws -> [String] {
        try transaction.query(Statements.selectSubscribers, [.text(event.description)]).map { try $0.text(0) }
    }

    /// Removes a webhook and what is yet to be sent to it.
    func delete(_ id: String) throws {
        for table in ["webhook_deliveries", "webhook_events"] {
            try transaction.execute("DELETE FROM \(table) WHERE webhook = ?", [.text(id)])
        }
        try transaction.execute("DELETE FROM webhooks WHERE webhook_id = ?", [.text(id)])
    }

    private func webhook(_ row: SQLRow) throws -> Webhook {
        let id = try row.text(0)
        let events = try transaction.query(
            "SELECT event FROM webhook_events WHERE webhook = ? ORDER BY position",
            [.text(id)]
        )
        return Webhook(
            id: id,
            name: try row.text(1),
            description: try row.optionalText(2),
            url: try row.text(3),
            events: try events.map { try WebhookEvent(parsing: $0.text(0)) },
            secret: try row.optionalText(4),
            isActive: try row.bool(5),
            createdAt: try row.int(6),
            updatedAt: try row.int(7)
        )
    }

    private enum Statements {
        static let select = """
            SELECT webhook_id, name, description, url, secret, is_active, created_at, updated_at FROM webhooks
            """
        static let upsert = """
            INSERT INTO webhooks (webhook_id, name, description, url, secret, is_active, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (webhook_id) DO UPDATE SET name = excluded.name, description = excluded.description,
                url = excluded.url, secret = excluded.secret, is_active = excluded.is_active,
                updated_at = excluded.updated_at
            """
        static let selectSubscribers = """
            SELECT w.webhook_id FROM webhooks w JOIN webhook_events e ON e.webhook = w.webhook_id
            WHERE e.event = ? AND w.is_active = 1 ORDER BY w.webhook_id
            """
    }
}
