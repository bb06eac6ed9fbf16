internal import Filters
internal import Primitives
internal import SQLStore

extension TrackingService {
    /// Makes an experiment.
    ///
    /// - Parameters:
    ///   - name: unique, also among deleted ones.
    ///   - artifactLocation: where its artifacts lie; nil for our own store.
    ///   - tags: its first tags.
    /// - Returns: its number.
    /// - Throws: `TrackingError` (`invalidParameter`, `alreadyExists`).
    package func createExperiment(
        name: String,
        artifactLocation: String? = nil,
        tags: [KeyValue] = []
    ) async throws -> ExperimentID {
        try TrackingRules.checkLength(name, "name", TrackingRules.experimentNameLimit)
        guard artifactLocation?.unicodeScalars.count ?? 0 <= TrackingRules.locationLimit else {
            throw TrackingError.invalid(
                "Invalid artifact path length. The length of the artifact path cannot be greater than "
                    + "\(TrackingRules.locationLimit) characters."
            )
        }
        for tag in tags { try Self.checkExperimentTag(tag) }
        let location = artifactLocation.flatMap { $0.isEmpty ? nil : $0 }
        return try await database.write { transaction in
            let store = ExperimentStore(transaction: transaction)
            try Self.refuseTaken(name, in: store)
            let now = WallClock.nowMilliseconds()
            let id = try store.insert(name: name, location: location, root: Self.artifactRoot, at: now)
            for tag in tags { try store.setTag(tag, of: id) }
            return id
        }
    }

    /// An experiment in any stage.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func experiment(_ id: ExperimentID) async throws -> Experiment {
        try await database.read { try ExperimentStore(transaction: $0).require(id) }
    }

    /// An experiment in any stage by its name; nil when there is none.
    package func experiment(named name: String) async throws -> Experiment? {
        try await database.read { try ExperimentStore(transaction: $0).find(name: name) }
    }

    /// One page of the experiments that a search finds.
    package func searchExperiments(_ request: SearchRequest, view: StageView) async throws -> Page<Experiment> {
        try await database.read { transaction in
            try translatingFilterErrors {
                let order = try ExperimentSearch.order(request.orderBy)
                let statement = try ExperimentSearch.statement(request, view: view, order)
                let rows = try transaction.query(statement.sql, statement.arguments)
                let found = try ExperimentStore(transaction: transaction).experiments(rows.prefix(request.limit))
                return Page(items: found, next: request.next(after: rows, order))
            }
        }
    }

    /// Moves an experiment and its runs to the trash.
    package func deleteExperiment(_ id: ExperimentID) async throws {
        try await setStage(.deleted, of: id, from: .active)
    }

    /// Takes an experiment and all its runs out of the trash.
    package func restoreExperiment(_ id: ExperimentID) async throws {
        try await setStage(.active, of: id, from: .deleted)
    }

    /// Changes the name of an experiment.
    package func renameExperiment(_ id: ExperimentID, to name: String) async throws {
        try TrackingRules.checkLength(name, "name", TrackingRules.experimentNameLimit)
        try await database.write { transaction in
            let store = ExperimentStore(transaction: transaction)
            let experiment = try store.require(id)
            guard experiment.stage == .active else {
                throw TrackingError(.invalidState, "Cannot rename a non-active experiment.")
            }
            if experiment.name != name { try Self.refuseTaken(name, in: store) }
            try store.rename(id, to: name, at: WallClock.nowMilliseconds())
        }
    }

    /// Sets a tag of an experiment.
    package func setExperimentTag(_ tag: KeyValue, of id: ExperimentID) async throws {
        try Self.checkExperimentTag(tag)
        try await database.write { transaction in
            let store = ExperimentStore(transaction: transaction)
            _ = try store.requireActive(id)
            try store.setTag(tag, of: id)
        }
    }

    /// Removes a tag of an experiment.
    package func deleteExperimentTag(_ key: String, of id: ExperimentID) async throws {
        try await database.write { transaction in
            let store = ExperimentStore(transaction: transaction)
            _ = try store.requireActive(id)
            guard try store.deleteTag(key, of: id) else {
                throw TrackingError(.doesNotExist, "No tag with name: \(key) in experiment with id \(id)")
            }
        }
    }

    private func setStage(_ stage: LifecycleStage, of id: ExperimentID, from: LifecycleStage) async throws {
        try await database.write { transaction in
            let store = ExperimentStore(transaction: transaction)
            guard let experiment = try store.find(id), experiment.stage == from else {
                throw TrackingError.noExperiment(id)
            }
            try store.setStage(stage, of: id, at: WallClock.nowMilliseconds())
        }
    }

    private static func checkExperimentTag(_ tag: KeyValue) throws(TrackingError) {
        try TrackingRules.checkKey(tag.key, parameter: "key", subject: "key")
        try TrackingRules.checkLength(tag.value, "value", TrackingRules.experimentTagValueLimit)
    }

    private static func refuseTaken(_ name: String, in store: ExperimentStore) throws {
        guard try store.find(name: name) == nil else {
            throw TrackingError(.alreadyExists, "Experiment(name=\(name)) already exists.")
        }
    }
}
