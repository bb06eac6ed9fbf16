internal import BlobStore
internal import SQLStore

/// The tree of artifacts inside one transaction.
struct ArtifactStore {
    private static let treeLimit = 1_000_000

    let transaction: any SQLTransaction

    /// Gives a blob a place; returns the blob that had it before.
    func insert(_ blob: Blob, at path: ArtifactPath, now: Int64) throws -> Blob? {
        let existing = try transaction.first(Statements.select, Self.key(path))
        if let existing, existing[0] == .null {
            throw TrackingError.invalid("Artifact path refers to a directory, not a file: '\(path)'")
        }
        try insertFolders(above: path, now: now)
        try transaction.execute(
            Statements.upsert,
            Self.key(path) + [.text(blob.hash.hex), .int(blob.size), .int(now)]
        )
        let previous = try existing.flatMap(Self.blob)
        return previous == blob ? nil : previous
    }

    /// The content of the file at a path.
    func file(at path: ArtifactPath) throws -> Blob? {
        try transaction.first(Statements.select, Self.key(path)).flatMap(Self.blob)
    }

    /// Whether a path is a folder; the root always is.
    func isFolder(_ path: ArtifactPath) throws -> Bool {
        if path.names.isEmpty { return true }
        return try transaction.first(Statements.select, Self.key(path))?[0] == .null
    }

    /// What is in a folder, by name.
    func list(_ folder: ArtifactPath) throws -> [Artifact] {
        try transaction.query(Statements.list, [.text(folder.text)]).map { row in
            Artifact(name: try row.text(0), size: row[1] == .null ? nil : try row.int(2))
        }
    }

    /// All files below a folder, or the file itself.
    func files(below path: ArtifactPath) throws -> [(ArtifactPath, Blob)] {
        try tree(below: path).files
    }

    /// Removes a file or a tree; returns the blobs that it used.
    func delete(_ path: ArtifactPath) throws -> [Blob] {
        let (files, folders) = try tree(below: path)
        try transaction.execute(Statements.deleteOne, Self.key(path))
        try transaction.execute(Statements.deleteFolder, rows: folders.map { [.text($0.text)] })
        return Array(Set(files.map(\.1)))
    }

    /// Whether an artifact has this content.
    func isUsed(_ hash: BlobHash) throws -> Bool {
        try transaction.first(Statements.selectUse, [.text(hash.hex)]) != nil
    }

    /// The files below a folder and the folders with them, or the file itself.
    private func tree(
        below path: ArtifactPath
    ) throws -> (files: [(ArtifactPath, Blob)], folders: [ArtifactPath]) {
        if let blob = try file(at: path) { return ([(path, blob)], []) }
        var files: [(ArtifactPath, Blob)] = []
        var folders = [path]
        var next = 0
        while next < folders.count {
            let folder = folders[next]
            next += 1
            for row in try transaction.query(Statements.list, [.text(folder.text)]) {
                let child = folder.appending(try ArtifactPath(stored: try row.text(0)))
                if let hash = try row.optionalText(1).flatMap(BlobHash.init(hex:)) {
                    files.append((child, Blob(hash: hash, size: try row.int(2))))
                } else {
                    folders.append(child)
                }
            }
            guard files.count + folders.count <= Self.treeLimit else {
                throw TrackingError(.tooLarge, "The folder '\(path)' holds more than \(Self.treeLimit) files.")
            }
        }
        return (files, folders)
    }

    private func insertFolders(above path: ArtifactPath, now: Int64) throws {
        var folder = path.parent
        while !folder.names.isEmpty {
            if let row = try transaction.first(Statements.select, Self.key(folder)) {
                guard row[0] == .null else {
                    throw TrackingError.invalid("Artifact path lies below a file: '\(folder)'")
                }
                return
            }
            try transaction.execute(Statements.upsert, Self.key(folder) + [.null, 0, .int(now)])
            folder = folder.parent
        }
    }

    private static func blob(_ row: SQLRow) throws -> Blob? {
        guard let hash = try row.optionalText(0).flatMap(BlobHash.init(hex:)) else { return nil }
        return Blob(hash: hash, size: try row.int(1))
    }

    static func key(_ path: ArtifactPath) -> [SQLValue] {
        [.text(path.parent.text), .text(path.name)]
    }

    private enum Statements {
        static let select = "SELECT hash, size FROM artifacts WHERE folder = ? AND name = ?"
        static let list = "SELECT name, hash, size FROM artifacts WHERE folder = ? ORDER BY name"
        static let upsert = """
            INSERT INTO artifacts (folder, name, hash, size, stored_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (folder, name) DO UPDATE SET hash = excluded.hash, size = excluded.size,
                stored_at = excluded.stored_at
            """
        static let deleteOne = "DELETE FROM artifacts WHERE folder = ? AND name = ?"
        static let deleteFolder = "DELETE FROM artifacts WHERE folder = ?"
        static let selectUse = "SELECT 1 FROM artifacts WHERE hash = ? LIMIT 1"
    }
}
