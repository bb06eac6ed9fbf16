package import Execution
internal import Files
internal import Primitives
internal import Synchronization

/// Files named by their content, each stored once: `<directory>/blobs/<2 digits>/<hash>`.
///
/// An upload is written to a file of its own while it is hashed, synchronised, and then renamed to its name: a blob is
/// either whole or not there. Who uses a blob is known to the caller; the store only keeps a blob while it is being
/// recorded, see ``BlobUpload/finish(_:)``.
package final class BlobStore: Sendable {
    private let directory: String
    private let pool: BlockingPool
    /// How many callers are recording each blob now.
    private let pins = Mutex<[BlobHash: Int]>([:])

    /// Opens the store, making its folders, and removes what uploads left behind when the process was killed.
    ///
    /// - Throws: `SystemError` when a folder cannot be made.
    package init(directory: String, pool: BlockingPool) throws {
        self.directory = directory
        self.pool = pool
        try Directory.remove("\(directory)/uploads")
        try Directory.create("\(directory)/uploads")
        try Directory.create("\(directory)/blobs")
        for byte in UInt8.min ... .max {
            try Directory.create("\(directory)/blobs/\(Hex.encode([byte]))")
        }
    }

    /// The file of a blob; valid while somebody uses the blob.
    package func path(of hash: BlobHash) -> String {
        "\(folder(of: hash))/\(hash.hex)"
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

    /// Removes a blob that nobody uses, unless it is being recorded again.
    ///
    /// The caller makes sure that no use of it can be recorded in between by calling this where its records are
    /// written: inside a write transaction that found no use.
    package func removeUnlessRecording(_ hash: BlobHash) throws {
        try pins.withLock { pins in
            guard pins[hash] == nil else { return }
            try File.remove(path(of: hash))
        }
    }

    /// Every blob in the store, in no order; blocks for as long as listing the folders takes.
    package func allHashes() throws -> [BlobHash] {
        var hashes: [BlobHash] = []
        for folder in try Directory.names("\(directory)/blobs") {
            hashes += try Directory.names("\(directory)/blobs/\(folder)").compactMap(BlobHash.init(hex:))
        }
        return hashes
    }

    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await pool.run(body)
    }

    /// Takes a whole file over as a blob and pins it.
    func adopt(_ file: String, as hash: BlobHash) throws {
        try pins.withLock { pins in
            let target = path(of: hash)
            if File.exists(target) {
                try File.remove(file)
            } else {
                try File.move(file, to: target)
            }
            pins[hash, default: 0] += 1
        }
        do {
            try Directory.synchronize(folder(of: hash))
        } catch {
            unpin(hash)
            throw error
        }
    }

    func unpin(_ hash: BlobHash) {
        pins.withLock { pins in
            let count = pins[hash] ?? 0
            precondition(count > 0, "a blob was released more often than kept")
            pins[hash] = count == 1 ? nil : count - 1
        }
    }

    private func folder(of hash: BlobHash) -> String {
        "\(directory)/blobs/\(hash.hex.prefix(2))"
    }
}
