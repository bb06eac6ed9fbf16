import BlobStoreTestSupport
import Execution
import Files
import Primitives
import TestSupport
import Testing

@testable import BlobStore

/// The same behaviour in a folder and in a real S3-compatible store.
@Suite(.timeLimit(.minutes(10))) struct BlobStoreTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func open(_ place: BlobStore.Place) throws -> BlobStore {
        try BlobStore(directory: folder.path, place: place, pool: BlockingPool(name: "blobs", threads: 2))
    }

    private func open(_ kind: StoreKind) async throws -> BlobStore {
        try open(try await kind.place())
    }

    private func content(_ blob: Blob, in store: BlobStore) async throws -> [UInt8] {
        try await store.open(blob).read(0..<Int(blob.size))
    }

    @Test(arguments: StoreKind.allCases)
    func contentReturnsAsItWasSentAndIsNamedByItsHash(kind: StoreKind) async throws {
        let store = try await open(kind)
        let upload = try await store.beginUpload()
        try await upload.append(Array("hello ".utf8))
        try await upload.append(Array("world".utf8))
        let blob = try await upload.finish { $0 }
        #expect(blob.size == 11)
        #expect(blob.hash.hex == SHA256.hex(Array("hello world".utf8)))
        #expect(try await content(blob, in: store) == Array("hello world".utf8))
        #expect(try await store.open(blob).read(6..<11) == Array("world".utf8))
        let file = try await store.localFile(of: blob)
        #expect(try File.read(file) == Array("hello world".utf8))
    }

    @Test(arguments: StoreKind.allCases)
    func aBlobOfSeveralPartsComesBack(kind: StoreKind) async throws {
        let store = try await open(kind)
        let upload = try await store.beginUpload()
        for index in 0..<40 { try await upload.append([UInt8](repeating: UInt8(index), count: 1 << 20)) }
        let blob = try await upload.finish { $0 }
        #expect(try await store.list() == [blob])
        let content = try await store.open(blob)
        #expect(try await content.read((33 << 20) - 1..<(33 << 20) + 1) == [32, 33])
        let file = try SharedFile(path: await store.localFile(of: blob))
        #expect(file.length == 40 << 20)
        #expect(try file.read((40 << 20) - 1..<40 << 20) == [39])
    }

    @Test(arguments: StoreKind.allCases)
    func theEmptyBlobIsABlob(kind: StoreKind) async throws {
        let store = try await open(kind)
        let blob = try await store.store([]) { $0 }
        #expect(blob.size == 0)
        #expect(try await store.open(blob).read(0..<0) == [])
        let file = try await store.localFile(of: blob)
        #expect(try File.read(file) == [])
    }

    @Test(arguments: StoreKind.allCases)
    func equalContentIsStoredOnce(kind: StoreKind) async throws {
        let store = try await open(kind)
        for _ in 0..<3 { try await store.store([1, 2, 3]) { _ in } }
        #expect(try await store.list().count == 1)
        #expect(try Directory.names(folder.path + "/uploads").isEmpty)
    }

    @Test func anAbandonedUploadLeavesNothing() async throws {
        let store = try open(BlobStore.Place.folder)
        do {
            let upload = try await store.beginUpload()
            try await upload.append([1])
        }
        // The thread that appended may hold the upload for a moment longer.
        for _ in 0..<1_000 where try !Directory.names(folder.path + "/uploads").isEmpty {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(try Directory.names(folder.path + "/uploads").isEmpty)
        #expect(try await store.list().isEmpty)
    }

    @Test func aKilledUploadGoesWhenTheStoreOpens() throws {
        try File.replace(folder.path + "/left", with: [1])
        try Directory.create(folder.path + "/uploads")
        try File.move(folder.path + "/left", to: folder.path + "/uploads/left")
        _ = try open(BlobStore.Place.folder)
        #expect(try Directory.names(folder.path + "/uploads").isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func onlyWhatNobodyUsesOrRecordsIsReclaimed(kind: StoreKind) async throws {
        let store = try await open(kind)
        let used = try await store.store([6]) { $0 }
        let blob = try await store.store([7]) { blob in
            let removed = try await store.reclaim([blob]) { $0 }
            #expect(removed.isEmpty)
            return blob
        }
        let removed = try await store.reclaim([used, blob]) { $0.filter { $0 != used } }
        #expect(removed == [blob])
        #expect(try await store.list() == [used])
        let error = await #expect(throws: BlobError.self) { try await store.open(blob) }
        #expect(error?.code == .missing)
    }

    @Test(arguments: StoreKind.allCases)
    func whoeverRecordsABlobAgainWaitsForItsRemoval(kind: StoreKind) async throws {
        let store = try await open(kind)
        let blob = try await store.store([8]) { $0 }
        let isRemoving = OneShot<Void>()
        let again = Task {
            try await isRemoving.value
            return try await store.store([8]) { $0 }
        }
        try await store.reclaim([blob]) { blobs in
            isRemoving.succeed(())
            for _ in 0..<20 { await Task.yield() }
            return blobs
        }
        #expect(try await again.value == blob)
        #expect(try await content(blob, in: store) == [8])
    }

    @Test(arguments: StoreKind.allCases)
    func aStoreBelongsToOneDatabase(kind: StoreKind) async throws {
        let place = try await kind.place()
        let store = try open(place)
        try await store.claim(for: "ours", isNew: true)
        try await open(place).claim(for: "ours", isNew: false)
        let error = await #expect(throws: BlobError.self) { try await store.claim(for: "theirs", isNew: true) }
        #expect(error?.code == .foreign)
    }

    @Test(arguments: ["", "ab", String(repeating: "g", count: 64), String(repeating: "A", count: 64), "../../etc"])
    func onlyHashesNameBlobs(text: String) {
        #expect(BlobHash(hex: text) == nil)
    }
}
