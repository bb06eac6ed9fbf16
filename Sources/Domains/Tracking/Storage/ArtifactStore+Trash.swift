internal import BlobStore
internal import SQLStore

/// Removing trees of which a part stays, and telling what that frees.
extension ArtifactStore {
    /// Removes a tree but for the files that lie in folders that others use; returns the blobs that it used.
    ///
    /// Those folders are noted as orphans: nothing of ours names them any more.
    func delete(_ path: ArtifactPath, besides kept: [ArtifactPath]) throws -> [Blob] {
        let inside = kept.filter { $0.lies(within: path) || path.lies(within: $0) }
        guard !inside.isEmpty else {
            let blobs = try delete(path)
            try removeEmptyFolders(from: path.parent)
            return blobs
        }
        try transaction.execute(TrashStatements.insertOrphan, rows: Set(inside).map { [.text($0.text)] })
        let files = try files(below: path).filter { file, _ in !inside.contains { file.lies(within: $0) } }
        try transaction.execute(TrashStatements.deleteFile, rows: files.map { Self.key($0.0) })
        return Array(Set(files.map(\.1)))
    }

    /// The folders that belong to nothing of ours any more.
    func orphans() throws -> [ArtifactPath] {
        try transaction.query("SELECT folder FROM artifact_orphans").compactMap { row in
            ArtifactPath(location: "mlflow-artifacts:/" + (try row.text(0)))
        }
    }

    /// Removes a folder that belongs to nothing any more; returns the blobs that it used.
    func delete(orphan path: ArtifactPath, besides kept: [ArtifactPath]) throws -> [Blob] {
        try transaction.execute("DELETE FROM artifact_orphans WHERE folder = ?", [.text(path.text)])
        return try delete(path, besides: kept)
    }

    /// Removes a folder and those above it as far as nothing is in them.
    private func removeEmptyFolders(from folder: ArtifactPath) throws {
        var folder = folder
        while !folder.names.isEmpty, try isFolder(folder), try list(folder).isEmpty {
            try transaction.execute(TrashStatements.deleteFile, Self.key(folder))
            folder = folder.parent
        }
    }

    /// How much space folders take, and how much is freed when they go but for those that others use.
    func usage(of folders: [ArtifactPath], besides kept: [ArtifactPath]) throws -> ArtifactUsage {
        var usage = ArtifactUsage()
        var removed: [Blob: Int64] = [:]
        for (file, blob) in try folders.flatMap(files(below:)) {
            usage.bytes += blob.size
            if !kept.contains(where: { file.lies(within: $0) }) { removed[blob, default: 0] += 1 }
        }
        for (blob, count) in removed {
            let all = try transaction.first(TrashStatements.countUses, [.text(blob.hash.hex)])?.int(0)
            if all == count { usage.freed += blob.size }
        }
        return usage
    }
}

private enum TrashStatements {
    static let insertOrphan = "INSERT INTO artifact_orphans (folder) VALUES (?) ON CONFLICT DO NOTHING"
    static let deleteFile = "DELETE FROM artifacts WHERE folder = ? AND name = ?"
    static let countUses = "SELECT count(*) FROM artifacts WHERE hash = ?"
}
