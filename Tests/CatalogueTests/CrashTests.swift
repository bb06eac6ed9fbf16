import Catalogue
import Files
import Glibc
import Lake
import SQLStore
import StreamsTestSupport
import TestSupport
import Testing

@Suite("Versions when the server is killed", .timeLimit(.minutes(10)))
struct CrashTests {
    @Test("are whole or not there", arguments: [0, 3, 9, 17, 31, 60])
    func killed(milliseconds: Int) async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path
        await #expect(processExitsWith: .signal(9)) { [path = path as String, milliseconds = milliseconds as Int] in
            try await CrashTests.importUntilKilled(in: path, after: milliseconds)
        }
        let crashed = try await CrashTests.open(path)
        let folders = try Directory.names("\(path)/lake/w").filter { $0.hasPrefix("v") }
        let versions = try await crashed.catalogue.versions("w")
        #expect(versions.count >= 1)
        #expect(folders.sorted() == versions.map { "v\($0.version)" }.sorted())
        for version in versions {
            let file = try await crashed.lake.inspect(version.path)
            #expect(file.contentHash == version.contentHash)
            #expect(file.rowCount == version.rowCount)
        }
        #expect(!File.exists("\(path)/lake/.staging"))
        let next = try await crashed.catalogue.importFile("w", path: CrashTests.file(in: path, 99))
        #expect(next.version == versions[0].version + 1)
    }

    private static func open(_ path: String) async throws -> (catalogue: CatalogueService, lake: Lake) {
        let database = try SQLiteDatabase(path: "\(path)/martlet.sqlite")
        let lake = Lake(
            .init(directory: "\(path)/lake", library: .init(virtualEnvironments: [VirtualEnvironment.path]))
        )
        let catalogue = try CatalogueService(database: database, lake: lake, streams: TestCluster().configuration)
        try await catalogue.recover()
        return (catalogue, lake)
    }

    /// Makes one version after another; dies some time after the first one is made.
    private static func importUntilKilled(in path: String, after milliseconds: Int) async throws {
        let catalogue = try await open(path).catalogue
        try await withThrowingTaskGroup(of: Void.self) { group in
            _ = try await catalogue.importFile("w", path: file(in: path, 0))
            group.addTask {
                try await Task.sleep(for: .milliseconds(milliseconds))
                kill(getpid(), SIGKILL)
            }
            for index in 1..<10_000 {
                _ = try await catalogue.importFile("w", path: file(in: path, index))
            }
            try await group.waitForAll()
        }
    }

    private static func file(in folder: String, _ index: Int) throws -> String {
        let path = "\(folder)/rows-\(index).csv"
        try File.replace(path, with: Array(("a,b\n" + (0...index).map { "\($0),\(index)\n" }.joined()).utf8))
        return path
    }
}
