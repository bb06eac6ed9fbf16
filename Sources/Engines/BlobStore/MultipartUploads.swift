internal import Execution
internal import Files
internal import Primitives
internal import Synchronization

/// Uploads that come in parts, in any order and over several connections; they go on after a restart.
///
/// A part is durable once its tag was returned. At most 1,000 uploads are open at once; one that is neither completed
/// nor aborted goes with ``expire(idleSince:)``. Thread-safe.
package final class MultipartUploads: Sendable {
    private struct State {
        var uploads: [String: MultipartUpload] = [:]
        /// Those that were completed last, oldest first: a client whose answer was lost asks again.
        var completed: [(id: String, label: String)] = []
    }

    /// How many parts an upload may have.
    package static let partLimit = 10_000
    /// How long a part may be in bytes.
    package static let partLengthLimit = 5 << 30
    private static let openLimit = 1_000
    private static let rememberedLimit = 1_000

    private let directory: String
    private let pool: BlockingPool
    private let state = Mutex(State())

    /// Takes up the uploads that an earlier life left in the folder.
    ///
    /// - Throws: `SystemError` when the folder cannot be made or read.
    init(directory: String, pool: BlockingPool) throws {
        self.directory = directory
        self.pool = pool
        try Directory.create(directory)
        for id in try Directory.names(directory) {
            if let upload = try MultipartUpload(resuming: id, in: directory) {
                state.withLock { $0.uploads[id] = upload }
            } else {
                try Directory.remove("\(directory)/\(id)")
            }
        }
    }

    /// Begins an upload of `count` parts; `label` says what it is for and must be given again at its end.
    ///
    /// - Returns: its name, 32 digits that nobody can guess.
    /// - Throws: `BlobError` with code `invalid` for a number of parts that cannot be.
    package func begin(label: String, count: Int) async throws -> String {
        guard (1...Self.partLimit).contains(count) else {
            throw BlobError(.invalid, "an upload has 1 to \(Self.partLimit) parts, not \(count)")
        }
        guard state.withLock({ $0.uploads.count }) < Self.openLimit else {
            throw BlobError(.invalid, "\(Self.openLimit) uploads in parts are open: complete or abort some")
        }
        let id = RandomID.hex()
        let upload = try await pool.run { [directory] in
            try MultipartUpload(beginning: id, label: label, count: count, in: directory)
        }
        state.withLock { $0.uploads[id] = upload }
        return id
    }

    /// Begins to receive a part; the same part may be sent again, and counts as it came last.
    ///
    /// - Parameters:
    ///   - number: the part, from 1.
    ///   - id: the upload.
    ///   - length: how many bytes will come.
    /// - Returns: what takes the bytes.
    /// - Throws: `BlobError` (`unknownUpload`, `invalid`, `conflict`).
    package func receive(_ number: Int, of id: String, length: Int) async throws -> PartUpload {
        guard (0...Self.partLengthLimit).contains(length) else {
            throw BlobError(.invalid, "a part has at most \(Self.partLengthLimit) bytes, not \(length)")
        }
        let upload = try find(id)
        return try await pool.run { try upload.receive(number, length: length) }
    }

    /// Takes the next bytes of a part.
    package func append(_ bytes: [UInt8], to part: PartUpload) async throws {
        try await pool.run { try part.append(bytes) }
    }

    /// Makes a part durable; returns its tag, which must be given at the end of the upload.
    package func finish(_ part: PartUpload, of id: String) async throws -> String {
        let upload = try find(id)
        let tag = try await pool.run { try part.finish() }
        try await pool.run { try upload.hashAhead() }
        return tag
    }

    /// Puts an upload together as one file, hands it on and forgets the upload.
    ///
    /// - Parameters:
    ///   - id: the upload.
    ///   - label: what it is for, as it was begun.
    ///   - tags: the tag of each part by its number.
    ///   - take: takes the file over as the blob that it is.
    /// - Returns: false where it had been completed before.
    /// - Throws: `BlobError` (`unknownUpload`; `invalid` for parts that are missing or differ; `conflict`).
    package func complete(
        _ id: String,
        label: String,
        tags: [Int: String],
        _ take: (_ file: String, _ blob: Blob) async throws -> Void
    ) async throws -> Bool {
        if state.withLock({ $0.completed.contains { $0.id == id && $0.label == label } }) { return false }
        let upload = try find(id, label: label)
        let (file, blob) = try await pool.run { try upload.assemble(tags) }
        do {
            try await take(file, blob)
        } catch {
            upload.reopen()
            throw error
        }
        state.withLock { state in
            state.uploads[id] = nil
            state.completed.append((id, label))
            if state.completed.count > Self.rememberedLimit { state.completed.removeFirst() }
        }
        try await pool.run { try upload.remove() }
        return true
    }

    /// Forgets an upload and frees its space; one that is not there is no error.
    package func abort(_ id: String, label: String) async throws {
        let upload = state.withLock { state -> MultipartUpload? in
            guard let upload = state.uploads[id], upload.label == label else { return nil }
            state.uploads[id] = nil
            return upload
        }
        if let upload { try await pool.run { try upload.remove() } }
    }

    /// Forgets uploads to which nothing came since a time, Unix milliseconds; returns how many.
    @discardableResult
    package func expire(idleSince limit: Int64) async throws -> Int {
        let uploads = state.withLock { Array($0.uploads.values) }
        return try await pool.run { [self] in
            var count = 0
            for upload in uploads where try upload.lastChange < limit {
                state.withLock { $0.uploads[upload.id] = nil }
                try upload.remove()
                count += 1
            }
            return count
        }
    }

    private func find(_ id: String, label: String? = nil) throws -> MultipartUpload {
        guard let upload = state.withLock({ $0.uploads[id] }), label ?? upload.label == upload.label else {
            throw BlobError(.unknownUpload, "there is no upload '\(id)' for this: it was completed, aborted or too old")
        }
        return upload
    }
}
