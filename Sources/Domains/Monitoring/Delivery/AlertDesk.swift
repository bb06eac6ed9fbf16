internal import JSON
internal import Primitives
package import SQLStore

/// An alert with what people have done about it.
package struct AlertRecord: Sendable, Hashable {
    /// How it stands.
    package enum Status: String, Sendable, Hashable, CaseIterable {
        /// It holds, and nobody has said anything.
        case open
        /// It holds, and somebody looks after it.
        case acknowledged
        /// It holds, and is not to be sent for some time.
        case silenced
        /// It is over.
        case resolved
    }

    /// That somebody looks after an alert.
    package struct Acknowledgement: Sendable, Hashable {
        /// Who.
        package var actor: String
        /// What they say about it; may be empty.
        package var note: String
        /// When, Unix milliseconds.
        package var at: Int64
    }

    /// A message to a receiver.
    package struct Delivery: Sendable, Hashable {
        /// The route's name.
        package var route: String
        /// `opened`, `resolved` or `repeated`.
        package var event: String
        /// `pending`, `sent`, `failed` or `suppressed`.
        package var state: String
        /// How often it was tried.
        package var attempts: Int
        /// Why it was not taken at the last try; empty otherwise.
        package var problem: String
        /// When it was written, Unix milliseconds.
        package var createdAt: Int64
    }

    /// The alert.
    package var alert: MonitorAlert
    /// Who looks after it; nil for nobody.
    package var acknowledgement: Acknowledgement?
    /// Until when it is silenced, Unix milliseconds; nil when it is not.
    package var silencedUntil: Int64?
    /// What was sent about it, oldest first.
    package var deliveries: [Delivery] = []

    /// How it stands.
    package var status: Status {
        if alert.state == .resolved { return .resolved }
        if silencedUntil != nil { return .silenced }
        return acknowledgement == nil ? .open : .acknowledged
    }
}

/// That alerts are not to be sent for some time.
package struct AlertSilence: Sendable, Hashable {
    /// Unique, 32 hexadecimal digits.
    package var id: String
    /// The monitor.
    package var monitor: String
    /// What kind of alert, such as `rain-quality.drift`; nil for all of the monitor.
    package var fingerprint: String?
    /// Until when, Unix milliseconds.
    package var until: Int64
    /// Who asked for it.
    package var actor: String
    /// Why.
    package var reason: String
    /// When, Unix milliseconds.
    package var createdAt: Int64
}

/// Where people see alerts and do something about them.
package struct AlertDesk: Sendable {
    private let database: any SQLDatabase

    /// Works on the database that the monitors write to.
    package init(database: any SQLDatabase) {
        self.database = database
    }

    /// The alerts of one monitor, or of all, newest first.
    package func alerts(of monitor: String? = nil, limit: Int = 1000) async throws -> [AlertRecord] {
        let now = WallClock.nowMilliseconds()
        return try await database.read { transaction in
            let condition = monitor == nil ? "" : "WHERE a.monitor = ?"
            let rows = try transaction.query(
                "\(Self.selection) \(condition) ORDER BY a.opened_at DESC, a.row_number DESC LIMIT ?",
                (monitor.map { [.text($0)] } ?? []) + [.int(Int64(limit))]
            )
            let silences = try Self.silences(at: now, in: transaction)
            return try rows.map { try Self.record($0, silences) }
        }
    }

    /// One alert with what was sent about it; nil where there is none.
    package func alert(_ id: String) async throws -> AlertRecord? {
        let now = WallClock.nowMilliseconds()
        return try await database.read { transaction in
            guard let row = try transaction.first("\(Self.selection) WHERE a.id = ?", [.text(id)]) else { return nil }
            var record = try Self.record(row, try Self.silences(at: now, in: transaction))
            record.deliveries = try transaction.query(
                """
                SELECT route, event, state, attempts, problem, created_at FROM alert_deliveries
                WHERE alert_id = ? ORDER BY created_at, route
                """,
                [.text(id)]
            )
            .map { row in
                AlertRecord.Delivery(
                    route: try row.text(0),
                    event: try row.text(1),
                    state: try row.text(2),
                    attempts: Int(try row.int(3)),
                    problem: try row.text(4),
                    createdAt: try row.int(5)
                )
            }
            return record
        }
    }

    /// Notes that somebody looks after an alert: it is not sent again.
    ///
    /// The last word counts.
    ///
    /// - Returns: The alert; nil where there is none.
    package func acknowledge(_ id: String, actor: String, note: String) async throws -> AlertRecord? {
        guard try await alert(id) != nil else { return nil }
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO alert_acknowledgements (alert_id, actor, note, at_ms) VALUES (?, ?, ?, ?)
                ON CONFLICT (alert_id) DO UPDATE SET actor = excluded.actor, note = excluded.note,
                at_ms = excluded.at_ms
                """,
                [.text(id), .text(actor), .text(note), .int(now)]
            )
        }
        return try await alert(id)
    }

    /// Holds alerts back until a time; they open and resolve as ever, and are not sent.
    package func silence(
        _ monitor: String,
        fingerprint: String?,
        until: Int64,
        actor: String,
        reason: String
    ) async throws -> AlertSilence {
        let silence = AlertSilence(
            id: RandomID.hex(),
            monitor: monitor,
            fingerprint: fingerprint,
            until: until,
            actor: actor,
            reason: reason,
            createdAt: WallClock.nowMilliseconds()
        )
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO alert_silences (id, monitor, fingerprint, until_ms, actor, reason, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(silence.id), .text(monitor), fingerprint.map { .text($0) } ?? .null, .int(until),
                    .text(actor), .text(reason), .int(silence.createdAt),
                ]
            )
        }
        return silence
    }

    /// The silences that hold now, the one that ends first before the others.
    package func silences() async throws -> [AlertSilence] {
        let now = WallClock.nowMilliseconds()
        return try await database.read { try Self.silences(at: now, in: $0) }
    }

    /// Ends a silence; false where there is none.
    package func endSilence(_ id: String) async throws -> Bool {
        try await database.write { transaction in
            let known = try transaction.first("SELECT id FROM alert_silences WHERE id = ?", [.text(id)]) != nil
            try transaction.execute("DELETE FROM alert_silences WHERE id = ?", [.text(id)])
            return known
        }
    }

    private static let selection = """
        SELECT a.payload, a.monitor, k.actor, k.note, k.at_ms FROM monitor_alerts a
        LEFT JOIN alert_acknowledgements k ON k.alert_id = a.id
        """

    private static func record(_ row: SQLRow, _ silences: [AlertSilence]) throws -> AlertRecord {
        let alert = try MonitorArchive.alert(try row.text(0), try row.text(1))
        var record = AlertRecord(alert: alert)
        if let actor = try row.optionalText(2), let at = try row.optionalInt(4) {
            record.acknowledgement = .init(actor: actor, note: try row.optionalText(3) ?? "", at: at)
        }
        record.silencedUntil =
            silences
            .filter { $0.monitor == alert.monitor && ($0.fingerprint ?? alert.fingerprint) == alert.fingerprint }
            .map(\.until).max()
        return record
    }

    private static func silences(at now: Int64, in transaction: any SQLTransaction) throws -> [AlertSilence] {
        try transaction.query(
            """
            SELECT id, monitor, fingerprint, until_ms, actor, reason, created_at FROM alert_silences
            WHERE until_ms > ? ORDER BY until_ms
            """,
            [.int(now)]
        )
        .map { row in
            AlertSilence(
                id: try row.text(0),
                monitor: try row.text(1),
                fingerprint: try row.optionalText(2),
                until: try row.int(3),
                actor: try row.text(4),
                reason: try row.text(5),
                createdAt: try row.int(6)
            )
        }
    }
}
