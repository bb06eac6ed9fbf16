import BlobStore
import BlobStoreTestSupport
import Files
import SQLStore
import TestSupport
import Testing

@testable import Tracking

/// The same behaviour over a folder and over a real S3-compatible store.
@Suite(.timeLimit(.minutes(10))) struct ArtifactTests {
    private func open(_ kind: StoreKind) async throws -> TrackingFixture {
        try await TrackingFixture(place: try await kind.place())
    }

    private func path(_ text: String) throws -> ArtifactPath {
        try ArtifactPath(parsing: text)
    }

    @Test(arguments: StoreKind.allCases)
    func filesAreFoundListedAndReplaced(kind: StoreKind) async throws {
        let fixture = try await open(kind)
        let artifacts = fixture.tracking.artifacts
        try await artifacts.store([1, 2], at: path("0/r/model/MLmodel"))
        try await artifacts.store([], at: path("0/r/empty"))
        try await artifacts.store([1, 2, 3], at: path("0/r/model/MLmodel"))
        let (file, content) = try #require(try await artifacts.open(path("0/r/model/MLmodel")))
        #expect(file.size == 3)
        #expect(try await content.read(0..<3) == [1, 2, 3])
        let local = try await artifacts.localFile(of: file)
        #expect(try File.read(local) == [1, 2, 3])
        let expected = [Artifact(name: "empty", size: 0), Artifact(name: "model", size: nil)]
        #expect(try await artifacts.list(path("0/r")) == expected)
        #expect(try await artifacts.list(path("nowhere")).isEmpty)
        #expect(try await artifacts.file(at: path("0/r/model")) == nil)
        #expect(try await fixture.blobs.list().count == 2)
    }

    @Test(arguments: StoreKind.allCases)
    func spaceIsFreedWhenTheLastUseGoes(kind: StoreKind) async throws {
        let fixture = try await open(kind)
        let artifacts = fixture.tracking.artifacts
        for place in ["a/x", "b/y", "ab/z", "a0"] { try await artifacts.store([9], at: path(place)) }
        try await artifacts.delete(path("a"))
        #expect(try await fixture.blobs.list().count == 1)
        #expect(try await artifacts.list(.root).map(\.name) == ["a0", "ab", "b"])
        for place in ["ab", "b", "a0", "never"] { try await artifacts.delete(path(place)) }
        #expect(try await fixture.blobs.list().isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func whatIsRefusedLeavesNoContentBehind(kind: StoreKind) async throws {
        let fixture = try await open(kind)
        let artifacts = fixture.tracking.artifacts
        try await artifacts.store([1], at: path("a/b"))
        for place in ["a", "a/b/c"] {
            await #expect(throws: TrackingError.self) { try await artifacts.store([2], at: path(place)) }
        }
        #expect(try await fixture.blobs.list().count == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func sweepingFreesWhatNobodyUses(kind: StoreKind) async throws {
        let fixture = try await open(kind)
        let artifacts = fixture.tracking.artifacts
        try await artifacts.store([1], at: path("a"))
        try await fixture.blobs.store([2, 3]) { _ in }
        #expect(try await artifacts.sweep() == 2)
        #expect(try await artifacts.open(path("a")) != nil)
    }

    @Test(arguments: StoreKind.allCases)
    func writingReadingAndDeletingMayMeet(kind: StoreKind) async throws {
        let fixture = try await open(kind)
        let artifacts = fixture.tracking.artifacts
        let place = try path("run/file")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<6 {
                group.addTask {
                    for round in 0..<20 {
                        switch worker % 3 {
                        case 0: try await artifacts.store([UInt8(round % 2)], at: place)
                        case 1: try await artifacts.delete(place)
                        default:
                            guard let (file, content) = try await artifacts.open(place) else { continue }
                            do {
                                #expect(try await content.read(0..<Int(file.size)).count == 1)
                            } catch let error as BlobError {
                                // An object in a bucket may go between its look-up and its reading; a file cannot.
                                #expect(kind == .s3, "\(error)")
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        try await artifacts.store([5], at: place)
        #expect(try await artifacts.open(place)?.content.read(0..<1) == [5])
        #expect(try await artifacts.sweep() == 0, "nothing was left behind")
        #expect(try await fixture.blobs.list().count == 1)
    }

    @Test func aFileComesInPartsAndReplacesWhatIsThere() async throws {
        let fixture = try await open(.folder)
        let artifacts = fixture.tracking.artifacts
        try await artifacts.store([1], at: path("a/b"))
        let id = try await artifacts.beginUpload(inParts: 1, at: path("a/b"))
        let part = try await artifacts.parts.receive(1, of: id, length: 2)
        try await artifacts.parts.append([7, 8], to: part)
        let tag = try await artifacts.parts.finish(part, of: id)
        try await artifacts.completeUpload(id, tags: [1: tag], at: path("a/b"))
        #expect(try await artifacts.open(path("a/b"))?.content.read(0..<2) == [7, 8])
        #expect(try await fixture.blobs.list().count == 1)
        let refused = try await artifacts.beginUpload(inParts: 1, at: path("a"))
        let other = try await artifacts.parts.receive(1, of: refused, length: 1)
        try await artifacts.parts.append([9], to: other)
        let otherTag = try await artifacts.parts.finish(other, of: refused)
        await #expect(throws: TrackingError.self) {
            try await artifacts.completeUpload(refused, tags: [1: otherTag], at: path("a"))
        }
        #expect(try await fixture.blobs.list().count == 1)
    }

    @Test func aStoreOfAnotherDatabaseIsRefused() async throws {
        let fixture = try await open(.folder)
        let database = try SQLiteDatabase(path: fixture.folder.path + "/other.sqlite")
        let error = await #expect(throws: BlobError.self) {
            try await TrackingService.open(database: database, blobs: fixture.blobs)
        }
        #expect(error?.code == .foreign)
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
