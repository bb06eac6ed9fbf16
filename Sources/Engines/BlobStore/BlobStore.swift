package import Execution
internal import Files
internal import Primitives
internal import Synchronization

/// Content that is named by its hash and stored once, in a folder or in an object store.
///
/// An upload is written to a file of its own while it is hashed, synchronised, and then moved to its place: a blob is
/// either whole or not there. Who uses a blob is known to the caller; the store only keeps a blob while it is being
/// recorded, see ``BlobUpload/finish(_:)`` and ``reclaim(_:unused:)``. Thread-safe.
package final class BlobStore: Sendable {
    /// Where blobs lie.
    package enum Place: Sendable {
        /// In a folder below the one of the uploads.
        case folder
        /// In an object store.
        case s3(S3Configuration)
    }

    private struct State {
        /// How many callers are recording each blob now.
        var pins: [BlobHash: Int] = [:]
        /// Blobs that are being removed; whoever wants to record one waits until that is over.
        var removals: [BlobHash: OneShot<Void>] = [:]
    }

    /// Uploads that come in parts.
    package let multipart: MultipartUploads

    private let directory: String
    private let pool: BlockingPool
    private let storage: any BlobStorage
    private let state = Mutex(State())

    /// Opens the store, making its folders, and removes what uploads left behind when the process was killed.
    ///
    /// - Parameters:
    ///   - directory: the folder for uploads under way, and for blobs where `place` says so.
    ///   - place: where blobs lie.
    ///   - pool: threads for work that blocks.
    /// - Throws: `SystemError` when a folder cannot be made.
    package init(directory: String, place: Place = .folder, pool: BlockingPool) throws {
        self.directory = directory
        self.pool = pool
        try Directory.remove("\(directory)/uploads")
        try Directory.create("\(directory)/uploads")
        storage =
            switch place {
            case .folder: try FolderStorage(directory: directory, pool: pool)
            case .s3(let configuration):
                try S3Storage(configuration: configuration, cache: "\(directory)/cache", pool: pool)
            }
        multipart = try MultipartUploads(directory: "\(directory)/multipart", pool: pool)
    }

    /// Begins an upload of unknown length.
    package func beginUpload() async throws -> BlobUpload {
        let path = "\(directory)/uploads/\(RandomID.hex())"
        return try await pool.run { [self] in try BlobUpload(store: self, path: path) }
    }

    /// Stores bytes and keeps the blob at least until `record` has returned.
    package func store<T: Sendable>(_ bytes: [UInt8], _ record: (Blob) async throws -> T) async throws -> T {
        let upload = try await beginUpload()
        try await upload.append(bytes)
        return try await upload.finish(record)
    }

    /// Makes a whole, durable file a blob and has its use recorded; the blob is kept until `record` has returned.
    package func adopt<T: Sendable>(_ file: String, as blob: Blob, _ record: (Blob) async throws -> T) async throws -> T
    {
        try await pin(blob.hash)
        defer { unpin(blob.hash) }
        try await storage.put(file, as: blob)
        return try await record(blob)
    }

    /// Opens the content of a blob.
    ///
    /// A blob that is removed while it is open can be read to its end where it is a file.
    ///
    /// - Throws: `BlobError` with code `missing` where it is not there; `unavailable` and `refused` of an object store.
    package func open(_ blob: Blob) async throws -> BlobContent {
        try await storage.open(blob)
    }

    /// A file of this machine with the content of a blob; valid while somebody uses the blob.
    ///
    /// From an object store it is fetched once and kept in a cache of bounded size.
    package func localFile(of blob: Blob) async throws -> String {
        try await storage.localFile(of: blob)
    }

    /// Removes those of some blobs that nobody uses.
    ///
    /// While this works nobody can begin to record one of them, and one that is being recorded stays.
    ///
    /// - Parameters:
    ///   - blobs: what may be removed.
    ///   - unused: tells which of the blobs that it is given nobody uses, by what has been recorded so far.
    /// - Returns: the blobs that were removed.
    /// - Throws: what `unused` throws, and errors of the disk or the object store.
    @discardableResult
    package func reclaim(
        _ blobs: [Blob],
        unused: (_ blobs: [Blob]) async throws -> [Blob]
    ) async throws -> [Blob] {
        let done = OneShot<Void>()
        let claimed = state.withLock { state in
            let free = Set(blobs).filter { state.pins[$0.hash] == nil && state.removals[$0.hash] == nil }
            for blob in free { state.removals[blob.hash] = done }
            return Array(free)
        }
        defer {
            state.withLock { state in
                for blob in claimed { state.removals[blob.hash] = nil }
            }
            done.succeed(())
        }
        guard !claimed.isEmpty else { return [] }
        let removable = try await unused(claimed)
        for blob in removable { try await storage.remove(blob.hash) }
        return removable
    }

    /// Every blob in the store, in no order; takes as long as listing the folders or the bucket takes.
    package func list() async throws -> [Blob] {
        try await storage.list()
    }

    /// Makes sure that the store belongs to whoever has this name, marking it where nobody has yet.
    ///
    /// - Parameters:
    ///   - owner: the name, such as a random one that the database keeps.
    ///   - isNew: whether the owner never had a store before.
    /// - Throws: `BlobError` with code `foreign` where the store is somebody else's.
    package func claim(for owner: String, isNew: Bool) async throws {
        switch try await storage.owner() {
        case nil: try await storage.setOwner(owner)
        case owner: break
        default:
            throw BlobError(
                .foreign,
                "the artifact store at \(storage.place) belongs to another database than the one that was opened"
                    + (isNew ? ", which is new" : "")
                    + ": give the database that it was used with, or another place for artifacts"
            )
        }
        try await storage.removeLeftovers()
    }

    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await pool.run(body)
    }

    private func pin(_ hash: BlobHash) async throws {
        while true {
            let removal = state.withLock { state -> OneShot<Void>? in
                if let removal = state.removals[hash] { return removal }
                state.pins[hash, default: 0] += 1
                return nil
            }
            guard let removal else { return }
            try await removal.value
        }
    }

    private func unpin(_ hash: BlobHash) {
        state.withLock { state in
            let count = state.pins[hash] ?? 0
            precondition(count > 0, "a blob was released more often than kept")
            state.pins[hash] = count == 1 ? nil : count - 1
        }
    }
}
