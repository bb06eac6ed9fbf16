internal import CPlatform
internal import Files
internal import Primitives

/// An upload on its way into the store, in constant memory; dropped without a trace unless it is finished.
///
/// Thread rule: one caller at a time.
package final class BlobUpload: @unchecked Sendable {
    /// How much is taken in before the disk is set to work on it.
    private static let batch: Int64 = 8 << 20

    // `hash`, `size` and `begun` are touched by one hop at a time, since the caller waits for each.
    private let store: BlobStore
    private let path: String
    private let file: FileDescriptor
    private var hash = SHA256()
    private var isFinished = false
    /// Up to where the disk was set to work.
    private var begun: Int64 = 0
    /// How many bytes have been taken in.
    package private(set) var size: Int64 = 0

    init(store: BlobStore, path: String) throws {
        self.store = store
        self.path = path
        file = try FileDescriptor(path: path, mode: .createNew)
    }

    deinit {
        // Gone already where it became a blob; what is left when the process is killed here goes when the store opens.
        try? File.remove(path)
    }

    /// Takes the next bytes in.
    ///
    /// - Throws: `SystemError`, ENOSPC where the disk is full; the upload is then of no use.
    package func append(_ bytes: [UInt8]) async throws {
        try await store.run { [self] in
            precondition(!isFinished, "an upload takes no bytes once it is finished")
            try file.write(bytes)
            hash.update(bytes)
            size += Int64(bytes.count)
            beginWriting()
        }
    }

    /// Has the disk write while more is on its way, so that there is little to wait for in the end.
    private func beginWriting() {
        guard size - begun >= Self.batch else { return }
        // Where a file system cannot, the end waits for all of it.
        _ = martlet_begin_writing(file.number, begun, size - begun)
        begun = size
    }

    /// Makes the content durable, then has its use recorded; the blob is kept at least until `record` has returned.
    package func finish<T: Sendable>(_ record: (Blob) async throws -> T) async throws -> T {
        let blob = try await store.run { [self] in
            precondition(!isFinished, "an upload is finished once")
            isFinished = true
            try file.synchronize()
            return Blob(hash: BlobHash(hash), size: size)
        }
        return try await store.adopt(path, as: blob, record)
    }
}
