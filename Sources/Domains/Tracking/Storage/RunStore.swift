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

    /// A run with all that was logged to it.
    func complete(_ run: Run, row: Int64) throws -> Run {
        guard let complete = try complete([(row, run)]).first else { preconditionFailure("one run is completed") }
        return complete
    }

    static func info(_ row: SQLRow) throws -> RunInfo {
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
        static let columns = """
            r.id, r.uuid, r.experiment, r.name, r.user_name, r.status, r.start_time, r.end_time,
                r.artifact_location, r.stage
            """
        static let select = "SELECT \(columns) FROM runs r"
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
    }
}
