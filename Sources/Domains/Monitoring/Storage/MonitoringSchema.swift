package import SQLStore

/// The tables of this domain.
package enum MonitoringSchema {
    /// All changes of the schema, in order.
    package static let migrations = [
        Migration(
            id: "monitoring-001",
            statements: [
                """
                CREATE TABLE monitors (
                    name TEXT PRIMARY KEY, reference_dataset TEXT, reference_version BIGINT,
                    state TEXT, updated_at BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE monitor_windows (
                    monitor TEXT NOT NULL, window_index BIGINT NOT NULL, payload TEXT NOT NULL,
                    PRIMARY KEY (monitor, window_index)
                )
                """,
                """
                CREATE TABLE monitor_alerts (
                    id TEXT PRIMARY KEY, monitor TEXT NOT NULL, state TEXT NOT NULL,
                    opened_at BIGINT NOT NULL, row_number BIGINT NOT NULL, payload TEXT NOT NULL
                )
                """,
                "CREATE INDEX monitor_alerts_by_monitor ON monitor_alerts (monitor, row_number)",
                """
                CREATE TABLE monitor_notices (
                    monitor TEXT NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
                    PRIMARY KEY (monitor, number)
                )
                """,
            ]
        ),
        Migration(
            id: "monitoring-002",
            statements: [
                """
                CREATE TABLE monitor_declarations (
                    name TEXT PRIMARY KEY, body TEXT NOT NULL, created_by TEXT NOT NULL, created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE alert_acknowledgements (
                    alert_id TEXT PRIMARY KEY, actor TEXT NOT NULL, note TEXT NOT NULL, at_ms BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE alert_silences (
                    id TEXT PRIMARY KEY, monitor TEXT NOT NULL, fingerprint TEXT, until_ms BIGINT NOT NULL,
                    actor TEXT NOT NULL, reason TEXT NOT NULL, created_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX alert_silences_by_monitor ON alert_silences (monitor, until_ms)",
                """
                CREATE TABLE alert_deliveries (
                    id TEXT PRIMARY KEY, monitor TEXT NOT NULL, alert_id TEXT NOT NULL, route TEXT NOT NULL,
                    event TEXT NOT NULL, target TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL,
                    attempts BIGINT NOT NULL, due_at BIGINT NOT NULL, created_at BIGINT NOT NULL, sent_at BIGINT,
                    problem TEXT NOT NULL
                )
                """,
                "CREATE INDEX alert_deliveries_by_due ON alert_deliveries (state, due_at)",
                "CREATE INDEX alert_deliveries_by_alert ON alert_deliveries (alert_id, route, created_at)",
            ]
        ),
        Migration(
            id: "monitoring-003",
            statements: [
                """
                CREATE TABLE monitor_changes (
                    monitor TEXT NOT NULL, row_number BIGINT NOT NULL, detector TEXT NOT NULL, payload TEXT NOT NULL,
                    PRIMARY KEY (monitor, row_number, detector)
                )
                """
            ]
        ),
    ]
}
