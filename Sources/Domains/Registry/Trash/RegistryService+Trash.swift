internal import Primitives
package import SQLStore

extension RegistryService {
    /// What is in the trash, newest first.
    package func trash() async throws -> [TrashedModel] {
        try await database.read { try ModelTrash(transaction: $0).items() }
    }

    /// Where the files of something in the trash lie.
    package func locations(ofTrashed id: String) async throws -> [String] {
        try await database.read { try ModelTrash(transaction: $0).locations(of: id) }
    }

    /// Where files lie that some version needs, be it in use or in the trash.
    ///
    /// - Parameter id: something in the trash that does not count; nil for none.
    /// - Returns: the locations, each once.
    /// - Throws: `SQLError`.
    package func locationsInUse(besidesTrashed id: String? = nil) async throws -> [String] {
        try await database.read { try ModelTrash(transaction: $0).locationsInUse(besides: id) }
    }

    /// Where files of versions lie that came from some runs and logged models, inside somebody else's transaction.
    package func locations(
        ofRuns runs: [String],
        loggedModels: [String],
        in transaction: any SQLTransaction
    ) throws -> [String] {
        try ModelTrash(transaction: transaction).locations(ofRuns: runs, loggedModels: loggedModels)
    }

    /// Takes a model or a version out of the trash: one atomic act.
    ///
    /// A model comes back with the versions, tags and aliases that it had; a version comes back without aliases, which
    /// may have gone on since.
    ///
    /// - Parameters:
    ///   - id: its name in the trash.
    ///   - name: another name for a model; nil for its own.
    ///   - actor: who restores it, for the record of the aliases.
    /// - Throws: `RegistryError` (`doesNotExist`; `alreadyExists` where name or number are taken).
    package func restore(trashed id: String, as name: String?, actor: String) async throws {
        if let name { try RegistryRules.checkName(name) }
        let changes = try await database.write { transaction in
            let entry = try ModelTrash(transaction: transaction).require(id)
            guard entry.item.version == nil else {
                guard name == nil else {
                    throw RegistryError.invalid("A version keeps the name of its model; leave out the other name.")
                }
                try Self.restoreVersion(entry, in: transaction)
                return [AliasChange]()
            }
            return try Self.restoreModel(entry, as: name ?? entry.item.name, actor: actor, in: transaction)
        }
        observers.publish(changes)
    }

    /// Removes a model or a version in the trash for good.
    ///
    /// Its files belong to the run or logged model that it came from, and go with that.
    ///
    /// - Throws: `RegistryError` with code `doesNotExist`.
    package func purge(trashed id: String) async throws {
        try await database.write { transaction in
            let trash = ModelTrash(transaction: transaction)
            _ = try trash.require(id)
            try trash.remove(id)
        }
    }

    private static func restoreModel(
        _ entry: ModelTrash.Entry,
        as name: String,
        actor: String,
        in transaction: any SQLTransaction
    ) throws -> [AliasChange] {
        let models = ModelStore(transaction: transaction)
        guard try models.find(name) == nil else {
            throw RegistryError(
                .alreadyExists,
                "There is a model '\(name)' by now: rename it, or restore this one under another name."
            )
        }
        let record = try ModelRecord.Model(text: entry.content)
        let now = WallClock.nowMilliseconds()
        let row = try models.restore(name, record, at: now)
        let (trash, store) = (ModelTrash(transaction: transaction), VersionStore(transaction: transaction))
        try trash.release(of: entry.item, under: name)
        for version in try trash.versions(of: entry.item.id, name: name) { try store.insert(version, of: row) }
        try trash.remove(entry.item.id)
        return try record.aliases.compactMap { alias in
            guard try store.find(row, alias.version) != nil else { return nil }
            let reason = "the model was restored"
            return try store.setAlias(
                change(name, alias.name, from: nil, to: alias.version, actor: actor, reason: reason),
                of: row
            )
        }
    }

    private static func restoreVersion(_ entry: ModelTrash.Entry, in transaction: any SQLTransaction) throws {
        let models = ModelStore(transaction: transaction)
        let row = try models.require(entry.item.name)
        let version = try ModelRecord.version(entry.content, of: entry.item.name)
        let store = VersionStore(transaction: transaction)
        guard try store.find(row, version.version) == nil else {
            throw RegistryError(
                .alreadyExists,
                "There is a version \(version.version) of model '\(version.name)' by now."
            )
        }
        try store.insert(version, of: row)
        try models.touch(row, at: WallClock.nowMilliseconds())
        try ModelTrash(transaction: transaction).remove(entry.item.id)
    }
}
