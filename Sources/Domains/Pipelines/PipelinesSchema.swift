package import SQLStore

/// The tables of this domain.
package enum PipelinesSchema {
    /// Applied in order, never changed once released.
    package static let migrations = [
        Migration(
            id: "pipelines-001",
            statements: [
                """
                CREATE TABLE jobs (
                    id TEXT PRIMARY KEY,
                    project TEXT NOT NULL,
                    name TEXT NOT NULL,
                    state TEXT NOT NULL,
                    outcome TEXT NOT NULL,
                    links TEXT NOT NULL,
                    log_path TEXT NOT NULL,
                    started_at_ms BIGINT NOT NULL,
                    ended_at_ms BIGINT
                )
                """,
                "CREATE INDEX jobs_by_start ON jobs (started_at_ms)",
                """
                CREATE TABLE projects (
                    name TEXT PRIMARY KEY,
                    folder TEXT NOT NULL,
                    applied_at_ms BIGINT NOT NULL
                )
                """,
            ]
        ),
        Migration(
            id: "pipelines-002-latency",
            statements: [
                """
                CREATE TABLE project_latencies (
                    project TEXT PRIMARY KEY,
                    median_ms DOUBLE PRECISION NOT NULL,
                    tail_ms DOUBLE PRECISION NOT NULL,
                    measured_at_ms BIGINT NOT NULL
                )
                """
            ]
        ),
    ]
}
