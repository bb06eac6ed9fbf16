internal import Primitives
package import SQLStore

/// Monitors that were declared by themselves, so that they run again after a restart.
package struct DeclaredMonitors: Sendable {
    private let database: any SQLDatabase

    /// Works on a database that has ``MonitoringSchema/migrations``.
    package init(database: any SQLDatabase) {
        self.database = database
    }

    /// Remembers how a monitor is declared, as JSON; durable when it returns.
    package func save(_ name: String, body: String, actor: String) async throws {
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO monitor_declarations (name, body, created_by, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at
                """,
                [.text(name), .text(body), .text(actor), .int(now), .int(now)]
            )
        }
    }

    /// All declarations by name.
    package func all() async throws -> [(name: String, body: String)] {
        try await database.read { transaction in
            try transaction.query("SELECT name, body FROM monitor_declarations ORDER BY name", [])
                .map { (try $0.text(0), try $0.text(1)) }
        }
    }

    /// Forgets a declaration.
    package func remove(_ name: String) async throws {
        try await database.write { transaction in
            try transaction.execute("DELETE FROM monitor_declarations WHERE name = ?", [.text(name)])
        }
    }
}
