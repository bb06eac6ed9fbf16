package import SQLStore

/// The catalogue's table.
package enum CatalogueSchema {
    /// Numbered changes, applied once each; never edited after a release.
    package static let migrations = [
        Migration(
            id: "catalogue-001",
            statements: [
                """
                CREATE TABLE dataset_versions (
                    dataset TEXT NOT NULL,
                    version BIGINT NOT NULL,
                    file TEXT NOT NULL,
                    row_count BIGINT NOT NULL,
                    bytes BIGINT NOT NULL,
                    content_hash TEXT NOT NULL,
                    definition_hash TEXT NOT NULL,
                    fields TEXT NOT NULL,
                    source TEXT NOT NULL,
                    statistics TEXT NOT NULL,
                    created_at BIGINT NOT NULL,
                    PRIMARY KEY (dataset, version)
                )
                """,
                "CREATE INDEX dataset_versions_by_definition ON dataset_versions (dataset, definition_hash)",
            ]
        )
    ]
}

/// The catalogue's statements.
enum CatalogueStatements {
    private static let columns =
        "dataset, version, file, row_count, bytes, content_hash, fields, source, statistics, created_at"

    static let insert = """
        INSERT INTO dataset_versions (\(columns), definition_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    static let byNumber = "SELECT \(columns) FROM dataset_versions WHERE dataset = ? AND version = ?"
    static let byDefinition = """
        SELECT \(columns) FROM dataset_versions WHERE dataset = ? AND definition_hash = ?
        ORDER BY version DESC LIMIT 1
        """
    static let ofDataset = "SELECT \(columns) FROM dataset_versions WHERE dataset = ? ORDER BY version DESC"
    static let newest = "SELECT \(columns) FROM dataset_versions WHERE dataset = ? ORDER BY version DESC LIMIT 1"
    static let newestOfAll = """
        SELECT \(columns), count FROM dataset_versions
        JOIN (SELECT dataset AS name, max(version) AS newest, count(*) AS count FROM dataset_versions GROUP BY dataset)
        AS newest_versions ON dataset = name AND version = newest ORDER BY dataset
        """
    static let highestNumber = "SELECT max(version) FROM dataset_versions WHERE dataset = ?"
    static let files = "SELECT file FROM dataset_versions"
}
