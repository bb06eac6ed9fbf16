package import SQLStore

/// The tables of this domain.
package enum RetrainingSchema {
    /// Applied in order, never changed once released.
    package static let migrations = [
        Migration(
            id: "retraining-001",
            statements: [
                """
                CREATE TABLE loop_steps (
                    id TEXT PRIMARY KEY,
                    project TEXT NOT NULL,
                    number BIGINT NOT NULL,
                    event_key TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    title TEXT NOT NULL,
                    at_ms BIGINT NOT NULL,
                    row_number BIGINT,
                    numbers TEXT NOT NULL,
                    links TEXT NOT NULL,
                    UNIQUE (project, number),
                    UNIQUE (project, event_key)
                )
                """,
                """
                CREATE TABLE retraining_attempts (
                    id TEXT PRIMARY KEY,
                    project TEXT NOT NULL,
                    policy TEXT NOT NULL,
                    trigger_id TEXT NOT NULL,
                    state TEXT NOT NULL,
                    labelled_rows BIGINT NOT NULL,
                    row_number BIGINT NOT NULL,
                    started_at_ms BIGINT NOT NULL,
                    updated_at_ms BIGINT NOT NULL,
                    details TEXT NOT NULL
                )
                """,
                "CREATE INDEX retraining_attempts_by_policy ON retraining_attempts (project, policy, started_at_ms)",
            ]
        ),
        Migration(
            id: "retraining-002",
            statements: [
                """
                CREATE TABLE policy_decisions (
                    project TEXT NOT NULL,
                    policy TEXT NOT NULL,
                    number BIGINT NOT NULL,
                    decision_key TEXT NOT NULL,
                    outcome TEXT NOT NULL,
                    reason TEXT NOT NULL,
                    labelled_rows BIGINT NOT NULL,
                    row_number BIGINT NOT NULL,
                    at_ms BIGINT NOT NULL,
                    inputs TEXT NOT NULL,
                    PRIMARY KEY (project, policy, number)
                )
                """
            ]
        ),
    ]
}
