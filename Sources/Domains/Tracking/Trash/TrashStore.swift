internal import Primitives
internal import SQLStore

/// The trash of tracking inside one transaction: what is in it, and removing it for good.
struct TrashStore {
    let transaction: any SQLTransaction

    // MARK: - What is in it

    /// What is in the trash, newest first; the runs of a deleted experiment are part of the experiment.
    func items() throws -> [TrashedWork] {
        let found =
            try transaction.query(Statements.experiments).map { row in
                let id = ExperimentID(try row.int(0))
                return try item(.experiment(id), row)
            }
            + transaction.query(Statements.runs).map { try item(.run(RunID(try $0.text(0))), $0) }
            + transaction.query(Statements.models).map { try item(.loggedModel(LoggedModelID(try $0.text(0))), $0) }
        return found.sorted { ($1.deletedAt, $0.name) < ($0.deletedAt, $1.name) }
    }

    /// The folders that something has for itself.
    func folders(of subject: TrashedWork.Subject) throws -> [ArtifactPath] {
        switch subject {
        case .experiment(let id): try foldersOfExperiment(id)
        case .run(let id): try folders(Statements.folderOfRun, [.text(id.text)])
        case .loggedModel(let id): try folders(Statements.folderOfModel, [.text(id.text)])
        }
    }

    /// The runs and logged models that go with something; those of an experiment as far as they have not gone before.
    func work(of subject: TrashedWork.Subject) throws -> (runs: [RunID], models: [LoggedModelID]) {
        switch subject {
        case .experiment(let id): (try runs(of: id, limit: .max), try models(of: id))
        case .run(let id): ([id], [])
        case .loggedModel(let id): ([], [id])
        }
    }

    /// Throws unless it is in the trash: it may have been restored or purged by somebody else meanwhile.
    func require(_ subject: TrashedWork.Subject) throws {
        let row =
            switch subject {
            case .experiment(let id): try transaction.first(Statements.stageOfExperiment, [.int(id.number)])
            case .run(let id): try transaction.first(Statements.stageOfRun, [.text(id.text)])
            case .loggedModel(let id): try transaction.first(Statements.stageOfModel, [.text(id.text)])
            }
        guard let row, try row.int(0) == LifecycleStage.deleted.rawValue else {
            throw TrackingError(.doesNotExist, "It is not in the trash: it was restored or purged, or never there.")
        }
    }

    private func item(_ subject: TrashedWork.Subject, _ row: SQLRow) throws -> TrashedWork {
        TrashedWork(subject: subject, name: try row.text(1), deletedAt: try row.int(2), runs: try row.int(3))
    }

    /// The experiment's own folder; with a location that others may share, those of its runs and models.
    private func foldersOfExperiment(_ id: ExperimentID) throws -> [ArtifactPath] {
        guard let row = try transaction.first(Statements.folderOfExperiment, [.int(id.number)]) else { return [] }
        let location = try row.text(0)
        if location == "\(TrackingService.artifactRoot)/\(id)", let folder = ArtifactPath(location: location),
            try !folders(Statements.otherFolders, [.int(id.number)]).contains(where: { $0.lies(within: folder) })
        {
            return [folder]
        }
        return try folders(Statements.foldersOfRuns, [.int(id.number)])
            + folders(Statements.foldersOfModels, [.int(id.number)])
    }

    private func folders(_ sql: String, _ arguments: [SQLValue]) throws -> [ArtifactPath] {
        try transaction.query(sql, arguments).compactMap { ArtifactPath(location: try $0.text(0)) }
    }

    // MARK: - Removing it for good

    /// The runs of an experiment, at most `limit`.
    func runs(of experiment: ExperimentID, limit: Int64) throws -> [RunID] {
        try transaction.query(Statements.runsOfExperiment, [.int(experiment.number), .int(limit)])
            .map { RunID(try $0.text(0)) }
    }

    /// The traces of an experiment, at most `limit`, by row.
    func traces(of experiment: ExperimentID, limit: Int64) throws -> [Int64] {
        try transaction.query(Statements.tracesOfExperiment, [.int(experiment.number), .int(limit)])
            .map { try $0.int(0) }
    }

    /// The logged models of an experiment, in any stage.
    func models(of experiment: ExperimentID) throws -> [LoggedModelID] {
        try transaction.query(Statements.modelsOfExperiment, [.int(experiment.number)])
            .map { LoggedModelID(try $0.text(0)) }
    }

    /// Removes the records of a run.
    func remove(_ run: RunID) throws {
        guard let row = try RunStore(transaction: transaction).find(run)?.row else { return }
        try MetricStore(transaction: transaction).removeAll(of: row)
        for table in ["run_params", "run_tags", "run_dataset_tags", "run_datasets", "run_models"] {
            try transaction.execute("DELETE FROM \(table) WHERE run = ?", [.int(row)])
        }
        try transaction.execute("DELETE FROM trace_runs WHERE run = ?", [.text(run.text)])
        try transaction.execute("DELETE FROM runs WHERE id = ?", [.int(row)])
    }

    /// Removes the records of a logged model.
    func remove(_ model: LoggedModelID) throws {
        let row = try LoggedModelStore(transaction: transaction).require(model, includingDeleted: true)
        for table in ["logged_model_params", "logged_model_tags", "logged_model_metrics"] {
            try transaction.execute("DELETE FROM \(table) WHERE model = ?", [.int(row)])
        }
        try transaction.execute("DELETE FROM logged_models WHERE id = ?", [.int(row)])
    }

    /// Removes the records of an experiment whose runs, traces and models have gone.
    func remove(_ experiment: ExperimentID) throws {
        let scorers = ScorerStore(transaction: transaction)
        for row in try transaction.query(Statements.scorersOfExperiment, [.int(experiment.number)]) {
            try scorers.delete(try row.text(0))
        }
        for table in ["experiment_tags", "datasets", "evaluation_dataset_experiments"] {
            try transaction.execute("DELETE FROM \(table) WHERE experiment = ?", [.int(experiment.number)])
        }
        try transaction.execute("DELETE FROM experiments WHERE id = ?", [.int(experiment.number)])
        guard experiment != .standard else {
            // Clients that name no experiment mean the default one: it is there again at once, and empty.
            let now = WallClock.nowMilliseconds()
            let store = ExperimentStore(transaction: transaction)
            return try store.insertDefault(root: TrackingService.artifactRoot, at: now)
        }
        try transaction.execute("INSERT INTO purged_experiments (id) VALUES (?)", [.int(experiment.number)])
    }

    private enum Statements {
        static let experiments = """
            SELECT e.id, e.name, e.updated_at, (SELECT count(*) FROM runs r WHERE r.experiment = e.id)
            FROM experiments e WHERE e.stage = 1
            """
        static let runs = """
            SELECT r.uuid, r.name, coalesce(r.deleted_at, 0), 1 FROM runs r JOIN experiments e ON e.id = r.experiment
            WHERE r.stage = 1 AND e.stage = 0
            """
        static let models = """
            SELECT l.model_id, l.name, l.updated_at, 0 FROM logged_models l
            JOIN experiments e ON e.id = l.experiment WHERE l.stage = 1 AND e.stage = 0
            """
        static let stageOfExperiment = "SELECT stage FROM experiments WHERE id = ?"
        static let stageOfRun = "SELECT stage FROM runs WHERE uuid = ?"
        static let stageOfModel = "SELECT stage FROM logged_models WHERE model_id = ?"
        static let folderOfExperiment = "SELECT artifact_location FROM experiments WHERE id = ?"
        static let otherFolders = "SELECT artifact_location FROM experiments WHERE id <> ?"
        static let folderOfRun = "SELECT artifact_location FROM runs WHERE uuid = ?"
        static let folderOfModel = "SELECT artifact_location FROM logged_models WHERE model_id = ?"
        static let foldersOfRuns = "SELECT artifact_location FROM runs WHERE experiment = ?"
        static let foldersOfModels = "SELECT artifact_location FROM logged_models WHERE experiment = ?"
        static let runsOfExperiment = "SELECT uuid FROM runs WHERE experiment = ? LIMIT ?"
        static let tracesOfExperiment = "SELECT id FROM traces WHERE experiment = ? LIMIT ?"
        static let scorersOfExperiment = "SELECT scorer_id FROM scorers WHERE experiment = ?"
        static let modelsOfExperiment = "SELECT model_id FROM logged_models WHERE experiment = ?"
    }
}
