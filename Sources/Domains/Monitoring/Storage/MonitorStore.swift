internal import JSON
internal import Primitives
internal import SQLStore

/// Reads and writes what monitors must not forget.
struct MonitorStore: Sendable {
    /// Something that happened, in the order in which it happened.
    enum Change: Sendable {
        /// A window is complete.
        case window(MonitoredWindow)
        /// A window is known as far as this; the observer is not told from here.
        case filled(MonitoredWindow)
        case alert(MonitorAlert)
        /// A detector has found a change; the observer is told of its alert.
        case change(DetectedChange)
    }

    /// Something that the observer has yet to be told.
    struct Notice: Sendable {
        enum Content: Sendable {
            case window(MonitoredWindow)
            case opened(MonitorAlert)
            case resolved(MonitorAlert)
        }

        let number: Int64
        let content: Content
    }

    /// What was stored of a monitor.
    struct Saved: Sendable {
        var reference: ReferenceDataset?
        var state: String?
    }

    let database: any SQLDatabase

    /// What was stored of `monitor`; empty the first time.
    func load(_ monitor: String) async throws -> Saved {
        try await database.read { transaction in
            guard let row = try transaction.first(Statements.selectMonitor, [.text(monitor)]) else { return Saved() }
            var saved = Saved(reference: nil, state: try row.optionalText(2))
            if let dataset = try row.optionalText(0), let version = try row.optionalInt(1) {
                saved.reference = ReferenceDataset(dataset: dataset, version: Int(version))
            }
            return saved
        }
    }

    /// Stores the state, what followed from it, that the observer is to be told, and what is to be sent where, in one
    /// transaction.
    func save(_ definition: MonitorDefinition, state: String, changes: [Change]) async throws {
        let monitor = definition.name
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            try transaction.execute(Statements.upsertState, [.text(monitor), .text(state), .int(now)])
            var number = try transaction.first(Statements.lastNotice, [.text(monitor)])?.optionalInt(0) ?? 0
            for change in changes {
                guard let (kind, subject) = try Self.store(change, of: definition, at: now, in: transaction) else {
                    continue
                }
                number += 1
                try transaction.execute(
                    Statements.insertNotice,
                    [.text(monitor), .int(number), .text(kind), .text(subject)]
                )
            }
        }
    }

    /// One window as it was last stored; nil where there is none.
    func window(_ index: Int, of monitor: String) async throws -> MonitoredWindow? {
        try await database.read { transaction in
            try transaction.first(Statements.selectWindow, [.text(monitor), .int(Int64(index))])
                .map { try MonitorArchive.window($0.text(0), monitor) }
        }
    }

    /// Sends open alerts again that were last sent longer ago than the monitor's interval, unless somebody has
    /// acknowledged them.
    func sendAgain(_ alerts: [MonitorAlert], of definition: MonitorDefinition) async throws {
        guard let interval = definition.repeatMilliseconds, !alerts.isEmpty else { return }
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            for alert in alerts {
                try AlertOutbox.enqueueAgain(
                    alert,
                    of: definition,
                    sentBefore: now - interval,
                    at: now,
                    in: transaction
                )
            }
        }
    }

    /// Remembers which dataset version windows are compared with from now on.
    func setReference(_ reference: ReferenceDataset, of monitor: String) async throws {
        let now = WallClock.nowMilliseconds()
        try await database.write { transaction in
            try transaction.execute(
                Statements.upsertReference,
                [.text(monitor), .text(reference.dataset), .int(Int64(reference.version)), .int(now)]
            )
        }
    }

    /// What the observer has yet to be told, oldest first.
    func notices(of monitor: String, limit: Int) async throws -> [Notice] {
        try await database.read { transaction in
            let rows = try transaction.query(Statements.selectNotices, [.text(monitor), .int(Int64(limit))])
            return try rows.compactMap { row in
                try Self.content(kind: row.text(1), subject: row.text(2), of: monitor, in: transaction)
                    .map { Notice(number: try row.int(0), content: $0) }
            }
        }
    }

    /// Forgets a notice that was delivered.
    func deliver(_ number: Int64, of monitor: String) async throws {
        try await database.write { transaction in
            try transaction.execute(Statements.deleteNotice, [.text(monitor), .int(number)])
        }
    }

    /// Forgets all of a monitor, so that it begins anew.
    func reset(_ monitor: String) async throws {
        try await database.write { transaction in
            for statement in Statements.reset { try transaction.execute(statement, [.text(monitor)]) }
        }
    }

    /// Stores a change; returns what the observer is told of it, nil for nothing.
    private static func store(
        _ change: Change,
        of definition: MonitorDefinition,
        at now: Int64,
        in transaction: any SQLTransaction
    ) throws -> (kind: String, subject: String)? {
        let monitor = definition.name
        switch change {
        case .window(let window), .filled(let window):
            let payload = String(decoding: window.json.serialized(), as: UTF8.self)
            try transaction.execute(
                Statements.insertWindow,
                [.text(monitor), .int(Int64(window.index)), .text(payload)]
            )
            if case .filled = change { return nil }
            return ("window", String(window.index))
        case .alert(let alert):
            let payload = String(decoding: alert.json.serialized(), as: UTF8.self)
            try transaction.execute(
                Statements.upsertAlert,
                [
                    .text(alert.id), .text(monitor), .text(alert.state.rawValue), .int(alert.openedAt),
                    .int(alert.row), .text(payload),
                ]
            )
            try AlertOutbox.enqueue(alert, of: definition, at: now, in: transaction)
            return (alert.state == .open ? "opened" : "resolved", alert.id)
        case .change(let change):
            let payload = String(decoding: change.json.serialized(), as: UTF8.self)
            try transaction.execute(
                Statements.insertChange,
                [.text(monitor), .int(change.row), .text(change.detector), .text(payload)]
            )
            return nil
        }
    }

    private static func content(
        kind: String,
        subject: String,
        of monitor: String,
        in transaction: any SQLTransaction
    ) throws -> Notice.Content? {
        if kind == "window" {
            let row = try transaction.first(Statements.selectWindow, [.text(monitor), .int(Int64(subject) ?? -1)])
            return try row.map { .window(try MonitorArchive.window($0.text(0), monitor)) }
        }
        let row = try transaction.first(Statements.selectAlert, [.text(subject)])
        return try row.map {
            let alert = try MonitorArchive.alert($0.text(0), monitor)
            return kind == "opened" ? .opened(alert) : .resolved(alert)
        }
    }
}

private enum Statements {
    static let selectMonitor = "SELECT reference_dataset, reference_version, state FROM monitors WHERE name = ?"
    static let upsertState = """
        INSERT INTO monitors (name, state, updated_at) VALUES (?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
        """
    static let upsertReference = """
        INSERT INTO monitors (name, reference_dataset, reference_version, updated_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET reference_dataset = excluded.reference_dataset,
        reference_version = excluded.reference_version, updated_at = excluded.updated_at
        """
    static let insertWindow = """
        INSERT INTO monitor_windows (monitor, window_index, payload) VALUES (?, ?, ?)
        ON CONFLICT (monitor, window_index) DO UPDATE SET payload = excluded.payload
        """
    static let insertChange = """
        INSERT INTO monitor_changes (monitor, row_number, detector, payload) VALUES (?, ?, ?, ?)
        ON CONFLICT (monitor, row_number, detector) DO UPDATE SET payload = excluded.payload
        """
    static let upsertAlert = """
        INSERT INTO monitor_alerts (id, monitor, state, opened_at, row_number, payload) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, payload = excluded.payload
        """
    static let lastNotice = "SELECT MAX(number) FROM monitor_notices WHERE monitor = ?"
    static let insertNotice = "INSERT INTO monitor_notices (monitor, number, kind, subject) VALUES (?, ?, ?, ?)"
    static let selectNotices =
        "SELECT number, kind, subject FROM monitor_notices WHERE monitor = ? ORDER BY number LIMIT ?"
    static let deleteNotice = "DELETE FROM monitor_notices WHERE monitor = ? AND number = ?"
    static let selectWindow = "SELECT payload FROM monitor_windows WHERE monitor = ? AND window_index = ?"
    static let selectAlert = "SELECT payload FROM monitor_alerts WHERE id = ?"
    static let reset = [
        "DELETE FROM monitor_notices WHERE monitor = ?", "DELETE FROM alert_deliveries WHERE monitor = ?",
        "DELETE FROM alert_silences WHERE monitor = ?",
        """
        DELETE FROM alert_acknowledgements
        WHERE alert_id IN (SELECT id FROM monitor_alerts WHERE monitor = ?)
        """,
        "DELETE FROM monitor_alerts WHERE monitor = ?",
        "DELETE FROM monitor_changes WHERE monitor = ?", "DELETE FROM monitor_windows WHERE monitor = ?",
        "DELETE FROM monitors WHERE name = ?",
    ]
}
