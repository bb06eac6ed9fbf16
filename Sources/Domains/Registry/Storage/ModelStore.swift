internal import SQLStore

/// Registered models inside one transaction.
struct ModelStore {
    let transaction: any SQLTransaction

    /// The row of a model, or the error that says that there is none.
    func require(_ name: String) throws -> Int64 {
        guard let row = try find(name) else {
            try RegistryRules.checkReference(name)
            throw RegistryError.noModel(name)
        }
        return row
    }

    /// The row of a model; nil when there is none.
    func find(_ name: String) throws -> Int64? {
        try transaction.first("SELECT id FROM registered_models WHERE name = ?", [.text(name)])?.int(0)
    }

    /// Adds a model and returns its row.
    func insert(_ name: String, description: String?, at now: Int64) throws -> Int64 {
        let rows = try transaction.query(
            Statements.insert,
            [.text(name), SQLValue(description), .int(now), .int(now)]
        )
        guard let row = try rows.first?.int(0) else { preconditionFailure("an insert with RETURNING answers") }
        return row
    }

    /// Adds a model as it was before it was deleted, without its versions, and returns its row.
    func restore(_ name: String, _ record: ModelRecord.Model, at now: Int64) throws -> Int64 {
        let row = try insert(name, description: record.description, at: record.createdAt)
        try transaction.execute(Statements.setLastVersion, [.int(record.lastVersion), .int(now), .int(row)])
        for tag in record.tags { try setTag(tag, of: row) }
        return row
    }

    /// The highest number that a version of the model ever had.
    func lastVersion(_ row: Int64) throws -> Int64 {
        try transaction.first("SELECT last_version FROM registered_models WHERE id = ?", [.int(row)])?.int(0) ?? 0
    }

    /// A model with its tags, aliases and latest versions.
    func load(_ row: Int64) throws -> RegisteredModel {
        guard let found = try transaction.first(Statements.select + " WHERE m.id = ?", [.int(row)]) else {
            preconditionFailure("the row of a model was looked up in this transaction")
        }
        return try models([found])[0]
    }

    /// The models of rows of `select`, with their tags and aliases by name and their latest versions.
    func models(_ rows: ArraySlice<SQLRow>) throws -> [RegisteredModel] {
        let ids = try rows.map { try $0.int(0) }
        var tags: [Int64: [RegistryTag]] = [:]
        try transaction.forEach(Statements.selectTagsOfModels, in: ids) { row in
            tags[try row.int(0), default: []].append(RegistryTag(try row.text(1), try row.text(2)))
        }
        var aliases: [Int64: [ModelAlias]] = [:]
        try transaction.forEach(Statements.selectAliasesOfModels, in: ids) { row in
            aliases[try row.int(0), default: []].append(ModelAlias(name: try row.text(1), version: try row.int(2)))
        }
        let latest = try VersionStore(transaction: transaction).latest(of: ids)
        return try rows.map { row in
            let id = try row.int(0)
            return RegisteredModel(
                name: try row.text(1),
                description: try row.optionalText(2),
                createdAt: try row.int(3),
                updatedAt: try row.int(4),
                tags: (tags[id] ?? []).sorted { $0.key < $1.key },
                aliases: (aliases[id] ?? []).sorted { $0.name < $1.name },
                latestVersions: latest[id] ?? []
            )
        }
    }

    /// The tags of a model by key.
    func tags(of row: Int64) throws -> [RegistryTag] {
        try transaction.query(Statements.selectTags, [.int(row)]).map { RegistryTag(try $0.text(0), try $0.text(1)) }
    }

    /// Sets a tag.
    func setTag(_ tag: RegistryTag, of row: Int64) throws {
        try transaction.execute(Statements.upsertTag, [.int(row), .text(tag.key), .text(tag.value)])
    }

    /// Removes a tag; nothing happens when there is none.
    func deleteTag(_ key: String, of row: Int64) throws {
        try transaction.execute(Statements.deleteTag, [.int(row), .text(key)])
    }

    /// Changes the description.
    func setDescription(_ description: String, of row: Int64, at now: Int64) throws {
        try transaction.execute(Statements.setDescription, [.text(description), .int(now), .int(row)])
    }

    /// Changes the name, also in the history of aliases.
    func rename(_ row: Int64, from name: String, to newName: String, at now: Int64) throws {
        try transaction.execute(Statements.rename, [.text(newName), .int(now), .int(row)])
        try transaction.execute(Statements.renameVersions, [.int(now), .int(row)])
        try transaction.execute(Statements.renameChanges, [.text(newName), .text(name)])
        try ModelTrash(transaction: transaction).rename(name, to: newName)
    }

    /// Notes that the model or the set of its versions changed.
    func touch(_ row: Int64, at now: Int64) throws {
        try transaction.execute(Statements.touch, [.int(now), .int(row)])
    }

    /// Takes the next number for a version.
    func nextVersion(_ row: Int64, at now: Int64) throws -> Int64 {
        guard let next = try transaction.first(Statements.nextVersion, [.int(now), .int(row)])?.int(0) else {
            preconditionFailure("the row of a model was looked up in this transaction")
        }
        return next
    }

    /// Removes a model with its versions, tags and aliases.
    func delete(_ row: Int64) throws {
        for statement in Statements.delete {
            try transaction.execute(statement, [.int(row)])
        }
    }

    enum Statements {
        static let columns = "m.id, m.name, m.description, m.created_at, m.updated_at"
        static let select = "SELECT \(columns) FROM registered_models m"
        static let insert = """
            INSERT INTO registered_models (name, description, created_at, updated_at, last_version)
            VALUES (?, ?, ?, ?, 0) RETURNING id
            """
        static let setLastVersion = "UPDATE registered_models SET last_version = ?, updated_at = ? WHERE id = ?"
        static let selectTags = "SELECT key, value FROM registered_model_tags WHERE model = ? ORDER BY key"
        static let selectTagsOfModels = "SELECT model, key, value FROM registered_model_tags WHERE model IN"
        static let selectAliasesOfModels = "SELECT model, alias, version FROM model_aliases WHERE model IN"
        static let upsertTag = """
            INSERT INTO registered_model_tags (model, key, value) VALUES (?, ?, ?)
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """
        static let deleteTag = "DELETE FROM registered_model_tags WHERE model = ? AND key = ?"
        static let setDescription = "UPDATE registered_models SET description = ?, updated_at = ? WHERE id = ?"
        static let rename = "UPDATE registered_models SET name = ?, updated_at = ? WHERE id = ?"
        static let renameVersions = "UPDATE model_versions SET updated_at = ? WHERE model = ?"
        static let renameChanges = "UPDATE alias_changes SET model_name = ? WHERE model_name = ?"
        static let touch = "UPDATE registered_models SET updated_at = ? WHERE id = ?"
        static let nextVersion = """
            UPDATE registered_models SET last_version = last_version + 1, updated_at = ? WHERE id = ?
            RETURNING last_version
            """
        static let delete = [
            "DELETE FROM model_aliases WHERE model = ?", "DELETE FROM model_version_tags WHERE model = ?",
            "DELETE FROM model_versions WHERE model = ?", "DELETE FROM registered_model_tags WHERE model = ?",
            "DELETE FROM registered_models WHERE id = ?",
        ]
    }
}
