internal import SQLStore

/// The tables of scorers.
enum ScorerSchema {
    static let migration = Migration(
        id: "tracking-005",
        statements: [
            """
            CREATE TABLE scorers (
                scorer_id TEXT NOT NULL PRIMARY KEY, experiment BIGINT NOT NULL, name TEXT NOT NULL,
                UNIQUE (experiment, name))
            """,
            """
            CREATE TABLE scorer_versions (
                scorer TEXT NOT NULL, version BIGINT NOT NULL, serialized TEXT NOT NULL, created_at BIGINT NOT NULL,
                PRIMARY KEY (scorer, version))
            """,
            """
            CREATE TABLE online_scoring (
                scorer TEXT NOT NULL PRIMARY KEY, config_id TEXT NOT NULL, sample_rate DOUBLE PRECISION NOT NULL,
                filter TEXT)
            """,
        ]
    )
}
