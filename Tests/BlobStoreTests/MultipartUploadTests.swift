import Execution
import Files
import Primitives
import TestSupport
import Testing

@testable import BlobStore

@Suite(.timeLimit(.minutes(10))) struct MultipartUploadTests {
    private let folder: TemporaryDirectory
    private let pool = BlockingPool(name: "blobs", threads: 4)
    private let parts: [[UInt8]] = [
        [UInt8](repeating: 1, count: 3_000_000), [UInt8](repeating: 2, count: 3_000_000), [3, 4, 5],
    ]

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func open() throws -> BlobStore {
        try BlobStore(directory: folder.path, pool: pool)
    }

    private func send(_ bytes: [UInt8], as number: Int, of id: String, to store: BlobStore) async throws -> String {
        let part = try await store.multipart.receive(number, of: id, length: bytes.count)
        try await store.multipart.append(Array(bytes.prefix(1_000)), to: part)
        try await store.multipart.append(Array(bytes.dropFirst(1_000)), to: part)
        return try await store.multipart.finish(part, of: id)
    }

    private func complete(_ id: String, _ tags: [Int: String], in store: BlobStore) async throws -> Blob? {
        var stored: Blob?
        let isNew = try await store.multipart.complete(id, label: "x", tags: tags) { file, blob in
            stored = try await store.adopt(file, as: blob) { $0 }
        }
        #expect(isNew == (stored != nil))
        return stored
    }

    private var whole: [UInt8] { parts.flatMap(\.self) }

    @Test(arguments: [[1, 2, 3], [3, 2, 1], [2, 3, 1]])
    func partsInAnyOrderMakeTheWhole(order: [Int]) async throws {
        let store = try open()
        let id = try await store.multipart.begin(label: "x", count: 3)
        var tags: [Int: String] = [:]
        for number in order { tags[number] = try await send(parts[number - 1], as: number, of: id, to: store) }
        let blob = try #require(await complete(id, tags, in: store))
        #expect(blob.hash.hex == SHA256.hex(whole))
        #expect(try await store.open(blob).read(0..<whole.count) == whole)
        #expect(try Directory.names(folder.path + "/multipart").isEmpty)
        #expect(try await complete(id, tags, in: store) == nil, "a client whose answer was lost asks again")
    }

    @Test func anUploadGoesOnInAnotherLife() async throws {
        var tags: [Int: String] = [:]
        let id: String
        do {
            let store = try open()
            id = try await store.multipart.begin(label: "x", count: 3)
            tags[3] = try await send(parts[2], as: 3, of: id, to: store)
            tags[1] = try await send(parts[0], as: 1, of: id, to: store)
        }
        let store = try open()
        tags[2] = try await send(parts[1], as: 2, of: id, to: store)
        #expect(try await complete(id, tags, in: store)?.hash.hex == SHA256.hex(whole))
    }

    @Test func aPartThatIsSentAgainCountsAsItCameLast() async throws {
        let store = try open()
        let id = try await store.multipart.begin(label: "x", count: 3)
        let wrong = try await send([UInt8](repeating: 9, count: 3_000_000), as: 1, of: id, to: store)
        var tags = [2: try await send(parts[1], as: 2, of: id, to: store)]
        tags[1] = try await send(parts[0], as: 1, of: id, to: store)
        tags[3] = try await send(parts[2], as: 3, of: id, to: store)
        await #expect(throws: BlobError.self) { try await complete(id, tags.merging([1: wrong]) { $1 }, in: store) }
        #expect(try await complete(id, tags, in: store)?.hash.hex == SHA256.hex(whole))
    }

    @Test func mistakesAreNamed() async throws {
        let store = try open()
        for count in [0, -1, 10_001] {
            await #expect(throws: BlobError.self) { try await store.multipart.begin(label: "x", count: count) }
        }
        let id = try await store.multipart.begin(label: "x", count: 3)
        for (number, length) in [(0, 1), (4, 1), (1, 0), (1, -1), (1, 6 << 30)] {
            await #expect(throws: BlobError.self) { try await store.multipart.receive(number, of: id, length: length) }
        }
        let tag = try await send(parts[0], as: 1, of: id, to: store)
        await #expect(throws: BlobError.self) { try await store.multipart.receive(2, of: id, length: 5) }
        let short = try await store.multipart.receive(2, of: id, length: 3_000_000)
        try await store.multipart.append([1], to: short)
        await #expect(throws: BlobError.self) { try await store.multipart.finish(short, of: id) }
        let missing = await #expect(throws: BlobError.self) { try await complete(id, [1: tag], in: store) }
        #expect(missing?.message.contains("part 2 of 3") == true || missing?.code == .conflict)
        let other = await #expect(throws: BlobError.self) {
            _ = try await store.multipart.complete(id, label: "another", tags: [:]) { _, _ in }
        }
        #expect(other?.code == .unknownUpload)
        try await store.multipart.abort(id, label: "x")
        #expect(try Directory.names(folder.path + "/multipart").isEmpty)
        let gone = await #expect(throws: BlobError.self) { try await store.multipart.receive(1, of: id, length: 1) }
        #expect(gone?.code == .unknownUpload)
    }

    @Test func aPartThatChangedOnTheDiskIsNoticed() async throws {
        let store = try open()
        let id = try await store.multipart.begin(label: "x", count: 2)
        // The second part comes last, so that nothing was hashed before the change.
        let last = try await send([7], as: 2, of: id, to: store)
        let part = try await store.multipart.receive(1, of: id, length: 5)
        try await store.multipart.append([1, 2, 3, 4, 5], to: part)
        let first = try part.finish()
        let file = try FileDescriptor(path: "\(folder.path)/multipart/\(id)/data", mode: .readWrite)
        try [UInt8(9)].withUnsafeBytes { try file.write($0, at: 2) }
        let error = await #expect(throws: BlobError.self) { try await complete(id, [1: first, 2: last], in: store) }
        #expect(error?.message.contains("send it again") == true)
    }

    @Test func uploadsThatNobodyGoesOnWithExpire() async throws {
        let store = try open()
        _ = try await store.multipart.begin(label: "x", count: 2)
        #expect(try await store.multipart.expire(idleSince: WallClock.nowMilliseconds() - 60_000) == 0)
        #expect(try await store.multipart.expire(idleSince: WallClock.nowMilliseconds() + 60_000) == 1)
        #expect(try Directory.names(folder.path + "/multipart").isEmpty)
    }
}
