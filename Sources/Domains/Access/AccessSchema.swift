package import SQLStore

/// The tables of this domain.
package enum AccessSchema {
    /// Applied in order, never changed once released.
    package static let migrations = [
        Migration(
            id: "access-001",
            statements: [
                """
                CREATE TABLE users (
                    name TEXT PRIMARY KEY,
                    salt TEXT NOT NULL,
                    iterations BIGINT NOT NULL,
                    stored_key TEXT NOT NULL,
                    server_key TEXT NOT NULL,
                    created_at_ms BIGINT NOT NULL
                )
                """
            ]
        ),
        // Users of before have no keys for SHA-512: their passwords are nowhere to make them from.
        Migration(
            id: "access-002",
            statements: [
                "ALTER TABLE users ADD COLUMN stored_key_512 TEXT",
                "ALTER TABLE users ADD COLUMN server_key_512 TEXT",
            ]
        ),
    ]
}
