import BlobStoreTestSupport
import Execution
import Files
import TestSupport
import Testing

@testable import BlobStore

@Suite(.timeLimit(.minutes(10))) struct S3StorageTests {
    private let pool = BlockingPool(name: "blobs", threads: 2)

    @Test func keysThatAreRefusedAreSaid() async throws {
        let folder = try TemporaryDirectory()
        let wrong = try ObjectStore.refused(try await ObjectStore.freshPlace())
        let store = try BlobStore(directory: folder.path, place: .s3(wrong), pool: pool)
        let error = await #expect(throws: BlobError.self) { try await store.claim(for: "ours", isNew: true) }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("check the keys") == true)
        #expect(error?.message.contains("wrong") == false)
    }

    @Test func aBucketThatIsNotThereIsSaid() async throws {
        let folder = try TemporaryDirectory()
        let place = try await ObjectStore.freshPlace()
        let other = try S3Configuration(
            location: "s3://no-such-bucket",
            endpoint: place.endpoint,
            region: place.region,
            credentials: place.credentials
        )
        let store = try BlobStore(directory: folder.path, place: .s3(other), pool: pool)
        let error = await #expect(throws: BlobError.self) { try await store.claim(for: "ours", isNew: true) }
        #expect(error?.message.contains("does the bucket exist?") == true)
    }

    @Test func uploadsThatWereCutOffAreEndedWhenTheStoreIsClaimed() async throws {
        let folder = try TemporaryDirectory()
        let place = try await ObjectStore.freshPlace()
        let client = S3Client(place)
        _ = try await client.send("POST", key: "blobs/ab/left", query: [("uploads", "")])
        let listing = [("prefix", "\(place.prefix)blobs/"), ("uploads", "")]
        #expect(S3Document(try await client.send("GET", query: listing).text).elements("Upload").count == 1)
        try await BlobStore(directory: folder.path, place: .s3(place), pool: pool).claim(for: "ours", isNew: true)
        #expect(S3Document(try await client.send("GET", query: listing).text).elements("Upload").isEmpty)
    }

    @Test(arguments: [
        "bucket/x", "s3://", "s3://AB/x", "s3://ok-bucket/a b", "s3://ok-bucket/%2e%2e", "s3://a@b.c/x",
        "gs://bucket/x",
    ])
    func placesThatAreNoneAreRefused(location: String) throws {
        let credentials = try #require(S3Configuration.Credentials { _ in "k" })
        #expect(throws: BlobError.self) {
            try S3Configuration(location: location, endpoint: nil, region: "us-east-1", credentials: credentials)
        }
    }

    @Test func keysComeFromAFileAsTheUsualToolsWriteIt() throws {
        let folder = try TemporaryDirectory()
        let text =
            "[default]\naws_access_key_id = AK\n aws_secret_access_key=se/cret=\n[other]\naws_access_key_id = no\n"
        try File.replace("\(folder.path)/keys", with: Array(text.utf8))
        let keys = try S3Configuration.Credentials(file: "\(folder.path)/keys")
        #expect((keys.accessKey, keys.secretKey) == ("AK", "se/cret="))
        #expect(throws: BlobError.self) { try S3Configuration.Credentials(file: "\(folder.path)/none") }
        try File.replace("\(folder.path)/half", with: Array("aws_access_key_id = AK".utf8))
        #expect(throws: BlobError.self) { try S3Configuration.Credentials(file: "\(folder.path)/half") }
    }
}
