internal import Primitives
internal import SQLStore

/// The trash of the registry inside one transaction.
///
/// A row is a model or a version; the versions of a deleted model, and those of it that were in the trash before, name
/// the model's row as their parent.
struct ModelTrash {
    /// A row with what restoring needs.
    struct Entry {
        let item: TrashedModel
        let content: String
    }

    let transaction: any SQLTransaction

    /// Moves a model with its versions and tags from the registry to the trash.
    ///
    /// Its aliases are part of its record; the caller has removed and recorded them.
    func take(_ model: RegisteredModel, row: Int64, actor: String, at now: Int64) throws {
        let versions = VersionStore(transaction: transaction)
        let last = try ModelStore(transaction: transaction).lastVersion(row)
        let record = ModelRecord.Model(model, lastVersion: last)
        let id = try insert(parent: nil, model.name, nil, location: nil, record.text, actor: actor, at: now)
        try transaction.execute(Statements.adopt, [.text(id), .text(model.name)])
        for version in try versions.all(of: row) {
            _ = try insert(version, parent: id, actor: actor, at: now)
        }
        try ModelStore(transaction: transaction).delete(row)
    }

    /// Moves a version whose aliases were removed from the registry to the trash.
    func take(_ version: ModelVersion, row: Int64, actor: String, at now: Int64) throws {
        _ = try insert(version, parent: nil, actor: actor, at: now)
        try VersionStore(transaction: transaction).delete(row, version.version)
    }

    /// What is in the trash, newest first.
    func items() throws -> [TrashedModel] {
        try transaction.query(Statements.select + " WHERE t.parent = '' ORDER BY t.deleted_at DESC, t.id").map(item)
    }

    /// What is in the trash under an id, or the error that says that there is nothing.
    func require(_ id: String) throws -> Entry {
        guard let row = try transaction.first(Statements.select + " WHERE t.parent = '' AND t.id = ?", [.text(id)])
        else {
            throw RegistryError(
                .doesNotExist,
                "'\(id)' is not in the trash: it was restored or purged, or never there."
            )
        }
        return Entry(item: try item(row), content: try row.text(6))
    }

    /// The versions that a model in the trash takes along.
    func versions(of id: String, name: String) throws -> [ModelVersion] {
        try transaction.query(Statements.selectChildren, [.text(id)]).map { row in
            try ModelRecord.version(row.text(0), of: name)
        }
    }

    /// Where the files of something in the trash lie.
    func locations(of id: String) throws -> [String] {
        try transaction.query(Statements.locations, [.text(id), .text(id)]).map { try $0.text(0) }
    }

    /// Where files of versions lie that came from some runs and logged models, and of all that are in the trash.
    func locations(ofRuns runs: [String], loggedModels: [String]) throws -> [String] {
        let found =
            [try transaction.query(Statements.locationsInTrash)]
            + (try runs.map { try transaction.query(Statements.locationsOfRun, [.text($0)]) })
            + (try loggedModels.map { try transaction.query(Statements.locationsOfLoggedModel, [.text($0)]) })
        return try found.joined().map { try $0.text(0) }
    }

    /// Where files lie that some version needs, be it in use or in the trash, besides something in the trash.
    func locationsInUse(besides id: String?) throws -> [String] {
        try transaction.query(Statements.locationsInUse, [.text(id ?? ""), .text(id ?? "")]).map { try $0.text(0) }
    }

    /// Lets go of the versions that were in the trash by themselves before their model came there.
    func release(of model: TrashedModel, under name: String) throws {
        try transaction.execute(Statements.release, [.text(name), .text(model.id), .int(model.deletedAt)])
    }

    /// Follows a model that gets another name.
    func rename(_ name: String, to newName: String) throws {
        try transaction.execute(Statements.rename, [.text(newName), .text(name)])
    }

    /// Removes something from the trash with what it takes along.
    func remove(_ id: String) throws {
        try transaction.execute("DELETE FROM registry_trash WHERE id = ? OR parent = ?", [.text(id), .text(id)])
    }

    private func insert(_ version: ModelVersion, parent: String?, actor: String, at now: Int64) throws -> String {
        let (name, number, location) = (version.name, version.version, version.location)
        let content = ModelRecord.text(version)
        return try insert(parent: parent, name, number, location: location, content, actor: actor, at: now)
    }

    private func insert(
        parent: String?,
        _ name: String,
        _ version: Int64?,
        location: String?,
        _ content: String,
        actor: String,
        at now: Int64
    ) throws -> String {
        let id = RandomID.hex(bytes: 8)
        try transaction.execute(
            Statements.insert,
            [
                .text(id), .text(parent ?? ""), .text(name), SQLValue(version), SQLValue(location), .int(now),
                .text(actor), .text(content),
            ]
        )
        return id
    }

    private func item(_ row: SQLRow) throws -> TrashedModel {
        let version = try row.optionalInt(2)
        return TrashedModel(
            id: try row.text(0),
            name: try row.text(1),
            version: version,
            deletedAt: try row.int(3),
            actor: try row.text(4),
            versions: version == nil ? try row.int(5) : 1
        )
    }

    private enum Statements {
        static let select = """
            SELECT t.id, t.name, t.version, t.deleted_at, t.actor,
                (SELECT count(*) FROM registry_trash c WHERE c.parent = t.id), t.content
            FROM registry_trash t
            """
        static let insert = """
            INSERT INTO registry_trash (id, parent, name, version, location, deleted_at, actor, content)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        static let adopt = """
            UPDATE registry_trash SET parent = ? WHERE name = ? AND parent = '' AND version IS NOT NULL
            """
        static let release = "UPDATE registry_trash SET parent = '', name = ? WHERE parent = ? AND deleted_at < ?"
        static let selectChildren = "SELECT content FROM registry_trash WHERE parent = ? ORDER BY version"
        static let locations = """
            SELECT DISTINCT location FROM registry_trash WHERE (id = ? OR parent = ?) AND location IS NOT NULL
            """
        static let locationsInTrash = "SELECT location FROM registry_trash WHERE location IS NOT NULL"
        static let locationsOfRun = "SELECT location FROM model_versions WHERE run = ?"
        static let locationsOfLoggedModel = "SELECT location FROM model_versions WHERE logged_model = ?"
        static let locationsInUse = """
            SELECT location FROM model_versions
            UNION SELECT location FROM registry_trash WHERE id <> ? AND parent <> ? AND location IS NOT NULL
            """
        static let rename = "UPDATE registry_trash SET name = ? WHERE name = ? AND parent = '' AND version IS NOT NULL"
    }
}
