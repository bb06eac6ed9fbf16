internal import JSON
internal import SQLStore

/// The outbox as the dispatcher sees it.
struct AlertDeliveries: Sendable {
    /// What became of a message.
    enum Outcome: String, Sendable {
        case sent
        case failed
        case suppressed
    }

    /// A message whose time has come.
    struct Due: Sendable {
        var message: AlertMessage
        var route: AlertRoute
        var attempts: Int
    }

    let database: any SQLDatabase

    /// Messages to be tried now, oldest first.
    func due(at now: Int64, limit: Int) async throws -> [Due] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT id, monitor, event, target, payload, attempts FROM alert_deliveries
                WHERE state = 'pending' AND due_at <= ? ORDER BY due_at, created_at, id LIMIT ?
                """,
                [.int(now), .int(Int64(limit))]
            )
            .map { row in
                let monitor = try row.text(1)
                let route = SnapshotReader(try JSONValue.parse(try row.text(3)), monitor: monitor)
                return Due(
                    message: AlertMessage(
                        id: try row.text(0),
                        event: try row.text(2),
                        alert: try MonitorArchive.alert(try row.text(4), monitor)
                    ),
                    route: try AlertRoute(reading: route),
                    attempts: Int(try row.int(5))
                )
            }
        }
    }

    /// Whether a silence covers an alert now.
    func isSilenced(_ alert: MonitorAlert, at now: Int64) async throws -> Bool {
        try await database.read { transaction in
            try transaction.first(
                """
                SELECT id FROM alert_silences
                WHERE monitor = ? AND until_ms > ? AND (fingerprint IS NULL OR fingerprint = ?)
                """,
                [.text(alert.monitor), .int(now), .text(alert.fingerprint)]
            ) != nil
        }
    }

    /// Marks a message as done with.
    func finish(_ id: String, _ outcome: Outcome, at now: Int64, problem: String) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                UPDATE alert_deliveries SET state = ?, attempts = attempts + 1, sent_at = ?, problem = ? WHERE id = ?
                """,
                [.text(outcome.rawValue), .int(now), .text(String(problem.prefix(1000))), .text(id)]
            )
        }
    }

    /// Tries a message again later.
    func putOff(_ id: String, until due: Int64, problem: String) async throws {
        try await database.write { transaction in
            try transaction.execute(
                "UPDATE alert_deliveries SET attempts = attempts + 1, due_at = ?, problem = ? WHERE id = ?",
                [.int(due), .text(String(problem.prefix(1000))), .text(id)]
            )
        }
    }
}
