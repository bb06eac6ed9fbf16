internal import SQLStore

extension RegistryService {
    /// Points an alias at a version, from wherever it points now: one atomic act, recorded for good.
    ///
    /// - Parameters:
    ///   - alias: the alias, such as `champion`.
    ///   - name: the model.
    ///   - version: the version.
    ///   - actor: who moves it.
    ///   - reason: why.
    /// - Returns: the record; nil when the alias pointed there already.
    /// - Throws: `RegistryError` (`invalidParameter`, `doesNotExist`).
    @discardableResult
    package func setAlias(
        _ alias: String,
        of name: String,
        to version: Int64,
        actor: String = unnamedActor,
        reason: String = ""
    ) async throws -> AliasChange? {
        try RegistryRules.checkAlias(alias)
        let change = try await database.write { transaction in
            let store = VersionStore(transaction: transaction)
            let row = try store.require(name, version).row
            let from = try store.aliased(alias, of: row)
            let change = Self.change(name, alias, from: from, to: version, actor: actor, reason: reason)
            let moved = try store.setAlias(change, of: row)
            try self.note(.aliasSet(alias, version: version), of: row, named: name, transaction)
            return moved
        }
        observers.publish(change.map { [$0] } ?? [])
        return change
    }

    /// Removes an alias; nothing happens when there is none.
    package func deleteAlias(
        _ alias: String,
        of name: String,
        actor: String = unnamedActor,
        reason: String = ""
    ) async throws {
        try RegistryRules.checkSpelling(ofAlias: alias)
        let change = try await database.write { transaction in
            let row = try ModelStore(transaction: transaction).require(name)
            let store = VersionStore(transaction: transaction)
            let from = try store.aliased(alias, of: row)
            let change = Self.change(name, alias, from: from, to: nil, actor: actor, reason: reason)
            let moved = try store.setAlias(change, of: row)
            try self.note(.aliasDeleted(alias), of: row, named: name, transaction)
            return moved
        }
        observers.publish(change.map { [$0] } ?? [])
    }

    /// The moves of an alias, newest first; of all aliases of the model when it is nil.
    package func aliasHistory(of name: String, alias: String? = nil, limit: Int = 1_000) async throws -> [AliasChange] {
        try await database.read { try VersionStore(transaction: $0).changes(model: name, alias: alias, limit: limit) }
    }

    /// The moves of aliases from now on, each told once it is durable.
    ///
    /// A slow listener loses the oldest moves: it should look at the registry when it hears of one, and once at start.
    package func aliasChanges() -> AsyncStream<AliasChange> {
        observers.subscribe()
    }
}
