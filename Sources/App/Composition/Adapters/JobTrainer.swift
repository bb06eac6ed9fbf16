internal import Catalogue
internal import Glibc
internal import JSON
internal import Pipelines
internal import Primitives
internal import Registry
internal import Retraining
internal import Streams
internal import Tracking

/// Runs a project's training script as a job with a tracking run of its own.
struct JobTrainer: ModelTrainer {
    /// The run's tag that names the dataset version that it was trained on.
    static let datasetTag = "martlet.dataset"
    private static let attemptTag = "martlet.attempt"

    let parts: ServerParts
    let project: Project
    let training: TrainingDeclaration
    let commit: String

    func train(_ policy: RetrainingPolicy, on cut: TrainingCut, attempt: String) async throws -> TrainedModel {
        try await train(
            on: TrainingInput(
                dataset: cut.name,
                path: cut.path,
                hash: cut.contentHash,
                holdOutRows: policy.holdOutRows
            ),
            attempt: attempt,
            timeout: policy.jobTimeout
        )
    }

    /// Trains once for `attempt`: where an earlier life of the server got as far as a registered version, that is it.
    func train(on input: TrainingInput, attempt: String, timeout: Duration) async throws -> TrainedModel {
        if let done = try await finished(attempt) { return done }
        guard let python = parts.python else { throw TrainingJobError.noPython }
        let begun = MonotonicClock.nowNanoseconds()
        let run = try await createRun(input, attempt: attempt)
        let specification = JobSpecification(
            project: project.name,
            name: training.name,
            executable: python.python,
            arguments: [training.entryPoint],
            environment: environment(input, run: run, python: python),
            directory: training.folder,
            timeout: timeout,
            links: ["run_id": run.text, "dataset": input.dataset, "attempt": attempt]
        )
        do {
            _ = try await parts.jobs.run(specification)
        } catch let failure as JobFailure where failure.job.state == .lost {
            try await end(run, .killed)
            throw CancellationError()
        } catch {
            try await end(run, .failed)
            throw error
        }
        try await end(run, .finished)
        guard let version = try await version(of: run) else {
            throw TrainingJobError.nothingRegistered(training: training.name, model: training.model)
        }
        let seconds = Double(MonotonicClock.nowNanoseconds() - begun) / 1e9
        return TrainedModel(runID: run.text, version: Int(version.version), commit: commit, seconds: seconds)
    }

    private func createRun(_ input: TrainingInput, attempt: String) async throws -> RunID {
        let experiment = try await experimentID()
        var draft = RunDraft(experiment: experiment)
        draft.name = "\(training.model) on \(input.dataset)"
        draft.user = "martlet"
        draft.startTime = WallClock.nowMilliseconds()
        draft.tags = [
            KeyValue(JobTrainer.attemptTag, attempt), KeyValue(JobTrainer.datasetTag, input.dataset),
            KeyValue("martlet.dataset.hash", input.hash), KeyValue("mlflow.source.git.commit", commit),
            KeyValue("mlflow.source.name", training.entryPoint), KeyValue("mlflow.source.type", "PROJECT"),
        ]
        let run = try await parts.tracking.createRun(draft).info.id
        try await parts.tracking.logInputs(datasets: [Self.datasetInput(input)], models: [], to: run)
        return run
    }

    /// The dataset version as MLflow notes what a run read; lineage reads it back.
    private static func datasetInput(_ input: TrainingInput) -> DatasetInput {
        let source: JSONValue = ["dataset_version": .string(input.dataset), "hash": .string(input.hash)]
        let dataset = Dataset(
            name: String(input.dataset.prefix { $0 != "@" }),
            digest: String(input.hash.prefix(32)),
            sourceType: "martlet",
            source: String(decoding: source.serialized(), as: UTF8.self)
        )
        return DatasetInput(dataset: dataset, tags: [KeyValue("mlflow.data.context", "training")])
    }

    private func experimentID() async throws -> ExperimentID {
        if let known = try await parts.tracking.experiment(named: project.name) { return known.id }
        return try await parts.tracking.createExperiment(name: project.name)
    }

    private func end(_ run: RunID, _ status: RunStatus) async throws {
        let info = try await parts.tracking.run(run).info
        // The script may have ended its run itself; a job that failed overrules what it said.
        guard info.status == .running || status != .finished else { return }
        var change = RunChange()
        change.status = status
        change.endTime = WallClock.nowMilliseconds()
        _ = try await parts.tracking.updateRun(run, change)
    }

    /// What an earlier life registered for this attempt, if it got so far.
    private func finished(_ attempt: String) async throws -> TrainedModel? {
        guard let versions = try? await parts.registry.versions(of: training.model) else { return nil }
        for version in versions where !version.run.isEmpty {
            guard let run = try? await parts.tracking.run(RunID(version.run)),
                run.tag(JobTrainer.attemptTag) == attempt, run.info.status == .finished
            else { continue }
            let seconds = Double((run.info.endTime ?? run.info.startTime) - run.info.startTime) / 1_000
            return TrainedModel(runID: version.run, version: Int(version.version), commit: commit, seconds: seconds)
        }
        return nil
    }

    private func version(of run: RunID) async throws -> ModelVersion? {
        guard let versions = try? await parts.registry.versions(of: training.model) else { return nil }
        return versions.first { $0.run == run.text }
    }

    /// What a script finds: MLflow's own variables, ours, Quix's, and those of its application.
    private func environment(_ input: TrainingInput, run: RunID, python: PythonEnvironment) -> [String: String] {
        var environment = training.variables
        for name in ["HOME", "LANG", "TMPDIR", "TZ"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        environment.merge(
            [
                "PATH": "\(python.directory)/bin:/usr/local/bin:/usr/bin:/bin",
                "VIRTUAL_ENV": python.directory,
                "PYTHONUNBUFFERED": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                "MLFLOW_TRACKING_URI": parts.httpAddress,
                "MLFLOW_EXPERIMENT_NAME": project.name,
                "MLFLOW_RUN_ID": run.text,
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "MARTLET_DATASET": input.path,
                "MARTLET_DATASET_VERSION": input.dataset,
                "MARTLET_HOLDOUT_ROWS": String(input.holdOutRows),
                "MARTLET_MODEL": training.model,
                "MARTLET_PROJECT": project.name,
                "Quix__Broker__Address": parts.streams.bootstrapServers,
                "Quix__Application__Name": training.name,
                "Quix__Application__Git__CommitRef": commit,
            ]
        ) { $1 }
        return environment
    }
}

/// What a training job reads.
struct TrainingInput: Sendable {
    /// The dataset version, `weather@v1`.
    let dataset: String
    /// The Parquet file.
    let path: String
    /// SHA-256 of its content.
    let hash: String
    /// Rows at the end that are not for training.
    let holdOutRows: Int
}

/// A training job that could not be started, or that registered nothing.
enum TrainingJobError: Error, CustomStringConvertible {
    case noPython
    case nothingRegistered(training: String, model: String)

    var description: String {
        switch self {
        case .noPython: "there is no Python environment for jobs: run make setup, or name one with --venv"
        case .nothingRegistered(let training, let model):
            "the job \(training) ended well but registered no version of \(model) with its run: "
                + "log the model with registered_model_name"
        }
    }
}
