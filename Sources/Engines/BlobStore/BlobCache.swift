internal import Execution
internal import Files
internal import Primitives
internal import Synchronization

/// Copies of blobs from an object store, for those who need a file: `<directory>/<hash>`.
///
/// Holds some 8 GiB at most; what was asked for longest ago goes first. Thread-safe.
final class BlobCache: Sendable {
    private static let sizeLimit: Int64 = 8 << 30
    private static let pieceLength = 8 << 20

    private let directory: String
    private let pool: BlockingPool
    /// Those that are there, the one that was asked for last at the end.
    private let known = Mutex<[Blob]>([])

    /// Takes over what an earlier life left.
    ///
    /// Blocks for a disk's time.
    init(directory: String, pool: BlockingPool) throws {
        self.directory = directory
        self.pool = pool
        try Directory.create(directory)
        for name in try Directory.names(directory) {
            let path = "\(directory)/\(name)"
            if let hash = BlobHash(hex: name) {
                let size = try File.length(path)
                known.withLock { $0.append(Blob(hash: hash, size: Int64(size))) }
            } else {
                try File.remove(path)
            }
        }
    }

    /// The file of a blob; fetched where it is not there yet, and checked against its hash.
    func file(of blob: Blob, _ open: () async throws -> BlobContent) async throws -> String {
        let path = "\(directory)/\(blob.hash)"
        let isThere = known.withLock { known in
            guard let index = known.firstIndex(of: blob) else { return false }
            known.append(known.remove(at: index))
            return true
        }
        if isThere { return path }
        try await fetch(blob, try await open(), to: path)
        let superfluous = known.withLock { known in
            if !known.contains(blob) { known.append(blob) }
            return Self.takeSuperfluous(&known)
        }
        try await pool.run { [directory] in
            for old in superfluous { try File.remove("\(directory)/\(old.hash)") }
        }
        return path
    }

    /// Forgets a blob.
    func remove(_ hash: BlobHash) async throws {
        let wasThere = known.withLock { known in
            guard let index = known.firstIndex(where: { $0.hash == hash }) else { return false }
            known.remove(at: index)
            return true
        }
        if wasThere { try await pool.run { [directory] in try File.remove("\(directory)/\(hash)") } }
    }

    private func fetch(_ blob: Blob, _ content: BlobContent, to path: String) async throws {
        let temporary = "\(path).\(RandomID.hex(bytes: 4))"
        do {
            var hash = SHA256()
            for start in stride(from: 0, to: Int(blob.size), by: Self.pieceLength) {
                let bytes = try await content.read(start..<min(Int(blob.size), start + Self.pieceLength))
                hash.update(bytes)
                try await pool.run { try FileDescriptor(path: temporary, mode: .append).write(bytes) }
            }
            if blob.size == 0 { try await pool.run { _ = try FileDescriptor(path: temporary, mode: .append) } }
            guard BlobHash(hash) == blob.hash else {
                throw BlobError(.unavailable, "the object store sent other content than \(blob.hash)")
            }
            try await pool.run { try File.move(temporary, to: path) }
        } catch {
            try? await pool.run { try File.remove(temporary) }
            throw error
        }
    }

    private static func takeSuperfluous(_ known: inout [Blob]) -> [Blob] {
        var size = known.reduce(0) { $0 + $1.size }
        var superfluous: [Blob] = []
        while size > sizeLimit, known.count > 1 {
            let oldest = known.removeFirst()
            size -= oldest.size
            superfluous.append(oldest)
        }
        return superfluous
    }
}
