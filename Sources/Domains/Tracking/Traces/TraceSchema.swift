internal import SQLStore

/// The tables of traces.
enum TraceSchema {
    static let migration = Migration(
        id: "tracking-002",
        statements: [
            """
            CREATE TABLE traces (
                id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE, experiment BIGINT NOT NULL,
                request_time BIGINT NOT NULL, duration BIGINT, state INTEGER NOT NULL, client_request_id TEXT,
                request_preview TEXT, response_preview TEXT)
            """,
            "CREATE INDEX traces_by_time ON traces (experiment, request_time DESC, trace_id)",
            """
            CREATE TABLE trace_tags (
                trace BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (trace, key)) WITHOUT ROWID
            """,
            """
            CREATE TABLE trace_metadata (
                trace BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (trace, key)) WITHOUT ROWID
            """,
            """
            CREATE TABLE spans (
                trace BIGINT NOT NULL, span_id TEXT NOT NULL, parent TEXT, name TEXT NOT NULL, type TEXT NOT NULL,
                status TEXT NOT NULL, start_time BIGINT NOT NULL, end_time BIGINT NOT NULL, json TEXT NOT NULL,
                PRIMARY KEY (trace, span_id))
            """,
            """
            CREATE TABLE span_attributes (
                trace BIGINT NOT NULL, span_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
                PRIMARY KEY (trace, span_id, key)) WITHOUT ROWID
            """,
            """
            CREATE TABLE trace_runs (
                run TEXT NOT NULL, trace TEXT NOT NULL, PRIMARY KEY (run, trace)) WITHOUT ROWID
            """,
        ]
    )
}
