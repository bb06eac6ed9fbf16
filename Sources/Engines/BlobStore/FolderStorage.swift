internal import Execution
internal import Files
internal import Primitives

/// Blobs in a folder: `<directory>/blobs/<2 digits>/<hash>`.
struct FolderStorage: BlobStorage {
    private let directory: String
    private let pool: BlockingPool

    /// Makes the folders; blocks for a disk's time.
    init(directory: String, pool: BlockingPool) throws {
        self.directory = directory
        self.pool = pool
        for byte in UInt8.min ... .max {
            try Directory.create("\(directory)/blobs/\(Hex.encode([byte]))")
        }
    }

    var place: String { directory }

    func put(_ file: String, as blob: Blob) async throws {
        try await pool.run { [self] in
            let target = path(of: blob.hash)
            if File.exists(target) { return try File.remove(file) }
            try File.move(file, to: target)
            try Directory.synchronize(folder(of: blob.hash))
        }
    }

    func open(_ blob: Blob) async throws -> BlobContent {
        try await pool.run { [self] in
            do {
                return .file(try SharedFile(path: path(of: blob.hash)))
            } catch let error as SystemError where error.isNotFound {
                throw BlobError.missing(blob.hash, in: place)
            }
        }
    }

    func localFile(of blob: Blob) async throws -> String { path(of: blob.hash) }

    func remove(_ hash: BlobHash) async throws {
        try await pool.run { [self] in try File.remove(path(of: hash)) }
    }

    func list() async throws -> [Blob] {
        try await pool.run { [directory] in
            var blobs: [Blob] = []
            for folder in try Directory.names("\(directory)/blobs") {
                for name in try Directory.names("\(directory)/blobs/\(folder)") {
                    guard let hash = BlobHash(hex: name) else { continue }
                    let size = try File.length("\(directory)/blobs/\(folder)/\(name)")
                    blobs.append(Blob(hash: hash, size: Int64(size)))
                }
            }
            return blobs
        }
    }

    func owner() async throws -> String? {
        try await pool.run { [directory] in
            guard File.exists("\(directory)/owner") else { return nil }
            return String(decoding: try File.read("\(directory)/owner", limit: 256), as: UTF8.self)
        }
    }

    func setOwner(_ owner: String) async throws {
        try await pool.run { [directory] in try File.replace("\(directory)/owner", with: Array(owner.utf8)) }
    }

    /// Nothing: an upload is a file elsewhere until it is whole.
    func removeLeftovers() async throws {}

    private func path(of hash: BlobHash) -> String { "\(folder(of: hash))/\(hash.hex)" }

    private func folder(of hash: BlobHash) -> String { "\(directory)/blobs/\(hash.hex.prefix(2))" }
}
