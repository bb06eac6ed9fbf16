internal import CPlatform
internal import Files
internal import Primitives
internal import Synchronization

/// One upload whose parts come in any order, each durable once it is acknowledged, also over a restart.
///
/// All parts but the last have one length, so that each has its place in the file `data` before the others are there;
/// the last one waits in the file `last`. An empty file `part-<number>-<length>-<CRC-32C>` says that a part is whole.
final class MultipartUpload: Sendable {
    /// A part that is whole.
    struct Part: Equatable {
        let length: Int
        let checksum: UInt32

        /// What the client gives back to say which content it means.
        var tag: String { "\(length)-\(Hex.encode(Self.bytes(checksum)))" }

        static func bytes(_ checksum: UInt32) -> [UInt8] {
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
        }
    }

    /// The hash over the first parts, as far as they have come without a gap.
    private struct Progress {
        var hash = SHA256()
        var parts = 0
        /// Counts the times that a hashed part was sent again, which makes the hash worthless.
        var epoch = 0
    }

    private struct State {
        var length: Int?
        var parts: [Int: Part] = [:]
        var receiving: Set<Int> = []
        var progress = Progress()
        var isHashing = false
        /// No part may change while the whole is put together: a blob must be what its name says.
        var isAssembling = false
    }

    private static let pieceLength = 1 << 20

    let id: String
    /// What the one who began it said that it is for.
    let label: String
    /// How many parts it has.
    let count: Int
    private let directory: String
    private let state = Mutex(State())

    /// Begins an upload in a folder of its own; durable when it returns.
    ///
    /// Blocks.
    init(beginning id: String, label: String, count: Int, in directory: String) throws {
        self.id = id
        self.label = label
        self.count = count
        self.directory = "\(directory)/\(id)"
        try Directory.create(self.directory)
        try File.replace("\(self.directory)/upload", with: Array("\(count)\n\(label)".utf8))
        try Directory.synchronize(directory)
    }

    /// Takes up an upload of an earlier life; nil where the folder holds none.
    ///
    /// Blocks.
    init?(resuming id: String, in directory: String) throws {
        let folder = "\(directory)/\(id)"
        guard File.exists("\(folder)/upload") else { return nil }
        let text = String(decoding: try File.read("\(folder)/upload", limit: 64 << 10), as: UTF8.self)
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard lines.count == 2, let count = Int(lines[0]), count > 0 else { return nil }
        self.id = id
        self.count = count
        label = String(lines[1])
        self.directory = folder
        let names = try Directory.names(folder)
        state.withLock { state in
            for (number, part) in names.compactMap(Self.part) where number <= count {
                state.parts[number] = part
                if number < count { state.length = part.length }
            }
        }
    }

    // MARK: - Parts

    /// Makes room for a part of a known length, which is then received by ``PartUpload``.
    ///
    /// Blocks.
    func receive(_ number: Int, length: Int) throws -> PartUpload {
        guard (1...count).contains(number) else {
            throw BlobError(.invalid, "part \(number) is not one of the parts 1 to \(count) of upload \(id)")
        }
        let replaced = try state.withLock { state -> Part? in
            if number < count {
                guard length > 0, state.length ?? length == length else {
                    throw BlobError(
                        .invalid,
                        "part \(number) has \(length) bytes; all parts but the last must have one length"
                            + (state.length.map { ", here \($0)" } ?? " above zero")
                    )
                }
                state.length = length
            }
            guard !state.isAssembling, state.receiving.insert(number).inserted else {
                throw BlobError(.conflict, "part \(number) of upload \(id) is being received or used already")
            }
            if number <= state.progress.parts {
                state.progress = Progress(epoch: state.progress.epoch + 1)
            }
            return state.parts.removeValue(forKey: number)
        }
        do {
            if let replaced { try File.remove(mark(number, replaced)) }
            let isLast = number == count
            let file = try FileDescriptor(path: isLast ? lastPath : dataPath, mode: .readWrite)
            let offset = isLast ? 0 : (number - 1) * length
            return PartUpload(upload: self, number: number, length: length, offset: offset, file: file)
        } catch {
            abandon(number)
            throw error
        }
    }

    /// Notes a part that is whole and on the disk.
    ///
    /// Blocks.
    func finish(_ number: Int, _ part: Part) throws {
        defer { abandon(number) }
        let file = try FileDescriptor(path: mark(number, part), mode: .append)
        try file.synchronize()
        try Directory.synchronize(directory)
        state.withLock { $0.parts[number] = part }
    }

    /// Forgets a part that will not become whole.
    func abandon(_ number: Int) {
        state.withLock { _ = $0.receiving.remove(number) }
    }

    // MARK: - The whole

    /// Hashes the parts that have come without a gap; one thread at a time, others return at once.
    ///
    /// Blocks.
    func hashAhead() throws {
        let isFree = state.withLock { state in
            defer { state.isHashing = true }
            return !state.isHashing
        }
        guard isFree else { return }
        defer { state.withLock { $0.isHashing = false } }
        while try hashNextPart() {}
    }

    private func hashNextPart() throws -> Bool {
        let (before, part) = state.withLock { ($0.progress, $0.parts[$0.progress.parts + 1]) }
        guard let part, before.parts + 1 < count else { return false }
        var after = before
        after.parts += 1
        let file = try SharedFile(path: dataPath)
        try Self.hash(file, from: before.parts * part.length, part, number: after.parts, into: &after.hash)
        return state.withLock { state in
            // A part that was sent again meanwhile makes this worthless.
            guard state.progress.epoch == before.epoch, state.progress.parts == before.parts,
                state.parts[after.parts] == part
            else { return false }
            state.progress = after
            return true
        }
    }

    /// Puts the parts together, in the order of their numbers; the file is on the disk when it returns.
    ///
    /// Blocks.
    ///
    /// - Parameter tags: the tag of each part as it was acknowledged.
    /// - Returns: the file, which the caller takes over, and the blob that it is.
    /// - Throws: `BlobError` (`invalid`, `conflict`), `SystemError`.
    func assemble(_ tags: [Int: String]) throws -> (file: String, blob: Blob) {
        let parts = try state.withLock { state in
            guard state.receiving.isEmpty, !state.isAssembling else {
                throw BlobError(.conflict, "parts of upload \(id) are still being received, or put together")
            }
            state.isAssembling = true
            return state.parts
        }
        do {
            try check(tags, against: parts)
            try hashAhead()
            return try join(parts)
        } catch {
            reopen()
            throw error
        }
    }

    /// Takes parts again, after the whole could not be put together or handed on.
    func reopen() {
        state.withLock { $0.isAssembling = false }
    }

    private func check(_ tags: [Int: String], against parts: [Int: Part]) throws {
        for number in 1...count {
            guard let part = parts[number] else {
                throw BlobError(.invalid, "part \(number) of \(count) of upload \(id) has not come; send it")
            }
            guard tags[number] == part.tag else {
                throw BlobError(.invalid, "the ETag of part \(number) of upload \(id) is not that of the part received")
            }
        }
        guard tags.count == count else {
            throw BlobError(.invalid, "upload \(id) has \(count) parts, not \(tags.count)")
        }
    }

    private func join(_ parts: [Int: Part]) throws -> (file: String, blob: Blob) {
        var progress = state.withLock { $0.progress }
        let data = try FileDescriptor(path: dataPath, mode: .readWrite)
        let reader = try SharedFile(path: dataPath)
        // What another thread is hashing still, this one hashes as well.
        while progress.parts + 1 < count, let part = parts[progress.parts + 1] {
            let start = progress.parts * part.length
            progress.parts += 1
            try Self.hash(reader, from: start, part, number: progress.parts, into: &progress.hash)
        }
        let body = (1..<count).reduce(0) { $0 + (parts[$1]?.length ?? 0) }
        let last = parts[count] ?? Part(length: 0, checksum: 0)
        let lastFile = try SharedFile(path: lastPath)
        try Self.forEachPiece(lastFile, from: 0, last, number: count) { offset, bytes in
            try bytes.withUnsafeBytes { try data.write($0, at: body + offset) }
            progress.hash.update(bytes)
        }
        try data.truncate(to: body + last.length)
        try data.synchronize()
        return (dataPath, Blob(hash: BlobHash(progress.hash), size: Int64(body + last.length)))
    }

    /// When something last came, Unix milliseconds.
    ///
    /// Blocks.
    var lastChange: Int64 {
        get throws { try Directory.lastChange(directory) }
    }

    /// Removes all that is on the disk of it.
    ///
    /// Blocks.
    func remove() throws {
        try Directory.remove(directory)
    }

    // MARK: - Files

    private var dataPath: String { "\(directory)/data" }
    private var lastPath: String { "\(directory)/last" }

    private func mark(_ number: Int, _ part: Part) -> String {
        "\(directory)/part-\(number)-\(part.tag)"
    }

    private static func part(_ name: String) -> (number: Int, part: Part)? {
        let words = name.split(separator: "-")
        guard words.count == 4, words[0] == "part", let number = Int(words[1]), number > 0, let length = Int(words[2]),
            length >= 0, let checksum = UInt32(words[3], radix: 16)
        else { return nil }
        return (number, Part(length: length, checksum: checksum))
    }

    private static func hash(
        _ file: SharedFile,
        from start: Int,
        _ part: Part,
        number: Int,
        into hash: inout SHA256
    ) throws {
        var next = hash
        try forEachPiece(file, from: start, part, number: number) { _, bytes in next.update(bytes) }
        hash = next
    }

    /// Reads a part in pieces, and checks that it is what was acknowledged.
    private static func forEachPiece(
        _ file: SharedFile,
        from start: Int,
        _ part: Part,
        number: Int,
        _ body: (_ offset: Int, _ bytes: [UInt8]) throws -> Void
    ) throws {
        var offset = 0
        var checksum: UInt32 = 0
        while offset < part.length {
            let length = min(pieceLength, part.length - offset)
            let bytes = try file.read(start + offset..<start + offset + length)
            guard bytes.count == length else { break }
            checksum = martlet_crc32c(checksum, bytes, bytes.count)
            try body(offset, bytes)
            offset += length
        }
        guard offset == part.length, checksum == part.checksum else {
            throw BlobError(.invalid, "part \(number) is not on the disk as it was received: send it again")
        }
    }
}
