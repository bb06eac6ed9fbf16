package import SQLStore

/// The tables of the registry.
package enum RegistrySchema {
    /// The changes that make the tables; each is applied once.
    package static let migrations = [
        Migration(
            id: "registry-001",
            statements: [
                """
                CREATE TABLE registered_models (
                    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT,
                    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, last_version BIGINT NOT NULL)
                """,
                """
                CREATE TABLE registered_model_tags (
                    model BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
                    PRIMARY KEY (model, key)) WITHOUT ROWID
                """,
                """
                CREATE TABLE model_versions (
                    model BIGINT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL, stage TEXT NOT NULL, description TEXT, source TEXT NOT NULL,
                    location TEXT NOT NULL, run TEXT NOT NULL, run_link TEXT NOT NULL, logged_model TEXT,
                    PRIMARY KEY (model, version))
                """,
                "CREATE INDEX model_versions_by_run ON model_versions (run)",
                """
                CREATE TABLE model_version_tags (
                    model BIGINT NOT NULL, version BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
                    PRIMARY KEY (model, version, key)) WITHOUT ROWID
                """,
                """
                CREATE TABLE model_aliases (
                    model BIGINT NOT NULL, alias TEXT NOT NULL, version BIGINT NOT NULL,
                    PRIMARY KEY (model, alias)) WITHOUT ROWID
                """,
                // Never changed or removed, except for the name of a model that is renamed.
                """
                CREATE TABLE alias_changes (
                    id INTEGER PRIMARY KEY, model_name TEXT NOT NULL, alias TEXT NOT NULL, from_version BIGINT,
                    to_version BIGINT, actor TEXT NOT NULL, reason TEXT NOT NULL, changed_at BIGINT NOT NULL)
                """,
                "CREATE INDEX alias_changes_by_alias ON alias_changes (model_name, alias)",
            ]
        ),
        Migration(
            id: "registry-trash-001",
            statements: [
                // A model has no version; its versions name its row as their parent, which is else empty.
                """
                CREATE TABLE registry_trash (
                    id TEXT PRIMARY KEY, parent TEXT NOT NULL, name TEXT NOT NULL, version BIGINT, location TEXT,
                    deleted_at BIGINT NOT NULL, actor TEXT NOT NULL, content TEXT NOT NULL)
                """,
                "CREATE INDEX registry_trash_by_parent ON registry_trash (parent)",
            ]
        ),
        // The orders by time that searches have.
        Migration(
            id: "registry-search-001",
            statements: [
                "CREATE INDEX registered_models_by_time ON registered_models (updated_at, name)",
                "CREATE INDEX model_versions_by_time ON model_versions (updated_at DESC, model)",
                "CREATE INDEX model_versions_by_logged_model ON model_versions (logged_model)",
            ]
        ),
    ]
}
