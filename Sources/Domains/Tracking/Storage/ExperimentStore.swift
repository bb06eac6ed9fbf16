internal import SQLStore

/// Experiments inside one transaction.
struct ExperimentStore {
    let transaction: any SQLTransaction

    /// An experiment with its tags, in any stage.
    func find(_ id: ExperimentID) throws -> Experiment? {
        try experiments(transaction.query(Statements.select + " WHERE id = ?", [.int(id.number)])[...]).first
    }

    /// An experiment by its name, in any stage.
    func find(name: String) throws -> Experiment? {
        try experiments(transaction.query(Statements.select + " WHERE name = ?", [.text(name)])[...]).first
    }

    /// An experiment, or the error that says that there is none.
    func require(_ id: ExperimentID) throws -> Experiment {
        guard let experiment = try find(id) else { throw TrackingError.noExperiment(id) }
        return experiment
    }

    /// An experiment in use, or the error that says why not.
    func requireActive(_ id: ExperimentID) throws -> Experiment {
        let experiment = try require(id)
        guard experiment.stage == .active else { throw TrackingError.inactive(experiment: id) }
        return experiment
    }

    /// Adds an experiment and returns its number.
    func insert(name: String, location: String?, root: String, at now: Int64) throws -> ExperimentID {
        let rows = try transaction.query(Statements.insert, [.text(name), .text(location ?? ""), .int(now), .int(now)])
        guard let row = try rows.first?.int(0) else { preconditionFailure("an insert with RETURNING answers") }
        let id = try unused(row)
        if location == nil {
            try transaction.execute(Statements.setLocation, [.text("\(root)/\(id)"), .int(id)])
        }
        return ExperimentID(id)
    }

    /// Gives a new experiment another number where its own was that of a purged one: old links must not lead to it.
    private func unused(_ id: Int64) throws -> Int64 {
        guard let last = try transaction.first(Statements.lastPurged)?.optionalInt(0), id <= last else { return id }
        try transaction.execute("UPDATE experiments SET id = ? WHERE id = ?", [.int(last + 1), .int(id)])
        return last + 1
    }

    /// Adds the default experiment unless there is one.
    func insertDefault(root: String, at now: Int64) throws {
        try transaction.execute(Statements.insertDefault, [.text("\(root)/0"), .int(now), .int(now)])
    }

    /// Sets a tag.
    func setTag(_ tag: KeyValue, of id: ExperimentID) throws {
        try transaction.execute(Statements.upsertTag, [.int(id.number), .text(tag.key), .text(tag.value)])
    }

    /// Removes a tag; false when there was none.
    func deleteTag(_ key: String, of id: ExperimentID) throws -> Bool {
        try transaction.execute(Statements.deleteTag, [.int(id.number), .text(key)]) > 0
    }

    /// Changes the name.
    func rename(_ id: ExperimentID, to name: String, at now: Int64) throws {
        try transaction.execute(Statements.rename, [.text(name), .int(now), .int(id.number)])
    }

    /// Changes the stage of an experiment and of all its runs and models.
    func setStage(_ stage: LifecycleStage, of id: ExperimentID, at now: Int64) throws {
        let deletedAt: SQLValue = stage == .deleted ? .int(now) : .null
        try transaction.execute(Statements.setStage, [.int(stage.rawValue), .int(now), .int(id.number)])
        try transaction.execute(Statements.setStageOfRuns, [.int(stage.rawValue), deletedAt, .int(id.number)])
    }

    /// The experiments of rows of `select`, with their tags by key.
    func experiments(_ rows: ArraySlice<SQLRow>) throws -> [Experiment] {
        var tags: [Int64: [KeyValue]] = [:]
        try transaction.forEach(Statements.selectTags, in: rows.map { try $0.int(0) }) { row in
            tags[try row.int(0), default: []].append(KeyValue(try row.text(1), try row.text(2)))
        }
        return try rows.map { row in
            let id = try row.int(0)
            return Experiment(
                id: ExperimentID(id),
                name: try row.text(1),
                artifactLocation: try row.text(2),
                stage: LifecycleStage(rawValue: try row.int(3)) ?? .active,
                createdAt: try row.int(4),
                updatedAt: try row.int(5),
                tags: (tags[id] ?? []).sorted { $0.key < $1.key }
            )
        }
    }

    enum Statements {
        static let columns = "id, name, artifact_location, stage, created_at, updated_at"
        static let select = "SELECT \(columns) FROM experiments"
        static let insert = """
            INSERT INTO experiments (name, artifact_location, stage, created_at, updated_at) VALUES (?, ?, 0, ?, ?)
            RETURNING id
            """
        static let insertDefault = """
            INSERT INTO experiments (id, name, artifact_location, stage, created_at, updated_at)
            VALUES (0, 'Default', ?, 0, ?, ?) ON CONFLICT DO NOTHING
            """
        static let lastPurged = "SELECT max(id) FROM purged_experiments"
        static let setLocation = "UPDATE experiments SET artifact_location = ? WHERE id = ?"
        static let rename = "UPDATE experiments SET name = ?, updated_at = ? WHERE id = ?"
        static let setStage = "UPDATE experiments SET stage = ?, updated_at = ? WHERE id = ?"
        static let setStageOfRuns = "UPDATE runs SET stage = ?, deleted_at = ? WHERE experiment = ?"
        static let selectTags = "SELECT experiment, key, value FROM experiment_tags WHERE experiment IN"
        static let upsertTag = """
            INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)
            ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value
            """
        static let deleteTag = "DELETE FROM experiment_tags WHERE experiment = ? AND key = ?"
    }
}
