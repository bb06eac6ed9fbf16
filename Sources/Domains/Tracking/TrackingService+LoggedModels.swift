internal import Filters
internal import Primitives
internal import SQLStore

extension TrackingService {
    private static let forbiddenInModelNames: Set<Character> = ["/", ":", ".", "%", "\"", "'"]

    /// Makes a logged model, pending until it is finished.
    package func createLoggedModel(_ draft: LoggedModelDraft) async throws -> LoggedModel {
        let name = draft.name.flatMap { $0.isEmpty ? nil : $0 } ?? RandomName.make()
        guard !name.isEmpty, !name.contains(where: Self.forbiddenInModelNames.contains) else {
            throw TrackingError.invalid(
                "Invalid model name (\(name.pythonQuoted)) provided. Model name must be a non-empty string and cannot contain the "
                    + "following characters: ('/', ':', '.', '%', '\"', \"'\")"
            )
        }
        let id = LoggedModelID("m-" + RandomID.hex())
        return try await Self.translatingDuplicates { [database] in
            try await database.write { transaction in
                let experiment = try ExperimentStore(transaction: transaction).requireActive(draft.experiment)
                let now = WallClock.nowMilliseconds()
                var model = LoggedModel(
                    id: id,
                    experiment: draft.experiment,
                    name: name,
                    artifactLocation: "\(experiment.artifactLocation)/models/\(id)/artifacts",
                    status: .pending,
                    type: draft.type,
                    sourceRun: draft.sourceRun,
                    createdAt: now,
                    updatedAt: now
                )
                model.params = draft.params
                model.tags = Self.lastOfEachKey(draft.tags)
                try LoggedModelStore(transaction: transaction).insert(model)
                return model
            }
        }
    }

    /// A logged model with all that was logged to it.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`, also for a deleted one unless those are included.
    package func loggedModel(_ id: LoggedModelID, includingDeleted: Bool = false) async throws -> LoggedModel {
        try await database.read { transaction in
            let store = LoggedModelStore(transaction: transaction)
            return try store.load(store.require(id, includingDeleted: includingDeleted))
        }
    }

    /// Says how a logged model stands.
    package func setLoggedModelStatus(_ status: LoggedModelStatus, of id: LoggedModelID) async throws -> LoggedModel {
        try await database.write { transaction in
            let store = LoggedModelStore(transaction: transaction)
            let row = try store.require(id)
            try store.setStatus(status, of: row, at: WallClock.nowMilliseconds())
            return try store.load(row)
        }
    }

    /// Moves a logged model to the trash; nothing happens when it is there.
    package func deleteLoggedModel(_ id: LoggedModelID) async throws {
        try await database.write { transaction in
            let store = LoggedModelStore(transaction: transaction)
            let row = try store.require(id, includingDeleted: true)
            guard try store.isActive(row) else { return }
            try store.setStage(.deleted, of: row, at: WallClock.nowMilliseconds())
        }
    }

    /// Sets tags of a logged model.
    package func setLoggedModelTags(_ tags: [KeyValue], of id: LoggedModelID) async throws {
        try await database.write { transaction in
            let store = LoggedModelStore(transaction: transaction)
            try store.setTags(Self.lastOfEachKey(tags), of: try store.require(id))
        }
    }

    /// Changes a tag of a logged model by what it is, in one transaction.
    package func changeTag(
        _ key: String,
        ofLoggedModel id: LoggedModelID,
        _ change: @escaping @Sendable (String?) throws -> String
    ) async throws {
        try await database.write { transaction in
            let store = LoggedModelStore(transaction: transaction)
            let row = try store.require(id)
            let before = try store.load(row).tags.first { $0.key == key }?.value
            try store.setTags([KeyValue(key, try change(before))], of: row)
        }
    }

    /// Removes a tag of a logged model.
    package func deleteLoggedModelTag(_ key: String, of id: LoggedModelID) async throws {
        try await database.write { transaction in
            let store = LoggedModelStore(transaction: transaction)
            guard try store.deleteTag(key, of: try store.require(id)) else {
                throw TrackingError(.doesNotExist, "No tag with key '\(key)' found for model with ID '\(id)'.")
            }
        }
    }

    /// Adds parameters to a logged model.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`; `badRequest` for a key that it has).
    package func addLoggedModelParams(_ params: [KeyValue], to id: LoggedModelID) async throws {
        try await Self.translatingDuplicates { [database] in
            try await database.write { transaction in
                let store = LoggedModelStore(transaction: transaction)
                try store.addParams(params, to: try store.require(id))
            }
        }
    }

    /// One page of the logged models that a search finds; never deleted ones.
    package func searchLoggedModels(_ query: LoggedModelQuery) async throws -> Page<LoggedModel> {
        try await database.read { transaction in
            try translatingFilterErrors {
                let search = LoggedModelSearch(query: query)
                let statement = try search.statement()
                let store = LoggedModelStore(transaction: transaction)
                let rows =
                    query.experiments.isEmpty ? [] : try transaction.query(statement.sql, statement.arguments)
                let models = try store.models(rows.prefix(query.limit))
                return Page(items: models, next: try search.next(after: rows))
            }
        }
    }

    private static func translatingDuplicates<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as SQLError where error.code == .uniqueConstraint {
            throw TrackingError(.badRequest, "A parameter of the logged model was logged before.")
        }
    }
}
