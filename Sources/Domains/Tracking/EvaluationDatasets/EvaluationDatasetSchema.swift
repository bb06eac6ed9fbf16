internal import SQLStore

/// The tables of evaluation datasets.
enum EvaluationDatasetSchema {
    static let migration = Migration(
        id: "tracking-004",
        statements: [
            """
            CREATE TABLE evaluation_datasets (
                dataset_id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, schema TEXT, profile TEXT,
                digest TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, created_by TEXT,
                updated_by TEXT)
            """,
            "CREATE INDEX evaluation_datasets_by_time ON evaluation_datasets (created_at, dataset_id)",
            """
            CREATE TABLE evaluation_dataset_tags (
                dataset TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (dataset, key))
            """,
            """
            CREATE TABLE evaluation_dataset_experiments (
                dataset TEXT NOT NULL, experiment BIGINT NOT NULL, PRIMARY KEY (dataset, experiment))
            """,
            "CREATE INDEX evaluation_datasets_of_experiment ON evaluation_dataset_experiments (experiment)",
            // `hash` is of the inputs with sorted keys; the columns from there on are JSON.
            """
            CREATE TABLE evaluation_records (
                record_id TEXT NOT NULL PRIMARY KEY, dataset TEXT NOT NULL, hash TEXT NOT NULL, inputs TEXT NOT NULL,
                outputs TEXT, expectations TEXT, tags TEXT NOT NULL, source_kind TEXT, source TEXT,
                created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, created_by TEXT, updated_by TEXT,
                UNIQUE (dataset, hash))
            """,
            "CREATE INDEX evaluation_records_by_time ON evaluation_records (dataset, created_at, record_id)",
        ]
    )
}
