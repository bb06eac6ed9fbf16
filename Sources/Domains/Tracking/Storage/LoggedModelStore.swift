internal import SQLStore

/// Logged models inside one transaction.
struct LoggedModelStore {
    let transaction: any SQLTransaction

    /// Adds a logged model.
    func insert(_ model: LoggedModel) throws {
        let rows = try transaction.query(
            Statements.insert,
            [
                .text(model.id.text), .int(model.experiment.number), .text(model.name), .text(model.artifactLocation),
                .int(model.status.rawValue), .text(model.type), .text(model.sourceRun), .int(model.createdAt),
                .int(model.updatedAt),
            ]
        )
        guard let row = try rows.first?.int(0) else { preconditionFailure("an insert with RETURNING answers") }
        try addParams(model.params, to: row)
        try setTags(model.tags, of: row)
    }

    /// The row of a model that is in use, or the error that says that there is none.
    func require(_ id: LoggedModelID, includingDeleted: Bool = false) throws -> Int64 {
        guard let row = try transaction.first(Statements.selectRow, [.text(id.text)]),
            try includingDeleted || row.int(1) == LifecycleStage.active.rawValue
        else { throw TrackingError.noLoggedModel(id) }
        return try row.int(0)
    }

    /// Whether there is such a model, in any stage.
    func has(_ id: LoggedModelID) throws -> Bool {
        try transaction.first(Statements.selectRow, [.text(id.text)]) != nil
    }

    /// Whether a model is in use.
    func isActive(_ row: Int64) throws -> Bool {
        try transaction.first("SELECT stage FROM logged_models WHERE id = ?", [.int(row)])?.int(0)
            == LifecycleStage.active.rawValue
    }

    /// A model with all that was logged to it.
    func load(_ row: Int64) throws -> LoggedModel {
        guard let found = try transaction.first(Statements.select + " WHERE l.id = ?", [.int(row)]) else {
            preconditionFailure("the row of a model was looked up in this transaction")
        }
        return try models([found])[0]
    }

    /// Changes how a model stands.
    func setStatus(_ status: LoggedModelStatus, of row: Int64, at now: Int64) throws {
        try transaction.execute(Statements.setStatus, [.int(status.rawValue), .int(now), .int(row)])
    }

    /// Changes the stage of a model.
    func setStage(_ stage: LifecycleStage, of row: Int64, at now: Int64) throws {
        try transaction.execute(Statements.setStage, [.int(stage.rawValue), .int(now), .int(row)])
    }

    /// Adds parameters; throws a constraint error for one that is there.
    func addParams(_ params: [KeyValue], to row: Int64) throws {
        try transaction.execute(
            Statements.insertParam,
            rows: params.map { [.int(row), .text($0.key), .text($0.value)] }
        )
    }

    /// Sets tags.
    func setTags(_ tags: [KeyValue], of row: Int64) throws {
        try transaction.execute(Statements.upsertTag, rows: tags.map { [.int(row), .text($0.key), .text($0.value)] })
    }

    /// Removes a tag; false when there was none.
    func deleteTag(_ key: String, of row: Int64) throws -> Bool {
        try transaction.execute(Statements.deleteTag, [.int(row), .text(key)]) > 0
    }

    /// Adds points that measure a model; one that is there already is no second one.
    func addMetric(_ metric: Metric, of row: Int64, run: RunID) throws {
        let value = metric.point.value
        try transaction.execute(
            Statements.insertMetric,
            [
                .int(row), .text(metric.key), .int(metric.timestamp), .int(metric.step), .text(run.text),
                value.isNaN ? .null : .double(value), SQLValue(metric.datasetName), SQLValue(metric.datasetDigest),
            ]
        )
    }

    /// The models of rows of `select`, with all that was logged to them.
    func models(_ rows: ArraySlice<SQLRow>) throws -> [LoggedModel] {
        let ids = try rows.map { try $0.int(0) }
        var models = try rows.map(Self.model)
        let positions = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
        func fill(_ sql: String, _ add: (inout LoggedModel, SQLRow) throws -> Void) throws {
            try transaction.forEach(sql, in: ids) { row in
                if let index = positions[try row.int(0)] { try add(&models[index], row) }
            }
        }
        try fill(Statements.selectParams) { $0.params.append(KeyValue(try $1.text(1), try $1.text(2))) }
        try fill(Statements.selectTags) { $0.tags.append(KeyValue(try $1.text(1), try $1.text(2))) }
        try fill(Statements.selectMetrics) { $0.metrics.append(try Self.metric($1, of: $0.id)) }
        for index in models.indices {
            models[index].params.sort { $0.key < $1.key }
            models[index].tags.sort { $0.key < $1.key }
            models[index].metrics.sort(by: Self.isEarlier)
        }
        return models
    }

    private static func model(_ row: SQLRow) throws -> LoggedModel {
        LoggedModel(
            id: LoggedModelID(try row.text(1)),
            experiment: ExperimentID(try row.int(2)),
            name: try row.text(3),
            artifactLocation: try row.text(4),
            status: LoggedModelStatus(rawValue: try row.int(5)) ?? .unspecified,
            type: try row.text(6),
            sourceRun: try row.text(7),
            createdAt: try row.int(8),
            updatedAt: try row.int(9)
        )
    }

    private static func metric(_ row: SQLRow, of id: LoggedModelID) throws -> Metric {
        var metric = Metric(
            key: try row.text(1),
            value: try row.optionalDouble(2) ?? .nan,
            timestamp: try row.int(3),
            step: try row.int(4)
        )
        metric.model = id
        metric.run = RunID(try row.text(5))
        metric.datasetName = try row.optionalText(6)
        metric.datasetDigest = try row.optionalText(7)
        return metric
    }

    private static func isEarlier(_ left: Metric, _ right: Metric) -> Bool {
        (left.key, left.timestamp, left.step, left.run?.text ?? "")
            < (right.key, right.timestamp, right.step, right.run?.text ?? "")
    }

    enum Statements {
        static let columns = """
            l.id, l.model_id, l.experiment, l.name, l.artifact_location, l.status, l.type, l.source_run, l.created_at,
            l.updated_at
            """
        static let select = "SELECT \(columns) FROM logged_models l"
        static let selectRow = "SELECT id, stage FROM logged_models WHERE model_id = ?"
        static let insert = """
            INSERT INTO logged_models
                (model_id, experiment, name, artifact_location, status, type, source_run, created_at, updated_at, stage)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id
            """
        static let setStatus = "UPDATE logged_models SET status = ?, updated_at = ? WHERE id = ?"
        static let setStage = "UPDATE logged_models SET stage = ?, updated_at = ? WHERE id = ?"
        static let insertParam = "INSERT INTO logged_model_params (model, key, value) VALUES (?, ?, ?)"
        static let selectParams = "SELECT model, key, value FROM logged_model_params WHERE model IN"
        static let upsertTag = """
            INSERT INTO logged_model_tags (model, key, value) VALUES (?, ?, ?)
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """
        static let deleteTag = "DELETE FROM logged_model_tags WHERE model = ? AND key = ?"
        static let selectTags = "SELECT model, key, value FROM logged_model_tags WHERE model IN"
        static let insertMetric = """
            INSERT INTO logged_model_metrics (model, key, timestamp, step, run, value, dataset_name, dataset_digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        static let selectMetrics = """
            SELECT model, key, value, timestamp, step, run, dataset_name, dataset_digest FROM logged_model_metrics
            WHERE model IN
            """
    }
}
