import Catalogue
import Files
import JSON
import Lake
import TestSupport
import Testing

@Suite("Imported datasets", .timeLimit(.minutes(10)))
struct ImportTests {
    let fixture: CatalogueFixture
    var catalogue: CatalogueService { fixture.catalogue }

    init() async throws {
        fixture = try await CatalogueFixture()
    }

    static let rows = "day,temperature,name\n0,1.5,a\n1,,b\n2,-0.5,b\n"

    @Test("have a version with file, schema, hash and statistics")
    func version() async throws {
        let path = try fixture.file("w.csv", ImportTests.rows)
        let version = try await catalogue.importFile("weather", path: path, options: .init(rows: 0..<2))
        #expect(version.reference == "weather@v1")
        #expect(version.rowCount == 2)
        #expect(version.schema.map(\.name) == ["day", "temperature", "name"])
        #expect(version.contentHash.count == 64)
        #expect(version.path == "\(fixture.folder.path)/lake/weather/v1/part-0.parquet")
        #expect(try Int64(File.length(version.path)) == version.bytes)
        #expect(version.source == .file(path: path, rows: 0..<2))
        #expect(version.statistics[1].nulls == 1)
        #expect(version.statistics[1].mean == 1.5)
        #expect(try await catalogue.version("weather") == version)
        #expect(try await catalogue.version("weather", 1) == version)
    }

    @Test("are listed with their versions, newest first, and again after a restart")
    func list() async throws {
        let path = try fixture.file("w.csv", ImportTests.rows)
        for rows in [0..<1, 0..<2, 0..<3] {
            _ = try await catalogue.importFile("weather", path: path, options: .init(rows: rows))
        }
        _ = try await catalogue.importFile("a.b-c_1", path: path)
        for catalogue in [catalogue, try await fixture.restarted()] {
            let list = try await catalogue.list()
            #expect(list.map(\.name) == ["a.b-c_1", "weather"])
            #expect(list.map(\.versions) == [1, 3])
            #expect(list.map(\.latest.rowCount) == [3, 3])
            #expect(try await catalogue.versions("weather").map(\.version) == [3, 2, 1])
        }
    }

    @Test("are not imported twice where nothing changed")
    func unchanged() async throws {
        let path = try fixture.file("w.csv", ImportTests.rows)
        let first = try await catalogue.importFile("weather", path: path)
        #expect(try await catalogue.importFile("weather", path: path) == first)
        _ = try fixture.file("w.csv", ImportTests.rows + "3,4,c\n")
        #expect(try await catalogue.importFile("weather", path: path).version == 2)
        #expect(try Directory.names("\(fixture.folder.path)/lake/.staging").isEmpty)
    }

    @Test("give columns back as numbers, nulls as NaN")
    func columns() async throws {
        let version = try await catalogue.importFile("w", path: try fixture.file("w.csv", ImportTests.rows))
        let columns = try await catalogue.readColumns(version, ["temperature", "day"])
        #expect(columns["day"] == [0, 1, 2])
        #expect(columns["temperature"]?[0] == 1.5)
        #expect(columns["temperature"]?[1].isNaN == true)
        #expect(await code { _ = try await catalogue.readColumns(version, ["rain"]) } == .unknownColumn)
        #expect(await code { _ = try await catalogue.readColumns(version, ["name"]) } == .notNumeric)
    }

    @Test("are shown as JSON with all that is known of them")
    func json() async throws {
        let version = try await catalogue.importFile("w", path: try fixture.file("w.csv", ImportTests.rows))
        let json = try JSONValue.parse(version.json.serialized())
        #expect(json["dataset"] == "w")
        #expect(json["rows"] == 3)
        #expect(json["content_hash"] == .string(version.contentHash))
        #expect(json["schema"]?[1]?["type"] == "DOUBLE")
        #expect(json["source"]?["kind"] == "file")
        #expect(json["statistics"]?[1]?["nulls"] == 1)
        #expect(json["statistics"]?[2]?["frequent"]?[0]?["text"] == "b")
        #expect(try await catalogue.list()[0].json["latest"] == version.json)
    }

    @Test("with a name that is no folder's are refused", arguments: ["", ".x", "a/b", "..", "ü", "a b", "-a"])
    func names(name: String) async throws {
        let path = try fixture.file("w.csv", ImportTests.rows)
        #expect(await code { _ = try await catalogue.importFile(name, path: path) } == .invalidName)
    }

    @Test("that are not there are named in the error")
    func unknown() async throws {
        #expect(await code { _ = try await catalogue.version("none") } == .unknownDataset)
        #expect(await code { _ = try await catalogue.versions("none") } == .unknownDataset)
        _ = try await catalogue.importFile("w", path: try fixture.file("w.csv", ImportTests.rows))
        #expect(await code { _ = try await catalogue.version("w", 2) } == .unknownVersion)
    }

    @Test("that fail leave neither file nor number behind")
    func failed() async throws {
        let bad = try fixture.file("bad.csv", "a,b\n1\n")
        await #expect(throws: LakeError.self) { try await catalogue.importFile("w", path: bad) }
        #expect(try await catalogue.list().isEmpty)
        #expect(try Directory.names("\(fixture.folder.path)/lake/.staging").isEmpty)
        let good = try await catalogue.importFile("w", path: try fixture.file("w.csv", ImportTests.rows))
        #expect(good.version == 1)
    }

    @Test("imported at the same time have numbers of their own")
    func concurrent() async throws {
        let catalogue = catalogue
        let fixture = fixture
        let versions = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<6 {
                let path = try fixture.file("w\(index).csv", "a\n\(index)\n")
                group.addTask { try await catalogue.importFile("w", path: path).version }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(versions.sorted() == [1, 2, 3, 4, 5, 6])
        #expect(try await catalogue.versions("w").count == 6)
    }

    @Test("half made when the server died are removed at the next start, whole ones kept")
    func recovery() async throws {
        let whole = try await catalogue.importFile("w", path: try fixture.file("w.csv", ImportTests.rows))
        let lake = "\(fixture.folder.path)/lake"
        // As a crash leaves them: renamed without a record, and still in the staging folder.
        for folder in ["w/v2", "other/v1", ".staging/abc"] {
            try Directory.create("\(lake)/\(folder)")
            try File.replace("\(lake)/\(folder)/part-0.parquet", with: File.read(whole.path))
        }
        let restarted = try await fixture.restarted()
        #expect(try Directory.names("\(lake)/w") == ["v1"])
        #expect(try Directory.names("\(lake)/other").isEmpty)
        #expect(!File.exists("\(lake)/.staging/abc"))
        #expect(try await restarted.readColumns(whole, ["day"])["day"] == [0, 1, 2])
        let next = try await restarted.importFile("w", path: try fixture.file("x.csv", "day\n5\n"))
        #expect(next.version == 2)
    }
}
