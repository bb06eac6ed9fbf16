package import Files

/// Where blobs lie: a folder or an object store.
protocol BlobStorage: Sendable {
    /// The place, for messages.
    var place: String { get }

    /// Takes a whole, durable file over as a blob, or removes it where the blob is there; durable when it returns.
    func put(_ file: String, as blob: Blob) async throws

    /// Opens a blob; throws `BlobError` with code `missing` where it is not there.
    func open(_ blob: Blob) async throws -> BlobContent

    /// A file of this machine with the content of a blob, valid until the blob is removed.
    func localFile(of blob: Blob) async throws -> String

    /// Removes a blob; one that is not there is no error.
    func remove(_ hash: BlobHash) async throws

    /// Every blob, in no order.
    func list() async throws -> [Blob]

    /// The text that marks whose store this is; nil in one that nobody has marked.
    func owner() async throws -> String?

    /// Marks whose store this is; durable when it returns.
    func setOwner(_ owner: String) async throws

    /// Removes what uploads left behind that were cut off.
    func removeLeftovers() async throws
}

/// The content of a blob, open for reading.
package enum BlobContent: Sendable {
    /// A file of this machine.
    case file(SharedFile)
    /// Somewhere else: the closure fetches a part, which is then in memory.
    case remote(fetch: @Sendable (Range<Int>) async throws -> [UInt8])

    /// Reads a part that lies within the blob, into memory.
    package func read(_ range: Range<Int>) async throws -> [UInt8] {
        switch self {
        case .file(let file): try file.read(range)
        case .remote(let fetch): try await fetch(range)
        }
    }
}
