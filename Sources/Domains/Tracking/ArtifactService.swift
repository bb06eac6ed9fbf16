package import BlobStore
internal import Primitives
internal import SQLStore

/// A file or folder in the artifact store.
package struct Artifact: Sendable, Equatable {
    /// Its name within its folder.
    package let name: String
    /// Its length in bytes; nil for a folder.
    package let size: Int64?

    /// Whether it is a folder.
    package var isFolder: Bool { size == nil }
}

/// A file of the artifact store, to be read from the disk.
package struct ArtifactFile: Sendable, Equatable {
    /// Its place in the artifact store.
    package let path: ArtifactPath
    /// Where its content lies on the disk; valid while the artifact is there.
    package let file: String
    /// Its length in bytes.
    package let size: Int64
}

/// The files that belong to runs and models: a tree of names over content that is stored once.
package final class ArtifactService: Sendable {
    private let database: any SQLDatabase
    private let blobs: BlobStore

    init(database: any SQLDatabase, blobs: BlobStore) {
        self.database = database
        self.blobs = blobs
    }

    /// Begins to take a file in; ``store(_:at:)`` gives it its place.
    package func beginUpload() async throws -> BlobUpload {
        try await blobs.beginUpload()
    }

    /// Makes an upload the file at `path`, replacing a file that is there; durable when it returns.
    ///
    /// - Throws: `TrackingError` with code `invalidParameter` when `path` is a folder or lies below a file.
    package func store(_ upload: BlobUpload, at path: ArtifactPath) async throws {
        guard !path.names.isEmpty else { throw TrackingError.invalid("Artifact path must include a filename") }
        let replaced = try await upload.finish { [database] blob in
            try await database.write { transaction in
                try ArtifactStore(transaction: transaction).insert(blob, at: path, now: WallClock.nowMilliseconds())
            }
        }
        if let replaced { try await collect([replaced]) }
    }

    /// Makes bytes the file at `path`.
    package func store(_ bytes: [UInt8], at path: ArtifactPath) async throws {
        let upload = try await beginUpload()
        try await upload.append(bytes)
        try await store(upload, at: path)
    }

    /// The file at `path`; nil when there is none or it is a folder.
    package func file(at path: ArtifactPath) async throws -> ArtifactFile? {
        try await database.read { [blobs] transaction in
            guard let blob = try ArtifactStore(transaction: transaction).file(at: path) else { return nil }
            return ArtifactFile(path: path, file: blobs.path(of: blob.hash), size: blob.size)
        }
    }

    /// Whether `path` is a folder.
    package func isFolder(_ path: ArtifactPath) async throws -> Bool {
        try await database.read { try ArtifactStore(transaction: $0).isFolder(path) }
    }

    /// What is in a folder, by name; empty when there is no such folder.
    package func list(_ folder: ArtifactPath) async throws -> [Artifact] {
        try await database.read { try ArtifactStore(transaction: $0).list(folder) }
    }

    /// All files below a folder.
    package func files(below folder: ArtifactPath) async throws -> [ArtifactFile] {
        try await database.read { [blobs] transaction in
            try ArtifactStore(transaction: transaction).files(below: folder).map { path, blob in
                ArtifactFile(path: path, file: blobs.path(of: blob.hash), size: blob.size)
            }
        }
    }

    /// Removes a file, or a folder with all that is in it; the space of content that nobody else uses is free then.
    package func delete(_ path: ArtifactPath) async throws {
        let hashes = try await database.write { try ArtifactStore(transaction: $0).delete(path) }
        try await collect(hashes)
    }

    /// Removes content that no artifact uses; returns how many files that were.
    ///
    /// A kill between an upload and its record, or between a deletion and its file, leaves such content.
    @discardableResult
    package func sweep() async throws -> Int {
        try await collect(blobs.allHashes())
    }

    /// Removes those of the blobs that no artifact uses.
    @discardableResult
    private func collect(_ hashes: [BlobHash]) async throws -> Int {
        var removed = 0
        // In parts, so that the writer is never held for long.
        for start in stride(from: 0, to: hashes.count, by: 100) {
            let part = hashes[start..<min(hashes.count, start + 100)]
            removed += try await database.write { [blobs] transaction in
                let store = ArtifactStore(transaction: transaction)
                let unused = try part.filter { try !store.isUsed($0) }
                for hash in unused { try blobs.removeUnlessRecording(hash) }
                return unused.count
            }
        }
        return removed
    }
}
