internal import Primitives
package import SQLStore

/// Which projects the server was told to run, so that they run again after a restart.
package struct ProjectStore: Sendable {
    private let database: any SQLDatabase

    /// A store in `database`, which has ``PipelinesSchema/migrations``.
    package init(database: any SQLDatabase) {
        self.database = database
    }

    /// Remembers a project's folder; durable when it returns.
    package func save(name: String, folder: String) async throws {
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO projects (name, folder, applied_at_ms) VALUES (?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET folder = excluded.folder, applied_at_ms = excluded.applied_at_ms
                """,
                [.text(name), .text(folder), .int(now)]
            )
        }
    }

    /// All projects with their folders, by name.
    package func all() async throws -> [(name: String, folder: String)] {
        try await database.read { transaction in
            try transaction.query("SELECT name, folder FROM projects ORDER BY name")
                .map { (try $0.text(0), try $0.text(1)) }
        }
    }
}
