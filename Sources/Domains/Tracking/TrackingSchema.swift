package import SQLStore

/// The tables of tracking.
package enum TrackingSchema {
    /// The changes that make the tables; each is applied once.
    package static let migrations = [
        Migration(id: "tracking-001", statements: experiments + runs + metrics + inputs + models + artifacts),
        TraceSchema.migration,
        // Whose the artifact store is: one row, and the store has the same name in a mark.
        Migration(id: "tracking-artifacts-001", statements: ["CREATE TABLE artifact_store (owner TEXT NOT NULL)"]),
        // Folders of purged things whose files a registered version still uses.
        Migration(id: "tracking-trash-001", statements: ["CREATE TABLE artifact_orphans (folder TEXT PRIMARY KEY)"]),
        AssessmentSchema.migration,
        EvaluationDatasetSchema.migration,
        ScorerSchema.migration,
        SearchSchema.migration,
        MetricSummary.migration,
        // Removing a trace looks for the runs that it is linked to.
        Migration(id: "tracking-traces-002", statements: ["CREATE INDEX trace_runs_by_trace ON trace_runs (trace)"]),
        // The orders that searches have by themselves. Without the stage: SQLite would take such an index for every search
        // of things in use, and sort what another index has in order.
        Migration(
            id: "tracking-search-002",
            statements: [
                "CREATE INDEX experiments_by_time ON experiments (created_at DESC, id)",
                "CREATE INDEX logged_models_by_time ON logged_models (experiment, created_at DESC, model_id)",
            ]
        ),
        SearchSchema.wholeValues,
        // The numbers of experiments that were purged, which are not given again.
        Migration(id: "tracking-trash-002", statements: ["CREATE TABLE purged_experiments (id BIGINT PRIMARY KEY)"]),
    ]

    private static let experiments = [
        """
        CREATE TABLE experiments (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, artifact_location TEXT NOT NULL,
            stage INTEGER NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE experiment_tags (
            experiment BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (experiment, key)) WITHOUT ROWID
        """,
        // Keys of metrics, parameters and tags; rows that use one hold its number.
        "CREATE TABLE keys (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    ]

    private static let runs = [
        """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, experiment BIGINT NOT NULL, stage INTEGER NOT NULL,
            status INTEGER NOT NULL, start_time BIGINT NOT NULL, end_time BIGINT, deleted_at BIGINT,
            name TEXT NOT NULL, user_name TEXT NOT NULL, artifact_location TEXT NOT NULL)
        """,
        "CREATE INDEX runs_by_start ON runs (experiment, stage, start_time DESC, uuid)",
        """
        CREATE TABLE run_params (
            run BIGINT NOT NULL, key BIGINT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID
        """,
        """
        CREATE TABLE run_tags (
            run BIGINT NOT NULL, key BIGINT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID
        """,
    ]

    private static let metrics = [
        // One row a metric of a run: its latest point (value is null for not-a-number), and its newest points.
        """
        CREATE TABLE metric_series (
            run BIGINT NOT NULL, key BIGINT NOT NULL, value DOUBLE PRECISION, step BIGINT NOT NULL,
            timestamp BIGINT NOT NULL, chunks BIGINT NOT NULL, tail BLOB NOT NULL,
            PRIMARY KEY (run, key)) WITHOUT ROWID
        """,
        // Older points, packed; see MetricPack.
        """
        CREATE TABLE metric_chunks (
            run BIGINT NOT NULL, key BIGINT NOT NULL, number BIGINT NOT NULL, first_time BIGINT NOT NULL,
            last_time BIGINT NOT NULL, count BIGINT NOT NULL, points BLOB NOT NULL,
            PRIMARY KEY (run, key, number)) WITHOUT ROWID
        """,
    ]

    private static let inputs = [
        """
        CREATE TABLE datasets (
            id INTEGER PRIMARY KEY, experiment BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
            source_type TEXT NOT NULL, source TEXT NOT NULL, schema TEXT, profile TEXT,
            UNIQUE (experiment, name, digest))
        """,
        """
        CREATE TABLE run_datasets (
            run BIGINT NOT NULL, position BIGINT NOT NULL, dataset BIGINT NOT NULL,
            PRIMARY KEY (run, position), UNIQUE (run, dataset)) WITHOUT ROWID
        """,
        """
        CREATE TABLE run_dataset_tags (
            run BIGINT NOT NULL, dataset BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (run, dataset, key)) WITHOUT ROWID
        """,
        """
        CREATE TABLE run_models (
            id INTEGER PRIMARY KEY, run BIGINT NOT NULL, is_output INTEGER NOT NULL, model TEXT NOT NULL,
            step BIGINT NOT NULL)
        """,
        "CREATE INDEX run_models_by_run ON run_models (run)",
    ]

    private static let models = [
        """
        CREATE TABLE logged_models (
            id INTEGER PRIMARY KEY, model_id TEXT NOT NULL UNIQUE, experiment BIGINT NOT NULL, name TEXT NOT NULL,
            artifact_location TEXT NOT NULL, status INTEGER NOT NULL, type TEXT NOT NULL, source_run TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, stage INTEGER NOT NULL)
        """,
        "CREATE INDEX logged_models_by_experiment ON logged_models (experiment, name)",
        """
        CREATE TABLE logged_model_params (
            model BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID
        """,
        """
        CREATE TABLE logged_model_tags (
            model BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID
        """,
        """
        CREATE TABLE logged_model_metrics (
            model BIGINT NOT NULL, key TEXT NOT NULL, timestamp BIGINT NOT NULL, step BIGINT NOT NULL,
            run TEXT NOT NULL, value DOUBLE PRECISION, dataset_name TEXT, dataset_digest TEXT,
            PRIMARY KEY (model, key, timestamp, step, run)) WITHOUT ROWID
        """,
    ]

    private static let artifacts = [
        // A file has the hash of its content; a folder has none.
        """
        CREATE TABLE artifacts (
            folder TEXT NOT NULL, name TEXT NOT NULL, hash TEXT, size BIGINT NOT NULL, stored_at BIGINT NOT NULL,
            PRIMARY KEY (folder, name)) WITHOUT ROWID
        """,
        "CREATE INDEX artifacts_by_hash ON artifacts (hash) WHERE hash IS NOT NULL",
    ]
}
