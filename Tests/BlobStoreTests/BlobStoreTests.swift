import Execution
import Files
import Primitives
import TestSupport
import Testing

@testable import BlobStore

@Suite struct BlobStoreTests {
    private let folder: TemporaryDirectory
    private let store: BlobStore

    init() throws {
        folder = try TemporaryDirectory()
        store = try BlobStore(directory: folder.path, pool: BlockingPool(name: "blobs", threads: 2))
    }

    @Test func contentReturnsAsItWasSentAndIsNamedByItsHash() async throws {
        let upload = try await store.beginUpload()
        try await upload.append(Array("hello ".utf8))
        try await upload.append(Array("world".utf8))
        let blob = try await upload.finish { $0 }
        #expect(blob.size == 11)
        #expect(blob.hash.hex == SHA256.hex(Array("hello world".utf8)))
        #expect(try File.read(store.path(of: blob.hash)) == Array("hello world".utf8))
    }

    @Test func equalContentIsStoredOnce() async throws {
        for _ in 0..<3 { try await store.store([1, 2, 3]) { _ in } }
        #expect(try store.allHashes().count == 1)
        #expect(try Directory.names(folder.path + "/uploads").isEmpty)
    }

    @Test func anAbandonedUploadLeavesNothing() async throws {
        do {
            let upload = try await store.beginUpload()
            try await upload.append([1])
        }
        #expect(try Directory.names(folder.path + "/uploads").isEmpty)
        #expect(try store.allHashes().isEmpty)
    }

    @Test func aKilledUploadGoesWhenTheStoreOpens() throws {
        try File.replace(folder.path + "/uploads/left", with: [1])
        _ = try BlobStore(directory: folder.path, pool: BlockingPool(name: "blobs", threads: 1))
        #expect(try Directory.names(folder.path + "/uploads").isEmpty)
    }

    @Test func aBlobIsNotRemovedWhileItIsBeingRecorded() async throws {
        let store = store
        let hash = try await store.store([7]) { blob in
            try store.removeUnlessRecording(blob.hash)
            #expect(File.exists(store.path(of: blob.hash)))
            return blob.hash
        }
        try store.removeUnlessRecording(hash)
        #expect(!File.exists(store.path(of: hash)))
    }

    @Test(arguments: ["", "ab", String(repeating: "g", count: 64), String(repeating: "A", count: 64), "../../etc"])
    func onlyHashesNameBlobs(text: String) {
        #expect(BlobHash(hex: text) == nil)
    }
}
