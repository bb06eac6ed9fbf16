import BlobStore
import Files
import Testing

@testable import Tracking

@Suite struct ArtifactTests {
    private let fixture: TrackingFixture
    private var artifacts: ArtifactService { fixture.tracking.artifacts }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    private func path(_ text: String) throws -> ArtifactPath {
        try ArtifactPath(parsing: text)
    }

    @Test func filesAreFoundListedAndReplaced() async throws {
        try await artifacts.store([1, 2], at: path("0/r/model/MLmodel"))
        try await artifacts.store([], at: path("0/r/empty"))
        try await artifacts.store([1, 2, 3], at: path("0/r/model/MLmodel"))
        let file = try await artifacts.file(at: path("0/r/model/MLmodel"))
        #expect(file?.size == 3)
        #expect(try File.read(try #require(file).file) == [1, 2, 3])
        let expected = [Artifact(name: "empty", size: 0), Artifact(name: "model", size: nil)]
        #expect(try await artifacts.list(path("0/r")) == expected)
        #expect(try await artifacts.list(path("nowhere")).isEmpty)
        #expect(try await artifacts.file(at: path("0/r/model")) == nil)
        #expect(try fixture.blobs.allHashes().count == 2)
    }

    @Test func spaceIsFreedWhenTheLastUseGoes() async throws {
        for place in ["a/x", "b/y", "ab/z", "a0"] { try await artifacts.store([9], at: path(place)) }
        try await artifacts.delete(path("a"))
        #expect(try fixture.blobs.allHashes().count == 1)
        #expect(try await artifacts.list(.root).map(\.name) == ["a0", "ab", "b"])
        for place in ["ab", "b", "a0", "never"] { try await artifacts.delete(path(place)) }
        #expect(try fixture.blobs.allHashes().isEmpty)
    }

    @Test func aFileIsNoFolderAndAFolderNoFile() async throws {
        try await artifacts.store([1], at: path("a/b"))
        for place in ["a", "a/b/c"] {
            await #expect(throws: TrackingError.self) { try await artifacts.store([1], at: path(place)) }
        }
        #expect(try fixture.blobs.allHashes().count == 1)
    }

    @Test func sweepingFreesWhatNobodyUses() async throws {
        try await artifacts.store([1], at: path("a"))
        try await fixture.blobs.store([2]) { _ in }
        #expect(try await artifacts.sweep() == 1)
        #expect(try await artifacts.file(at: path("a")) != nil)
    }

    @Test(arguments: [
        "../x", "a/../b", "/etc/passwd", "%2e%2e/x", "%252e%252e%252fx", "..%2Fx", "a\\..\\b", "C:\\x", "a#b",
        "a\u{0}b",
        "%00", "file:/x", "..%c0%af", "%25252525252525252e",
    ])
    func pathsThatLeaveTheStoreAreRefused(text: String) {
        let error = #expect(throws: TrackingError.self) { try ArtifactPath(parsing: text) }
        #expect(error?.message == "Invalid path")
    }

    @Test func locationsOfOursHaveAPlace() {
        #expect(ArtifactPath(location: "mlflow-artifacts:/1/r/artifacts")?.text == "1/r/artifacts")
        #expect(ArtifactPath(location: "mlflow-artifacts://host:80/1")?.text == "1")
        #expect(ArtifactPath(location: "s3://bucket/1") == nil)
        #expect(ArtifactPath(location: "mlflow-artifacts:/../x") == nil)
    }
}
