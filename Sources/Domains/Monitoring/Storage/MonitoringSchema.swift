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
        )
    ]
}
