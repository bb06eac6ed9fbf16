internal import Filters
internal import Primitives
package import SQLStore

/// Registered models, their versions and the aliases that say which version does what.
///
/// Every act is one transaction, durable when it returns. Thread-safe.
package final class RegistryService: Sendable {
    let database: any SQLDatabase
    let origins: any ModelOrigins
    let observers = AliasObservers()
    private let journal: (any RegistryJournal)?

    /// Who acts when a client of the MLflow protocol, which does not say, moves an alias.
    package static let unnamedActor = "mlflow client"

    private init(database: any SQLDatabase, origins: any ModelOrigins, journal: (any RegistryJournal)?) {
        self.database = database
        self.origins = origins
        self.journal = journal
    }

    /// Brings the tables up to date.
    ///
    /// - Parameters:
    ///   - database: where the registry is kept.
    ///   - origins: what is known of runs and logged models.
    ///   - journal: who is told of changes, in the transaction of each.
    /// - Returns: the registry.
    /// - Throws: `SQLError`.
    package static func open(
        database: any SQLDatabase,
        origins: any ModelOrigins,
        journal: (any RegistryJournal)? = nil
    ) async throws -> RegistryService {
        try await database.migrate(RegistrySchema.migrations)
        return RegistryService(database: database, origins: origins, journal: journal)
    }

    /// Tells the journal of a change of a model in the transaction that makes it.
    func note(_ change: RegistryChange, of row: Int64, named name: String, _ transaction: any SQLTransaction) throws {
        guard let journal else { return }
        let isPrompt = RegistryRules.isPrompt(try ModelStore(transaction: transaction).tags(of: row))
        try journal.record(RegistryEvent(model: name, isPrompt: isPrompt, change: change), in: transaction)
    }

    /// Makes a registered model.
    ///
    /// - Throws: `RegistryError` (`invalidParameter`, `alreadyExists`).
    package func createModel(
        _ name: String,
        description: String? = nil,
        tags: [RegistryTag] = []
    ) async throws -> RegisteredModel {
        try RegistryRules.checkName(name)
        for tag in tags { try RegistryRules.checkTag(tag) }
        return try await database.write { transaction in
            let store = ModelStore(transaction: transaction)
            if let row = try store.find(name) {
                throw Self.taken(name, isPrompt: try store.load(row).isPrompt, wanted: RegistryRules.isPrompt(tags))
            }
            let row = try store.insert(name, description: description, at: WallClock.nowMilliseconds())
            for tag in tags { try store.setTag(tag, of: row) }
            try self.note(.modelCreated(description: description, tags: tags), of: row, named: name, transaction)
            return try store.load(row)
        }
    }

    /// A registered model with its aliases and latest versions.
    ///
    /// - Throws: `RegistryError` with code `doesNotExist`.
    package func model(_ name: String) async throws -> RegisteredModel {
        try await database.read { transaction in
            let store = ModelStore(transaction: transaction)
            return try store.load(store.require(name))
        }
    }

    /// One page of the registered models that a search finds.
    package func searchModels(_ search: RegistrySearch) async throws -> RegistryPage<RegisteredModel> {
        try await database.read { transaction in
            try translatingFilterErrors {
                let filter = RegistryFilter.models
                let (columns, table) = (ModelStore.Statements.columns, "registered_models m")
                let statement = try filter.statement(columns, table, search)
                let rows = try transaction.query(statement.sql, statement.arguments)
                let models = try ModelStore(transaction: transaction).models(rows.prefix(search.limit))
                return RegistryPage(items: models, next: try filter.next(after: rows, search))
            }
        }
    }

    /// Changes the description of a model.
    package func setDescription(_ description: String, ofModel name: String) async throws -> RegisteredModel {
        try await database.write { transaction in
            let store = ModelStore(transaction: transaction)
            let row = try store.require(name)
            try store.setDescription(description, of: row, at: WallClock.nowMilliseconds())
            return try store.load(row)
        }
    }

    /// Changes the name of a model.
    package func renameModel(_ name: String, to newName: String) async throws -> RegisteredModel {
        try RegistryRules.checkName(newName)
        return try await database.write { transaction in
            let store = ModelStore(transaction: transaction)
            let row = try store.require(name)
            if newName != name, try store.find(newName) != nil {
                let isPrompt = try store.load(row).isPrompt
                throw Self.taken(newName, isPrompt: isPrompt, wanted: isPrompt)
            }
            try store.rename(row, from: name, to: newName, at: WallClock.nowMilliseconds())
            return try store.load(row)
        }
    }

    /// Moves a model with its versions to the trash: its name is free then.
    ///
    /// The history of its aliases stays.
    package func deleteModel(_ name: String, actor: String = unnamedActor) async throws {
        let changes = try await database.write { transaction in
            let store = ModelStore(transaction: transaction)
            let row = try store.require(name)
            let versions = VersionStore(transaction: transaction)
            let model = try store.load(row)
            let changes = try model.aliases.compactMap { alias in
                let reason = "the model was deleted"
                let change = Self.change(name, alias.name, from: alias.version, to: nil, actor: actor, reason: reason)
                return try versions.setAlias(change, of: row)
            }
            let trash = ModelTrash(transaction: transaction)
            try trash.take(model, row: row, actor: actor, at: WallClock.nowMilliseconds())
            return changes
        }
        observers.publish(changes)
    }

    /// Sets a tag of a model.
    package func setTag(_ tag: RegistryTag, ofModel name: String) async throws {
        try RegistryRules.checkTag(tag)
        try await database.write { transaction in
            let store = ModelStore(transaction: transaction)
            let row = try store.require(name)
            try store.setTag(tag, of: row)
            try self.note(.modelTagSet(tag), of: row, named: name, transaction)
        }
    }

    /// Removes a tag of a model; nothing happens when there is none.
    package func deleteTag(_ key: String, ofModel name: String) async throws {
        try RegistryRules.checkKey(key)
        try await database.write { transaction in
            let store = ModelStore(transaction: transaction)
            let row = try store.require(name)
            try store.deleteTag(key, of: row)
            try self.note(.modelTagDeleted(key: key), of: row, named: name, transaction)
        }
    }

    static func change(
        _ model: String,
        _ alias: String,
        from: Int64?,
        to: Int64?,
        actor: String,
        reason: String
    ) -> AliasChange {
        AliasChange(
            id: 0,
            model: model,
            alias: alias,
            from: from,
            to: to,
            actor: actor,
            reason: reason,
            at: WallClock.nowMilliseconds()
        )
    }

    private static func taken(_ name: String, isPrompt: Bool, wanted: Bool) -> RegistryError {
        guard isPrompt != wanted else {
            return RegistryError(
                .alreadyExists,
                "\(wanted ? "Prompt" : "Registered Model") (name=\(name)) already exists."
            )
        }
        let new = wanted ? "prompt" : "registered model"
        let old = wanted ? "registered model" : "prompt"
        return RegistryError(
            .alreadyExists,
            "Tried to create a \(new) with name '\(name)', but the name is already taken by a \(old). "
                + "MLflow does not allow creating a model and a prompt with the same name."
        )
    }
}
