internal import SQLStore

/// Runs inside one transaction.
struct RunStore {
    /// A run as far as a write needs it.
    struct Handle {
        /// Its row.
        let row: Int64
        /// Its experiment.
        let experiment: ExperimentID
    }

    let transaction: any SQLTransaction

    /// Adds a run and returns its row.
    func insert(_ info: RunInfo) throws -> Int64 {
        let rows = try transaction.query(
            Statements.insert,
            [
                .text(info.id.text), .int(info.experiment.number), .int(info.status.rawValue), .int(info.startTime),
                .text(info.name), .text(info.user), .text(info.artifactLocation),
            ]
        )
        guard let row = try rows.first?.int(0) else { preconditionFailure("an insert with RETURNING answers") }
        return row
    }

    /// The row of a run that may be written to, or the error that says why not.
    func requireActive(_ id: RunID) throws -> Handle {
        guard let row = try transaction.first(Statements.selectHandle, [.text(id.text)]) else {
            throw TrackingError.noRun(id)
        }
        guard try row.int(1) == LifecycleStage.active.rawValue else { throw TrackingError.inactive(run: id) }
        return Handle(row: try row.int(0), experiment: ExperimentID(try row.int(2)))
    }

    /// What is known of a run, and its row.
    func find(_ id: RunID) throws -> (row: Int64, info: RunInfo)? {
        try transaction.first(Statements.select + " WHERE r.uuid = ?", [.text(id.text)]).map { row in
            (try row.int(0), try Self.info(row))
        }
    }

    /// What is known of a run, and its row, or the error that says that there is none.
    func require(_ id: RunID) throws -> (row: Int64, info: RunInfo) {
        guard let found = try find(id) else { throw TrackingError.noRun(id) }
        return found
    }

    /// Stores what changed of a run.
    func update(_ row: Int64, _ info: RunInfo) throws {
        try transaction.execute(
            Statements.update,
            [.int(info.status.rawValue), SQLValue(info.endTime), .text(info.name), .int(row)]
        )
    }

    /// Changes the stage of a run.
    func setStage(_ stage: LifecycleStage, of id: RunID, at now: Int64) throws {
        let deletedAt: SQLValue = stage == .deleted ? .int(now) : .null
        try transaction.execute(Statements.setStage, [.int(stage.rawValue), deletedAt, .text(id.text)])
    }

    /// Sets tags.
    func setTags(_ tags: [(key: Int64, value: String)], run: Int64) throws {
        try transaction.execute(
            Statements.upsertTag,
            rows: tags.map { [.int(run), .int($0.key), .text($0.value)] }
        )
    }

    /// Removes a tag; false when there was none.
    func deleteTag(_ key: Int64, run: Int64) throws -> Bool {
        try transaction.execute(Statements.deleteTag, [.int(run), .int(key)]) > 0
    }

    /// The value of a tag.
    func tag(_ key: Int64, run: Int64) throws -> String? {
        try transaction.first(Statements.selectTag, [.int(run), .int(key)])?.text(0)
    }

    /// Adds a parameter unless there is one; returns the value that there is then.
    func insertParam(_ key: Int64, _ value: String, run: Int64) throws -> String {
        if try transaction.execute(Statements.insertParam, [.int(run), .int(key), .text(value)]) > 0 { return value }
        return try transaction.first(Statements.selectParam, [.int(run), .int(key)])?.text(0) ?? value
    }

    /// The run of a row of `select`, with all that was logged to it.
    func run(_ row: SQLRow) throws -> Run {
        try complete(Run(info: try Self.info(row)), row: try row.int(0))
    }

    /// A run with all that was logged to it.
    func complete(_ run: Run, row: Int64) throws -> Run {
        var run = run
        try transaction.forEach(Statements.selectMetrics, [.int(row)]) { row in
            run.metrics.append(
                Metric(
                    key: try row.text(0),
                    value: try row.optionalDouble(1) ?? .nan,
                    timestamp: try row.int(2),
                    step: try row.int(3)
                )
            )
        }
        run.metrics.sort { $0.key < $1.key }
        run.params = try pairs(Statements.selectParams, row)
        run.tags = try pairs(Statements.selectTags, row)
        try InputStore(transaction: transaction).fill(&run, row: row)
        return run
    }

    private func pairs(_ sql: String, _ row: Int64) throws -> [KeyValue] {
        var pairs: [KeyValue] = []
        try transaction.forEach(sql, [.int(row)]) { pairs.append(KeyValue(try $0.text(0), try $0.text(1))) }
        pairs.sort { $0.key < $1.key }
        return pairs
    }

    private static func info(_ row: SQLRow) throws -> RunInfo {
        RunInfo(
            id: RunID(try row.text(1)),
            experiment: ExperimentID(try row.int(2)),
            name: try row.text(3),
            user: try row.text(4),
            status: RunStatus(rawValue: try row.int(5)) ?? .running,
            startTime: try row.int(6),
            endTime: try row.optionalInt(7),
            artifactLocation: try row.text(8),
            stage: LifecycleStage(rawValue: try row.int(9)) ?? .active
        )
    }

    enum Statements {
        static let select = """
            SELECT r.id, r.uuid, r.experiment, r.name, r.user_name, r.status, r.start_time, r.end_time,
                r.artifact_location, r.stage
            FROM runs r
            """
        static let insert = """
            INSERT INTO runs (uuid, experiment, stage, status, start_time, name, user_name, artifact_location)
            VALUES (?, ?, 0, ?, ?, ?, ?, ?) RETURNING id
            """
        static let selectHandle = "SELECT id, stage, experiment FROM runs WHERE uuid = ?"
        static let update = "UPDATE runs SET status = ?, end_time = ?, name = ? WHERE id = ?"
        static let setStage = "UPDATE runs SET stage = ?, deleted_at = ? WHERE uuid = ?"
        static let upsertTag = """
            INSERT INTO run_tags (run, key, value) VALUES (?, ?, ?)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
            """
        static let deleteTag = "DELETE FROM run_tags WHERE run = ? AND key = ?"
        static let selectTag = "SELECT value FROM run_tags WHERE run = ? AND key = ?"
        static let insertParam = "INSERT INTO run_params (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        static let selectParam = "SELECT value FROM run_params WHERE run = ? AND key = ?"
        static let selectMetrics = """
            SELECT k.name, m.value, m.timestamp, m.step FROM metric_series m JOIN keys k ON k.id = m.key
            WHERE m.run = ?
            """
        static let selectParams = "SELECT k.name, p.value FROM run_params p JOIN keys k ON k.id = p.key WHERE p.run = ?"
        static let selectTags = "SELECT k.name, t.value FROM run_tags t JOIN keys k ON k.id = t.key WHERE t.run = ?"
    }
}
