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

/// A file of the artifact store.
package struct ArtifactFile: Sendable, Equatable {
    /// Its place in the artifact store.
    package let path: ArtifactPath
    /// Its content.
    package let blob: Blob

    /// Its length in bytes.
    package var size: Int64 { blob.size }
}

/// The files that belong to runs and models: a tree of names over content that is stored once.
///
/// Thread-safe; reading and deleting may meet.
package final class ArtifactService: Sendable {
    private let database: any SQLDatabase
    private let blobs: BlobStore

    /// Artifacts of a database over a store that is its own; see ``claimStore()``.
    init(database: any SQLDatabase, blobs: BlobStore) {
        self.database = database
        self.blobs = blobs
    }

    /// Makes sure that database and store belong together: sweeping a store by another's database would empty it.
    ///
    /// - Throws: `BlobError` with code `foreign` where they do not; `refused` and `unavailable` of an object store.
    func claimStore() async throws {
        let (owner, isNew) = try await database.write { transaction in
            if let row = try transaction.first("SELECT owner FROM artifact_store") { return (try row.text(0), false) }
            let owner = RandomID.hex()
            try transaction.execute("INSERT INTO artifact_store (owner) VALUES (?)", [.text(owner)])
            return (owner, true)
        }
        try await blobs.claim(for: owner, isNew: isNew)
    }

    // MARK: - Writing

    /// Begins to take a file in; ``store(_:at:)`` gives it its place.
    package func beginUpload() async throws -> BlobUpload {
        try await blobs.beginUpload()
    }

    /// Makes an upload the file at `path`, replacing a file that is there; durable when it returns.
    ///
    /// - Throws: `TrackingError` with code `invalidParameter` when `path` is a folder or lies below a file.
    package func store(_ upload: BlobUpload, at path: ArtifactPath) async throws {
        try Self.checkFile(path)
        var content: Blob?
        do {
            let replaced = try await upload.finish { blob in
                content = blob
                return try await record(blob, at: path)
            }
            if let replaced { try await collect([replaced]) }
        } catch {
            if let content { try await collect([content]) }
            throw error
        }
    }

    /// Makes bytes the file at `path`.
    package func store(_ bytes: [UInt8], at path: ArtifactPath) async throws {
        let upload = try await beginUpload()
        try await upload.append(bytes)
        try await store(upload, at: path)
    }

    /// Removes a file, or a folder with all that is in it; the space of content that nobody else uses is free then.
    package func delete(_ path: ArtifactPath) async throws {
        let freed = try await database.write { try ArtifactStore(transaction: $0).delete(path) }
        try await collect(freed)
    }

    // MARK: - Uploads in parts

    /// Begins an upload of the file at `path` in `count` parts, which may be sent in any order and over restarts.
    ///
    /// - Returns: its name, which whoever sends a part must know.
    /// - Throws: `TrackingError` and `BlobError` with code `invalid`.
    package func beginUpload(inParts count: Int, at path: ArtifactPath) async throws -> String {
        try Self.checkFile(path)
        return try await blobs.multipart.begin(label: path.text, count: count)
    }

    /// The uploads in parts, to which parts are sent.
    package var parts: MultipartUploads { blobs.multipart }

    /// Makes an upload in parts the file at `path`; durable when it returns.
    ///
    /// Once more is no error.
    package func completeUpload(_ id: String, tags: [Int: String], at path: ArtifactPath) async throws {
        _ = try await blobs.multipart.complete(id, label: path.text, tags: tags) { file, blob in
            do {
                let replaced = try await blobs.adopt(file, as: blob) { try await record($0, at: path) }
                if let replaced { try await collect([replaced]) }
            } catch {
                try await collect([blob])
                throw error
            }
        }
    }

    /// Forgets an upload in parts; one that is not there is no error.
    package func abortUpload(_ id: String, at path: ArtifactPath) async throws {
        try await blobs.multipart.abort(id, label: path.text)
    }

    // MARK: - Reading

    /// The file at `path`; nil when there is none or it is a folder.
    package func file(at path: ArtifactPath) async throws -> ArtifactFile? {
        try await database.read { transaction in
            try ArtifactStore(transaction: transaction).file(at: path).map { ArtifactFile(path: path, blob: $0) }
        }
    }

    /// The file at `path` and its content, open; nil when there is none or it is a folder.
    ///
    /// - Throws: `BlobError` (`missing` where the store lost it; `unavailable` of an object store).
    package func open(_ path: ArtifactPath) async throws -> (file: ArtifactFile, content: BlobContent)? {
        var before: ArtifactFile?
        while let file = try await file(at: path) {
            do {
                return (file, try await blobs.open(file.blob))
            } catch let error as BlobError where error.code == .missing && before != file {
                // It was deleted or replaced between the look-up and here: look again.
                before = file
            }
        }
        return nil
    }

    /// A file of this machine with the content of an artifact; valid while the artifact is there.
    package func localFile(of file: ArtifactFile) async throws -> String {
        try await blobs.localFile(of: file.blob)
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
        try await database.read { transaction in
            try ArtifactStore(transaction: transaction).files(below: folder).map { ArtifactFile(path: $0, blob: $1) }
        }
    }

    // MARK: - Space

    /// Removes content that no artifact uses, and uploads in parts to which nothing came for a day.
    ///
    /// A kill between an upload and its record, or between a deletion and its file, leaves such content.
    ///
    /// - Returns: how many bytes that were.
    @discardableResult
    package func sweep() async throws -> Int64 {
        try await blobs.multipart.expire(idleSince: WallClock.nowMilliseconds() - Self.idleLimitMilliseconds)
        return try await collect(blobs.list())
    }

    /// Removes those of the blobs that no artifact uses; returns how many bytes that were.
    @discardableResult
    func collect(_ candidates: [Blob]) async throws -> Int64 {
        var freed: Int64 = 0
        for start in stride(from: 0, to: candidates.count, by: Self.collectionLength) {
            let part = candidates[start..<min(candidates.count, start + Self.collectionLength)]
            let removed = try await blobs.reclaim(Array(part)) { blobs in
                try await database.read { transaction in
                    let store = ArtifactStore(transaction: transaction)
                    return try blobs.filter { try !store.isUsed($0.hash) }
                }
            }
            freed += removed.reduce(0) { $0 + $1.size }
        }
        return freed
    }

    private static let collectionLength = 100
    private static let idleLimitMilliseconds: Int64 = 24 * 3_600 * 1_000

    private static func checkFile(_ path: ArtifactPath) throws(TrackingError) {
        guard !path.names.isEmpty else { throw .invalid("Artifact path must include a filename") }
    }

    private func record(_ blob: Blob, at path: ArtifactPath) async throws -> Blob? {
        try await database.write { transaction in
            try ArtifactStore(transaction: transaction).insert(blob, at: path, now: WallClock.nowMilliseconds())
        }
    }
}
