import Files
import Glibc
import Lake
import TestSupport
import Testing

@Suite("Written tables")
struct LakeWriteTests {
    let fixture: LakeFixture
    var lake: Lake { fixture.lake }

    init() throws {
        fixture = try LakeFixture()
    }

    /// Rows of every type with nulls, over several of DuckDB's vectors.
    static func table(rows: Int) -> LakeTable {
        let nulls = (0..<rows).map { $0 % 7 == 3 }
        return LakeTable(columns: [
            LakeColumn(name: "b", values: .booleans((0..<rows).map { $0 % 2 == 0 && !nulls[$0] }), nulls: nulls),
            LakeColumn(name: "i", values: .integers((0..<rows).map { nulls[$0] ? 0 : Int64($0) << 33 }), nulls: nulls),
            LakeColumn(name: "d", values: .doubles((0..<rows).map { Double($0) / 3 })),
            LakeColumn(
                name: "t",
                values: .texts((0..<rows).map { nulls[$0] ? "" : "text ü \($0)" + ($0 % 2 == 0 ? " and more" : "") }),
                nulls: nulls
            ),
            LakeColumn(
                name: "at",
                values: .timestamps((0..<rows).map { nulls[$0] ? 0 : Int64($0) * 1_000_001 }),
                nulls: nulls
            ),
        ])
    }

    @Test("come back as they were", arguments: [1, 2_048, 2_049, 300_000])
    func roundTrip(rows: Int) async throws {
        let table = LakeWriteTests.table(rows: rows)
        let file = try await lake.writeParquet(table, to: fixture.inside("t.parquet"))
        #expect(file.rowCount == Int64(rows))
        #expect(file.fields == table.fields)
        #expect(try await lake.read(file.path) == table)
        var hash = ContentHash(fields: table.fields)
        hash.update(table)
        #expect(file.contentHash == hash.hex())
    }

    @Test("twice give equal bytes")
    func reproducible() async throws {
        let table = LakeWriteTests.table(rows: 200_000)
        let first = try await lake.writeParquet(table, to: fixture.inside("a.parquet"))
        let second = try await lake.writeParquet(table, to: fixture.inside("b.parquet"))
        #expect(try File.read(first.path) == File.read(second.path))
    }

    @Test("without rows are files without rows")
    func empty() async throws {
        let file = try await lake.writeParquet(LakeWriteTests.table(rows: 0), to: fixture.inside("e.parquet"))
        #expect(file.rowCount == 0)
        #expect(file.statistics.count == 5)
    }

    @Test("cannot go outside of the lake's folder")
    func outside() async throws {
        let path = "\(fixture.folder.path)/outside.parquet"
        #expect(await code { _ = try await lake.writeParquet(LakeWriteTests.table(rows: 1), to: path) } != nil)
        #expect(!File.exists(path))
    }

    @Test("lie where a symbolic link or a relative path leads")
    func links() async throws {
        let link = "\(fixture.folder.path)/link"
        #expect(symlink("\(fixture.folder.path)/lake", link) == 0)
        let up = String(repeating: "../", count: Directory.current.split(separator: "/").count)
        for directory in [link, up + fixture.folder.path.dropFirst() + "/relative", "\(link)/../dots/./lake"] {
            let lake = Lake(.init(directory: directory, library: .init(virtualEnvironments: [VirtualEnvironment.path])))
            let file = try await lake.writeParquet(LakeWriteTests.table(rows: 3), to: "\(lake.directory)/t.parquet")
            #expect(try await lake.read(file.path).rowCount == 3, "in \(directory)")
        }
    }

    @Test("that are damaged are errors when read")
    func damaged() async throws {
        let path = fixture.inside("d.parquet")
        let file = try await lake.writeParquet(LakeWriteTests.table(rows: 1_000), to: path)
        var bytes = try File.read(file.path)
        bytes.removeLast(100)
        try File.replace(path, with: bytes)
        #expect(await code { _ = try await lake.read(path) } != nil)
        #expect(await code { _ = try await lake.inspect(path) } != nil)
    }
}

@Suite("The content hash")
struct ContentHashTests {
    func hash(_ columns: [LakeColumn]) -> String {
        let table = LakeTable(columns: columns)
        var hash = ContentHash(fields: table.fields)
        hash.update(table)
        return hash.hex()
    }

    @Test("does not depend on how the rows come in parts")
    func parts() {
        var whole = ContentHash(fields: [LakeField(name: "x", type: .integer)])
        var parts = whole
        whole.update(LakeTable(columns: [LakeColumn(name: "x", values: .integers([1, 2, 3]))]))
        parts.update(LakeTable(columns: [LakeColumn(name: "x", values: .integers([1]))]))
        parts.update(LakeTable(columns: [LakeColumn(name: "x", values: .integers([2, 3]))]))
        #expect(whole.hex() == parts.hex())
    }

    @Test("differs for what differs and only for that")
    func differences() {
        let base = hash([LakeColumn(name: "x", values: .doubles([1, 0]))])
        let others = [
            hash([LakeColumn(name: "y", values: .doubles([1, 0]))]),
            hash([LakeColumn(name: "x", values: .integers([1, 0]))]),
            hash([LakeColumn(name: "x", values: .doubles([0, 1]))]),
            hash([LakeColumn(name: "x", values: .doubles([1, -0.0]))]),
            hash([LakeColumn(name: "x", values: .doubles([1, 0]), nulls: [false, true])]),
            hash([LakeColumn(name: "x", values: .doubles([1]))]),
            hash([LakeColumn(name: "x", values: .texts(["1", "0"]))]),
            hash([LakeColumn(name: "x", values: .texts(["10", ""]))]),
            hash([LakeColumn(name: "x", values: .booleans([true, false]))]),
            hash([LakeColumn(name: "x", values: .timestamps([1, 0]))]),
        ]
        #expect(Set(others + [base]).count == others.count + 1)
        let payload = Double(nan: 1, signaling: false)
        #expect(
            hash([LakeColumn(name: "x", values: .doubles([.nan]))])
                == hash([LakeColumn(name: "x", values: .doubles([payload]))])
        )
        #expect(
            hash([LakeColumn(name: "x", values: .doubles([1, 5]), nulls: [false, true])])
                == hash([LakeColumn(name: "x", values: .doubles([1, 0]), nulls: [false, true])])
        )
    }
}
