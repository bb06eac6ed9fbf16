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

    /// Remembers how long a project's events took to their predictions, so that a finished one still tells it after a
    /// restart; durable when it returns.
    package func saveLatency(of project: String, _ latency: ProjectLatency) async throws {
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO project_latencies (project, median_ms, tail_ms, measured_at_ms) VALUES (?, ?, ?, ?)
                ON CONFLICT (project) DO UPDATE SET median_ms = excluded.median_ms, tail_ms = excluded.tail_ms,
                measured_at_ms = excluded.measured_at_ms
                """,
                [.text(project), .double(latency.median), .double(latency.tail), .int(now)]
            )
        }
    }

    /// What was last remembered of a project's latency; nil where nothing was.
    package func latency(of project: String) async throws -> ProjectLatency? {
        try await database.read { transaction in
            try transaction.first(
                "SELECT median_ms, tail_ms FROM project_latencies WHERE project = ?",
                [.text(project)]
            )
            .map { ProjectLatency(median: try $0.double(0), tail: try $0.double(1)) }
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

/// From an event to its acknowledged prediction.
package struct ProjectLatency: Sendable, Hashable {
    /// Half of the events are faster; milliseconds.
    package let median: Double
    /// 99 of 100 events are faster; milliseconds.
    package let tail: Double

    /// Names the two.
    package init(median: Double, tail: Double) {
        self.median = median
        self.tail = tail
    }
}
