internal import Filters
internal import Primitives
internal import SQLStore

extension RegistryService {
    /// Registers a version of a model.
    ///
    /// - Throws: `RegistryError` (`doesNotExist` for the model or what the source names; `invalidParameter` for a
    ///   source that does not belong to the run or logged model named with it).
    package func createVersion(_ draft: ModelVersionDraft) async throws -> ModelVersion {
        for tag in draft.tags { try RegistryRules.checkTag(tag) }
        let rules = SourceRules(registry: self, draft: draft)
        let origin = try await rules.origin()
        return try await database.write { transaction in
            try rules.requireOwner(of: origin, in: transaction)
            let models = ModelStore(transaction: transaction)
            let row = try models.require(draft.name)
            let now = WallClock.nowMilliseconds()
            let version = ModelVersion(
                name: draft.name,
                version: try models.nextVersion(row, at: now),
                createdAt: now,
                updatedAt: now,
                stage: .none,
                description: draft.description ?? "",
                source: origin.source,
                location: origin.location,
                run: origin.run,
                runLink: draft.runLink ?? "",
                loggedModel: origin.loggedModel,
                tags: draft.tags,
                aliases: []
            )
            try VersionStore(transaction: transaction).insert(version, of: row)
            try self.note(.versionCreated(version), of: row, named: draft.name, transaction)
            return version
        }
    }

    /// Refuses the name of a model that is not there.
    func requireModel(_ name: String) async throws {
        _ = try await database.read { try ModelStore(transaction: $0).require(name) }
    }

    /// A version of a model.
    ///
    /// - Throws: `RegistryError` with code `doesNotExist`.
    package func version(_ name: String, _ version: Int64) async throws -> ModelVersion {
        try await database.read { try VersionStore(transaction: $0).require(name, version).version }
    }

    /// All versions of a model, newest first.
    package func versions(of name: String) async throws -> [ModelVersion] {
        try await database.read { transaction in
            let row = try ModelStore(transaction: transaction).require(name)
            return try VersionStore(transaction: transaction).all(of: row)
        }
    }

    /// The version that an alias points at; `latest` is the highest one.
    ///
    /// - Throws: `RegistryError` (`doesNotExist` for the model; `invalidParameter` for the alias).
    package func version(_ name: String, alias: String) async throws -> ModelVersion {
        try RegistryRules.checkSpelling(ofAlias: alias)
        return try await database.read { transaction in
            let row = try ModelStore(transaction: transaction).require(name)
            let store = VersionStore(transaction: transaction)
            let isLatest = alias.lowercased() == "latest"
            guard let number = try isLatest ? store.highest(of: row) : store.aliased(alias, of: row),
                let version = try store.find(row, number)
            else { throw RegistryError.noAlias(alias) }
            return version
        }
    }

    /// The highest version in each of some stages; in every stage when none is named.
    package func latestVersions(of name: String, stages: [ModelStage]) async throws -> [ModelVersion] {
        try await database.read { transaction in
            let row = try ModelStore(transaction: transaction).require(name)
            let latest = try VersionStore(transaction: transaction).latest(of: row)
            return stages.isEmpty ? latest : latest.filter { stages.contains($0.stage) }
        }
    }

    /// One page of the versions that a search finds.
    package func searchVersions(_ search: RegistrySearch) async throws -> RegistryPage<ModelVersion> {
        try await database.read { transaction in
            try translatingFilterErrors {
                let filter = RegistryFilter.versions
                let (columns, tables) = (VersionStore.Statements.columns, VersionStore.Statements.tables)
                let statement = try filter.statement(columns, tables, search)
                let rows = try transaction.query(statement.sql, statement.arguments)
                let versions = try VersionStore(transaction: transaction).versions(rows.prefix(search.limit))
                return RegistryPage(items: versions, next: try filter.next(after: rows, search))
            }
        }
    }

    /// Changes the description of a version; nil clears it.
    package func setDescription(_ description: String?, of name: String, _ version: Int64) async throws -> ModelVersion
    {
        try await database.write { transaction in
            let store = VersionStore(transaction: transaction)
            let row = try store.require(name, version).row
            try store.setDescription(description, of: row, version, at: WallClock.nowMilliseconds())
            return try store.require(name, version).version
        }
    }

    /// Moves a version to a stage, and with `archivingOthers` the other versions of that stage to the archive.
    package func setStage(
        _ stage: ModelStage,
        of name: String,
        _ version: Int64,
        archivingOthers: Bool = false
    ) async throws -> ModelVersion {
        guard !archivingOthers || stage == .staging || stage == .production else {
            throw RegistryError.invalid(
                "Model version transition cannot archive existing model versions because '\(stage.rawValue)' is not an "
                    + "Active stage. Valid stages are ['Staging', 'Production']"
            )
        }
        return try await database.write { transaction in
            let store = VersionStore(transaction: transaction)
            let row = try store.require(name, version).row
            let now = WallClock.nowMilliseconds()
            if archivingOthers { try store.archive(stage, of: row, except: version, at: now) }
            try store.setStage(stage, of: row, version, at: now)
            try ModelStore(transaction: transaction).touch(row, at: now)
            return try store.require(name, version).version
        }
    }

    /// Moves a version to the trash and removes the aliases that point at it; its number is never used again.
    package func deleteVersion(_ name: String, _ version: Int64, actor: String = unnamedActor) async throws {
        let changes = try await database.write { transaction in
            let store = VersionStore(transaction: transaction)
            let (row, found) = try store.require(name, version)
            let changes = try found.aliases.compactMap { alias in
                let reason = "the version was deleted"
                let change = Self.change(name, alias, from: version, to: nil, actor: actor, reason: reason)
                return try store.setAlias(change, of: row)
            }
            let now = WallClock.nowMilliseconds()
            try ModelTrash(transaction: transaction).take(found, row: row, actor: actor, at: now)
            try ModelStore(transaction: transaction).touch(row, at: now)
            return changes
        }
        observers.publish(changes)
    }

    /// Sets a tag of a version.
    package func setTag(_ tag: RegistryTag, of name: String, _ version: Int64) async throws {
        try RegistryRules.checkTag(tag)
        try await database.write { transaction in
            let store = VersionStore(transaction: transaction)
            let row = try store.require(name, version).row
            try store.setTag(tag, of: row, version)
            try self.note(.versionTagSet(version: version, tag), of: row, named: name, transaction)
        }
    }

    /// Removes a tag of a version; nothing happens when there is none.
    package func deleteTag(_ key: String, of name: String, _ version: Int64) async throws {
        try RegistryRules.checkKey(key)
        try await database.write { transaction in
            let store = VersionStore(transaction: transaction)
            let row = try store.require(name, version).row
            try store.deleteTag(key, of: row, version)
            try self.note(.versionTagDeleted(version: version, key: key), of: row, named: name, transaction)
        }
    }

    /// The files of a version by their path within it, each with its place on the disk.
    ///
    /// No copy is made; the files are valid while the version's artifacts are there.
    package func modelFiles(_ name: String, _ version: Int64) async throws -> [String: String] {
        try await origins.files(at: self.version(name, version).location)
    }

    /// Where a version comes from: its run, and the datasets that the run read.
    package func lineage(of name: String, _ version: Int64) async throws -> ModelLineage {
        let found = try await self.version(name, version)
        guard !found.run.isEmpty else { return ModelLineage(version: found, run: nil, datasets: []) }
        let datasets = try await origins.datasets(ofRun: found.run)
        return ModelLineage(version: found, run: found.run, datasets: datasets)
    }
}
