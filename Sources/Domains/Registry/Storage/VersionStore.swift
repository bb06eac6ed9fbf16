internal import SQLStore

/// Model versions inside one transaction.
struct VersionStore {
    let transaction: any SQLTransaction

    /// Adds a version of the model in `row`.
    func insert(_ version: ModelVersion, of row: Int64) throws {
        try transaction.execute(
            Statements.insert,
            [
                .int(row), .int(version.version), .int(version.createdAt), .int(version.updatedAt),
                .text(version.stage.rawValue), SQLValue(version.description), .text(version.source),
                .text(version.location), .text(version.run), .text(version.runLink), SQLValue(version.loggedModel),
            ]
        )
        for tag in version.tags { try setTag(tag, of: row, version.version) }
    }

    /// A version of the model in `row`; nil when there is none.
    func find(_ row: Int64, _ version: Int64) throws -> ModelVersion? {
        let sql = Statements.select + " WHERE v.model = ? AND v.version = ?"
        return try versions(transaction.query(sql, [.int(row), .int(version)])[...]).first
    }

    /// A version by the name of its model, and the model's row, or the error that says that there is none.
    func require(_ name: String, _ version: Int64) throws -> (row: Int64, version: ModelVersion) {
        guard let row = try ModelStore(transaction: transaction).find(name), let found = try find(row, version) else {
            try RegistryRules.checkReference(name)
            throw RegistryError.noVersion(name, version)
        }
        return (row, found)
    }

    /// All versions of a model, newest first.
    func all(of row: Int64) throws -> [ModelVersion] {
        let sql = Statements.select + " WHERE v.model = ? ORDER BY v.version DESC"
        return try versions(transaction.query(sql, [.int(row)])[...])
    }

    /// The highest version in each stage that has one, by number.
    func latest(of row: Int64) throws -> [ModelVersion] {
        try latest(of: [row])[row] ?? []
    }

    /// The highest version in each stage that has one, by number, of each of some models.
    func latest(of models: [Int64]) throws -> [Int64: [ModelVersion]] {
        var numbers: [(Int64, Int64)] = []
        try transaction.forEach(Statements.selectLatest, in: models, then: "GROUP BY model, stage") { row in
            numbers.append((try row.int(0), try row.int(1)))
        }
        var rows: [SQLRow] = []
        try transaction.forEach(pairs: numbers, Statements.selectNumbered) { rows.append($0) }
        var found: [Int64: [ModelVersion]] = [:]
        for (row, version) in zip(rows, try versions(rows[...])) {
            found[try row.int(0), default: []].append(version)
        }
        return found.mapValues { $0.sorted { $0.version < $1.version } }
    }

    /// The version that an alias points at.
    func aliased(_ alias: String, of row: Int64) throws -> Int64? {
        try transaction.first(Statements.selectAlias, [.int(row), .text(alias)])?.int(0)
    }

    /// The highest version of a model.
    func highest(of row: Int64) throws -> Int64? {
        try transaction.first(Statements.selectHighest, [.int(row)])?.optionalInt(0)
    }

    /// Points an alias at a version, or removes it, and records that; returns the record, or nil when nothing changed.
    func setAlias(_ change: AliasChange, of row: Int64) throws -> AliasChange? {
        guard change.from != change.to else { return nil }
        if let version = change.to {
            try transaction.execute(Statements.upsertAlias, [.int(row), .text(change.alias), .int(version)])
        } else {
            try transaction.execute(Statements.deleteAlias, [.int(row), .text(change.alias)])
        }
        let rows = try transaction.query(
            Statements.insertChange,
            [
                .text(change.model), .text(change.alias), SQLValue(change.from), SQLValue(change.to),
                .text(change.actor), .text(change.reason), .int(change.at),
            ]
        )
        return try rows.first.map { try Self.change($0) }
    }

    /// The moves of an alias, newest first; of all aliases when it is nil.
    func changes(model: String, alias: String?, limit: Int) throws -> [AliasChange] {
        let rows =
            if let alias {
                try transaction.query(
                    Statements.selectAliasChanges,
                    [.text(model), .text(alias), .int(Int64(limit))]
                )
            } else {
                try transaction.query(Statements.selectChanges, [.text(model), .int(Int64(limit))])
            }
        return try rows.map(Self.change)
    }

    /// Changes the description; nil clears it.
    func setDescription(_ description: String?, of row: Int64, _ version: Int64, at now: Int64) throws {
        try transaction.execute(
            Statements.setDescription,
            [SQLValue(description), .int(now), .int(row), .int(version)]
        )
    }

    /// Changes the stage.
    func setStage(_ stage: ModelStage, of row: Int64, _ version: Int64, at now: Int64) throws {
        try transaction.execute(Statements.setStage, [.text(stage.rawValue), .int(now), .int(row), .int(version)])
    }

    /// Moves all other versions of a stage to the archive.
    func archive(_ stage: ModelStage, of row: Int64, except version: Int64, at now: Int64) throws {
        try transaction.execute(Statements.archive, [.int(now), .int(row), .text(stage.rawValue), .int(version)])
    }

    /// Sets a tag.
    func setTag(_ tag: RegistryTag, of row: Int64, _ version: Int64) throws {
        try transaction.execute(Statements.upsertTag, [.int(row), .int(version), .text(tag.key), .text(tag.value)])
    }

    /// Removes a tag; nothing happens when there is none.
    func deleteTag(_ key: String, of row: Int64, _ version: Int64) throws {
        try transaction.execute(Statements.deleteTag, [.int(row), .int(version), .text(key)])
    }

    /// Removes a version; its aliases are to be removed before.
    func delete(_ row: Int64, _ version: Int64) throws {
        try transaction.execute(Statements.deleteTags, [.int(row), .int(version)])
        try transaction.execute(Statements.delete, [.int(row), .int(version)])
    }

    /// The versions of rows of `select`, with their tags by key and their aliases by name.
    func versions(_ rows: ArraySlice<SQLRow>) throws -> [ModelVersion] {
        let numbers = try rows.map { (try $0.int(0), try $0.int(2)) }
        let positions = Dictionary(numbers.enumerated().map { (VersionKey($1), $0) }) { first, _ in first }
        var versions = try rows.map(Self.version)
        try transaction.forEach(pairs: numbers, Statements.selectTags) { row in
            guard let index = positions[VersionKey((try row.int(0), try row.int(1)))] else { return }
            versions[index].tags.append(RegistryTag(try row.text(2), try row.text(3)))
        }
        try transaction.forEach(pairs: numbers, Statements.selectAliases) { row in
            guard let index = positions[VersionKey((try row.int(0), try row.int(1)))] else { return }
            versions[index].aliases.append(try row.text(2))
        }
        for index in versions.indices {
            versions[index].tags.sort { $0.key < $1.key }
            versions[index].aliases.sort()
        }
        return versions
    }

    /// A version by the row of its model and its number.
    private struct VersionKey: Hashable {
        let model: Int64
        let number: Int64

        init(_ pair: (Int64, Int64)) {
            (model, number) = pair
        }
    }

    private static func version(_ row: SQLRow) throws -> ModelVersion {
        ModelVersion(
            name: try row.text(1),
            version: try row.int(2),
            createdAt: try row.int(3),
            updatedAt: try row.int(4),
            stage: ModelStage(rawValue: try row.text(5)) ?? .none,
            description: try row.optionalText(6),
            source: try row.text(7),
            location: try row.text(8),
            run: try row.text(9),
            runLink: try row.text(10),
            loggedModel: try row.optionalText(11),
            tags: [],
            aliases: []
        )
    }

    private static func change(_ row: SQLRow) throws -> AliasChange {
        AliasChange(
            id: try row.int(0),
            model: try row.text(1),
            alias: try row.text(2),
            from: try row.optionalInt(3),
            to: try row.optionalInt(4),
            actor: try row.text(5),
            reason: try row.text(6),
            at: try row.int(7)
        )
    }

    enum Statements {
        static let columns = """
            v.model, m.name, v.version, v.created_at, v.updated_at, v.stage, v.description, v.source, v.location, v.run,
            v.run_link, v.logged_model
            """
        static let tables = "model_versions v JOIN registered_models m ON m.id = v.model"
        static let select = "SELECT \(columns) FROM \(tables)"
        static let insert = """
            INSERT INTO model_versions (model, version, created_at, updated_at, stage, description, source, location,
                run, run_link, logged_model)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        static let selectLatest = "SELECT model, max(version) FROM model_versions WHERE model IN"
        static let selectHighest = "SELECT max(version) FROM model_versions WHERE model = ?"
        static let selectAlias = "SELECT version FROM model_aliases WHERE model = ? AND alias = ?"
        static func selectNumbered(_ keys: String) -> String {
            """
            SELECT \(columns) FROM \(keys) CROSS JOIN model_versions v JOIN registered_models m ON m.id = v.model
            WHERE v.model = k.column1 AND v.version = k.column2
            """
        }
        static func selectAliases(_ keys: String) -> String {
            """
            SELECT a.model, a.version, a.alias FROM \(keys) CROSS JOIN model_aliases a
            WHERE a.model = k.column1 AND a.version = k.column2
            """
        }
        static let upsertAlias = """
            INSERT INTO model_aliases (model, alias, version) VALUES (?, ?, ?)
            ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version
            """
        static let deleteAlias = "DELETE FROM model_aliases WHERE model = ? AND alias = ?"
        static let changeColumns = "id, model_name, alias, from_version, to_version, actor, reason, changed_at"
        static let insertChange = """
            INSERT INTO alias_changes (model_name, alias, from_version, to_version, actor, reason, changed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING \(changeColumns)
            """
        static let selectAliasChanges = """
            SELECT \(changeColumns) FROM alias_changes WHERE model_name = ? AND alias = ? ORDER BY id DESC LIMIT ?
            """
        static let selectChanges =
            "SELECT \(changeColumns) FROM alias_changes WHERE model_name = ? ORDER BY id DESC LIMIT ?"
        static let setDescription =
            "UPDATE model_versions SET description = ?, updated_at = ? WHERE model = ? AND version = ?"
        static let setStage = "UPDATE model_versions SET stage = ?, updated_at = ? WHERE model = ? AND version = ?"
        static let archive = """
            UPDATE model_versions SET stage = 'Archived', updated_at = ?
            WHERE model = ? AND stage = ? AND version != ?
            """
        static func selectTags(_ keys: String) -> String {
            """
            SELECT t.model, t.version, t.key, t.value FROM \(keys) CROSS JOIN model_version_tags t
            WHERE t.model = k.column1 AND t.version = k.column2
            """
        }
        static let upsertTag = """
            INSERT INTO model_version_tags (model, version, key, value) VALUES (?, ?, ?, ?)
            ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value
            """
        static let deleteTag = "DELETE FROM model_version_tags WHERE model = ? AND version = ? AND key = ?"
        static let deleteTags = "DELETE FROM model_version_tags WHERE model = ? AND version = ?"
        static let delete = "DELETE FROM model_versions WHERE model = ? AND version = ?"
    }
}
