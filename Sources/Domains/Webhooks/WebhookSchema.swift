package import SQLStore

/// The tables of webhooks.
package enum WebhookSchema {
    /// The changes that make the tables; each is applied once.
    package static let migrations = [
        Migration(
            id: "webhooks-001",
            statements: [
                """
                CREATE TABLE webhooks (
                    webhook_id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, description TEXT, url TEXT NOT NULL,
                    secret TEXT, is_active BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
                """,
                """
                CREATE TABLE webhook_events (
                    webhook TEXT NOT NULL, position BIGINT NOT NULL, event TEXT NOT NULL,
                    PRIMARY KEY (webhook, event))
                """,
                "CREATE INDEX webhook_events_by_event ON webhook_events (event)",
                // What is yet to be sent; `position` is the order in which it came.
                """
                CREATE TABLE webhook_deliveries (
                    delivery_id TEXT NOT NULL PRIMARY KEY, webhook TEXT NOT NULL, position BIGINT NOT NULL,
                    event TEXT NOT NULL, body TEXT NOT NULL, attempts BIGINT NOT NULL, due_at BIGINT NOT NULL)
                """,
                "CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, due_at, position)",
            ]
        )
    ]
}
