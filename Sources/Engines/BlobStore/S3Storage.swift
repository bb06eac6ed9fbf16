internal import Execution
internal import Files
internal import Primitives

/// Blobs in a bucket: `<prefix>blobs/<2 digits>/<hash>`.
struct S3Storage: BlobStorage {
    /// Larger blobs go in parts of this length, each in memory while it is sent; S3 wants 5 MiB or more.
    private static let partLength = 16 << 20
    /// The most parts that S3 takes.
    private static let partLimit = 10_000

    private let client: S3Client
    private let cache: BlobCache
    private let pool: BlockingPool

    /// Makes the folder of the cache; asks nothing of the bucket yet.
    ///
    /// Blocks for a disk's time.
    init(configuration: S3Configuration, cache: String, pool: BlockingPool) throws {
        client = S3Client(configuration)
        self.cache = try BlobCache(directory: cache, pool: pool)
        self.pool = pool
    }

    var place: String { client.place }

    func put(_ file: String, as blob: Blob) async throws {
        let key = Self.key(blob.hash)
        let known = try await client.send("HEAD", key: key, mayBeMissing: true)
        if known.status == 404 || known.length != Int(blob.size) {
            let content = try await pool.run { try SharedFile(path: file) }
            if content.length <= Self.partLength {
                let bytes = try await read(content, 0..<content.length)
                _ = try await client.send("PUT", key: key, body: (bytes, blob.hash.hex))
            } else {
                try await putInParts(content, at: key)
            }
        }
        try await pool.run { try File.remove(file) }
    }

    func open(_ blob: Blob) async throws -> BlobContent {
        let key = Self.key(blob.hash)
        // One request tells at once whether it is there, so that an answer does not begin that cannot go on.
        guard try await client.send("HEAD", key: key, mayBeMissing: true).status != 404 else {
            throw BlobError.missing(blob.hash, in: place)
        }
        return .remote { [client] range in
            guard !range.isEmpty else { return [] }
            let answer = try await client.send("GET", key: key, range: range)
            guard answer.status == 206 || range == 0..<Int(blob.size), answer.body.count == range.count else {
                throw BlobError(
                    .unavailable,
                    "\(client.place) sent \(answer.body.count) of \(range.count) bytes of \(key)"
                )
            }
            return answer.body
        }
    }

    func localFile(of blob: Blob) async throws -> String {
        try await cache.file(of: blob) { try await open(blob) }
    }

    func remove(_ hash: BlobHash) async throws {
        try await cache.remove(hash)
        _ = try await client.send("DELETE", key: Self.key(hash), mayBeMissing: true)
    }

    func list() async throws -> [Blob] {
        var blobs: [Blob] = []
        try await forEachPage { page in
            for element in page.elements("Contents") {
                guard let key = element.first("Key"), let size = element.first("Size").flatMap(Int64.init),
                    let name = key.split(separator: "/").last, let hash = BlobHash(hex: String(name))
                else { continue }
                blobs.append(Blob(hash: hash, size: size))
            }
        }
        return blobs
    }

    func owner() async throws -> String? {
        let answer = try await client.send("GET", key: "owner", mayBeMissing: true)
        if answer.status == 404 {
            // The bucket itself may be what is missing: listing tells, and says so.
            _ = try await client.send("GET", query: [("list-type", "2"), ("max-keys", "1")])
            return nil
        }
        return answer.text
    }

    func setOwner(_ owner: String) async throws {
        let bytes = Array(owner.utf8)
        _ = try await client.send("PUT", key: "owner", body: (bytes, SHA256.hex(bytes)))
    }

    /// Ends uploads in parts that a killed process left: their parts take space that no listing of objects shows.
    func removeLeftovers() async throws {
        let prefix = client.configuration.prefix
        let answer = try await client.send("GET", query: [("prefix", "\(prefix)blobs/"), ("uploads", "")])
        for upload in S3Document(answer.text).elements("Upload") {
            guard let key = upload.first("Key"), key.hasPrefix(prefix), let id = upload.first("UploadId") else {
                continue
            }
            _ = try await client.send(
                "DELETE",
                key: String(key.dropFirst(prefix.count)),
                query: [("uploadId", id)],
                mayBeMissing: true
            )
        }
    }

    // MARK: - Parts

    private func putInParts(_ content: SharedFile, at key: String) async throws {
        let answer = try await client.send("POST", key: key, query: [("uploads", "")])
        guard let id = S3Document(answer.text).first("UploadId") else {
            throw BlobError(.unavailable, "\(place) began an upload without saying its id")
        }
        do {
            let tags = try await sendParts(content, at: key, upload: id)
            try await completeParts(tags, at: key, upload: id)
        } catch {
            _ = try? await client.send("DELETE", key: key, query: [("uploadId", id)], mayBeMissing: true)
            throw error
        }
    }

    /// Sends the parts, two at a time; returns their tags in order.
    private func sendParts(_ content: SharedFile, at key: String, upload id: String) async throws -> [String] {
        let length = max(Self.partLength, (content.length + Self.partLimit - 1) / Self.partLimit)
        let starts = Array(stride(from: 0, to: content.length, by: length))
        return try await withThrowingTaskGroup(of: (Int, String).self) { group in
            var tags = [String](repeating: "", count: starts.count)
            for (index, start) in starts.enumerated() {
                if index >= 2, let (done, tag) = try await group.next() { tags[done] = tag }
                group.addTask {
                    let bytes = try await read(content, start..<min(content.length, start + length))
                    let query = [("partNumber", String(index + 1)), ("uploadId", id)]
                    let answer = try await client.send("PUT", key: key, query: query, body: (bytes, SHA256.hex(bytes)))
                    guard let tag = answer.tag else {
                        throw BlobError(.unavailable, "\(place) took a part without saying its ETag")
                    }
                    return (index, tag)
                }
            }
            for try await (done, tag) in group { tags[done] = tag }
            return tags
        }
    }

    private func completeParts(_ tags: [String], at key: String, upload id: String) async throws {
        let parts = tags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\($1)</ETag></Part>" }
        let body = Array("<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>".utf8)
        let answer = try await client.send(
            "POST",
            key: key,
            query: [("uploadId", id)],
            body: (body, SHA256.hex(body))
        )
        // S3 may say 200 before it knows, and then tell an error in the body.
        let document = S3Document(answer.text)
        if let code = document.first("Code") {
            throw BlobError(.unavailable, "\(place) did not put the parts of \(key) together: \(code)")
        }
    }

    private func forEachPage(_ body: (S3Document) -> Void) async throws {
        var token: String?
        repeat {
            let query =
                (token.map { [("continuation-token", $0)] } ?? [])
                + [("list-type", "2"), ("prefix", "\(client.configuration.prefix)blobs/")]
            let page = S3Document(try await client.send("GET", query: query).text)
            body(page)
            token = page.first("IsTruncated") == "true" ? page.first("NextContinuationToken") : nil
        } while token != nil
    }

    private func read(_ file: SharedFile, _ range: Range<Int>) async throws -> [UInt8] {
        try await pool.run { try file.read(range) }
    }

    private static func key(_ hash: BlobHash) -> String { "blobs/\(hash.hex.prefix(2))/\(hash.hex)" }
}
