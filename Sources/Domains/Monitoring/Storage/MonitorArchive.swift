internal import JSON
package import SQLStore

/// What monitors have found, for the API, the command line and the web page.
package struct MonitorArchive: Sendable {
    private let database: any SQLDatabase

    /// Reads from the database that the monitors write to.
    package init(database: any SQLDatabase) {
        self.database = database
    }

    /// The windows of a monitor from window `first` on, oldest first; of the newest `limit` of them.
    package func windows(of monitor: String, from first: Int = 0, limit: Int = 10_000) async throws -> [MonitoredWindow]
    {
        try await database.read { transaction in
            try transaction.query(
                "SELECT payload FROM monitor_windows WHERE monitor = ? AND window_index >= ? ORDER BY window_index DESC LIMIT ?",
                [.text(monitor), .int(Int64(first)), .int(Int64(limit))]
            )
            .reversed()
            .map { try Self.window($0.text(0), monitor) }
        }
    }

    /// The changes that detectors have found from row `first` on, oldest first; of the newest `limit` of them.
    package func changes(
        of monitor: String,
        from first: Int64 = .min,
        limit: Int = 1000
    ) async throws
        -> [DetectedChange]
    {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT payload FROM monitor_changes WHERE monitor = ? AND row_number >= ?
                ORDER BY row_number DESC, detector DESC LIMIT ?
                """,
                [.text(monitor), .int(first), .int(Int64(limit))]
            )
            .reversed()
            .map { try Self.change($0.text(0), monitor) }
        }
    }

    /// The alerts of one monitor, or of all, newest first.
    package func alerts(of monitor: String? = nil, limit: Int = 1000) async throws -> [MonitorAlert] {
        try await database.read { transaction in
            let condition = monitor == nil ? "" : "WHERE monitor = ?"
            return try transaction.query(
                "SELECT payload, monitor FROM monitor_alerts \(condition) ORDER BY opened_at DESC, row_number DESC LIMIT ?",
                (monitor.map { [.text($0)] } ?? []) + [.int(Int64(limit))]
            )
            .map { try Self.alert($0.text(0), $0.text(1)) }
        }
    }

    /// One window of a monitor; nil where there is none.
    package func window(_ index: Int, of monitor: String) async throws -> MonitoredWindow? {
        try await MonitorStore(database: database).window(index, of: monitor)
    }

    /// Forgets all of a monitor: windows, alerts, state.
    package func reset(_ monitor: String) async throws {
        try await MonitorStore(database: database).reset(monitor)
    }

    static func window(_ payload: String, _ monitor: String) throws -> MonitoredWindow {
        try MonitoredWindow(reading: SnapshotReader(try JSONValue.parse(payload), monitor: monitor))
    }

    static func change(_ payload: String, _ monitor: String) throws -> DetectedChange {
        try DetectedChange(reading: SnapshotReader(try JSONValue.parse(payload), monitor: monitor))
    }

    static func alert(_ payload: String, _ monitor: String) throws -> MonitorAlert {
        try MonitorAlert(reading: SnapshotReader(try JSONValue.parse(payload), monitor: monitor))
    }
}
