import Files
import Glibc
import Lake
import TestSupport
import Testing

@Suite("Imports")
struct LakeImportTests {
    let fixture: LakeFixture
    var lake: Lake { fixture.lake }

    init() throws {
        fixture = try LakeFixture()
    }

    /// The weather file of the example project.
    static let weather =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        + "/examples/weather/data/noaa-rain.csv.gz"

    /// What pandas says about it: rows, column, key, value.
    static func golden(_ rows: String) throws -> [[String]] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let text = String(decoding: try File.read("/\(folder)/Golden/weather-pandas.tsv"), as: UTF8.self)
        return text.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        .filter { $0[0] == rows }
    }

    @Test("give the numbers of pandas", arguments: ["all", "first"])
    func pandas(rows: String) async throws {
        let options = ImportOptions(rows: rows == "first" ? 0..<3_650 : nil)
        let file = try await lake.importFile(LakeImportTests.weather, options, to: fixture.inside("weather.parquet"))
        #expect(file.rowCount == (rows == "first" ? 3_650 : 18_159))
        let golden = try LakeImportTests.golden(rows)
        #expect(golden.count > 130)
        for line in golden {
            guard line[2] != "hash" else {
                #expect(file.contentHash == line[3])
                continue
            }
            let statistics = try #require(file.statistics.first { $0.name == line[1] })
            let expected = try #require(Double(line[3]))
            let found = try await value(line[2], of: statistics, in: file)
            let tolerance = line[2] == "distinct" ? 0.1 : 1e-12
            #expect(
                abs(found - expected) <= tolerance * max(1, abs(expected)),
                "\(line[1]) \(line[2]): \(found) is not \(expected)"
            )
        }
    }

    private func value(_ key: String, of statistics: ColumnStatistics, in file: LakeFile) async throws -> Double {
        switch key {
        case "nulls": return Double(statistics.nulls)
        case "distinct": return Double(statistics.approximateDistinct)
        case "min": return try number(statistics.minimum)
        case "max": return try number(statistics.maximum)
        case "mean": return try #require(statistics.mean)
        case "std": return try #require(statistics.standardDeviation)
        case "sum":
            let table = try await lake.read(file.path, columns: [statistics.name])
            return try #require(table.columns[0].numbers).reduce(0, +)
        default:
            let share = try #require(Double(key.dropFirst()))
            return try #require(statistics.quantiles.first { $0.share == share }).value
        }
    }

    private func number(_ value: LakeValue) throws -> Double {
        switch value {
        case .integer(let value): return Double(value)
        case .double(let value): return value
        default:
            Issue.record("\(value) is no number")
            return .nan
        }
    }

    @Test("keep the order and the values of a range of rows")
    func range() async throws {
        let options = ImportOptions(rows: 3_650..<3_653, columns: ["rain", "day"])
        let file = try await lake.importFile(LakeImportTests.weather, options, to: fixture.inside("part.parquet"))
        let table = try await lake.read(file.path)
        #expect(table.fields.map(\.name) == ["rain", "day"])
        #expect(table["day"]?.values == .integers([3_650, 3_651, 3_652]))
    }

    @Test("of the same rows are equal byte for byte")
    func reproducible() async throws {
        let options = ImportOptions(rows: 100..<9_000)
        let first = try await lake.importFile(LakeImportTests.weather, options, to: fixture.inside("a.parquet"))
        let second = try await lake.importFile(LakeImportTests.weather, options, to: fixture.inside("b.parquet"))
        #expect(first.contentHash == second.contentHash)
        #expect(try File.read(first.path) == File.read(second.path))
    }

    @Test("of Parquet give what the CSV gave")
    func parquet() async throws {
        let first = try await lake.importFile(LakeImportTests.weather, .init(), to: fixture.inside("a.parquet"))
        let outside = "\(fixture.folder.path)/again.parquet"
        try File.replace(outside, with: File.read(first.path))
        let second = try await lake.importFile(outside, .init(), to: fixture.inside("b.parquet"))
        #expect(second.contentHash == first.contentHash)
        #expect(second.fields == first.fields)
    }

    @Test("find the types of a CSV file from all of its lines, and its nulls")
    func types() async throws {
        var text = "id,name,share,ok,at,odd\n"
        for row in 0..<30_000 { text += "\(row),n\(row % 3),\(row).5,true,2020-01-02 03:04:05,\(row)\n" }
        text += "NA,,nan,false,,not a number\n"
        let path = try fixture.file("mixed.csv", text)
        let file = try await lake.importFile(path, .init(), to: fixture.inside("mixed.parquet"))
        #expect(file.fields.map(\.type) == [.integer, .text, .double, .boolean, .timestamp, .text])
        #expect(file.rowCount == 30_001)
        #expect(file.statistics.map(\.nulls) == [1, 1, 1, 0, 1, 0])
        let name = file.statistics[1]
        #expect(
            name.frequent == [
                .init(text: "n0", count: 10_000), .init(text: "n1", count: 10_000), .init(text: "n2", count: 10_000),
            ]
        )
        #expect(file.statistics[4].minimum == .timestamp(1_577_934_245_000_000))
        let ok = try #require(file.statistics[3].mean)
        #expect(abs(ok - 30_000.0 / 30_001) < 1e-12)
    }

    @Test("count histograms that hold every finite value")
    func histogram() async throws {
        let path = try fixture.file("h.csv", "x,same\n" + (0..<1_000).map { "\(Double($0) / 999),7\n" }.joined())
        let file = try await lake.importFile(path, .init(), to: fixture.inside("h.parquet"))
        let bins = file.statistics[0].histogram
        #expect(bins.count == 20)
        #expect(bins.map(\.count).reduce(0, +) == 1_000)
        #expect(bins.allSatisfy { (49...51).contains($0.count) })
        #expect(bins.first?.lower == 0 && bins.last?.upper == 1)
        #expect(file.statistics[1].histogram == [.init(lower: 7, upper: 7, count: 1_000)])
    }

    @Test("take numbers that have no finite statistics")
    func extremes() async throws {
        let path = try fixture.file("e.csv", "x,y\n1e308,1\n-1e308,inf\n1e308,-inf\n,2\n")
        let file = try await lake.importFile(path, .init(), to: fixture.inside("e.parquet"))
        #expect(file.statistics[0].standardDeviation == nil)
        #expect(file.statistics[0].maximum == .double(1e308))
        #expect(file.statistics[0].nulls == 1)
        #expect(file.statistics[1].nonFinite == 2)
        #expect(file.statistics[1].mean == 1.5)
    }

    @Test("of odd names keep them")
    func names() async throws {
        let path = try fixture.file("n.csv", "\"a \"\"b\"\"\",c'd;--,é\n1,2,3\n")
        let file = try await lake.importFile(path, .init(), to: fixture.inside("it's.parquet"))
        #expect(file.fields.map(\.name) == ["a \"b\"", "c'd;--", "é"])
        #expect(try await lake.read(file.path, columns: ["c'd;--"]).columns[0][0] == .integer(2))
    }

    @Test(
        "refuse what is no table, and leave nothing of their own behind",
        arguments: [
            ("x.csv", "a,b\n1,2\n1,2,3,4\n", ImportOptions(), LakeError.Code.invalidFile),
            ("x.csv", "a,b\n1,2\n1\n", ImportOptions(), .invalidFile),
            ("x.csv", "a,b\n1,\"2\n", ImportOptions(), .invalidFile),
            ("x.csv", "", ImportOptions(), .invalidFile),
            ("x.csv", "a,b\n", ImportOptions(), .emptyRange),
            ("x.csv.gz", "a,b\n1,2\n", ImportOptions(), .invalidFile),
            ("x.parquet", "a,b\n1,2\n", ImportOptions(), .invalidFile),
            ("x.txt", "a,b\n1,2\n", ImportOptions(), .invalidFile),
            ("x.csv", "a,b\n1,2\n", ImportOptions(columns: ["c"]), .unknownColumn),
            ("x.csv", "a,b\n1,2\n", ImportOptions(rows: 0..<2), .emptyRange),
            ("x.csv", "a,b\n1,2\n", ImportOptions(rows: 1..<1), .emptyRange),
        ]
    )
    func refused(name: String, text: String, options: ImportOptions, expected: LakeError.Code) async throws {
        let path = try fixture.file(name, text)
        let found = await code { _ = try await lake.importFile(path, options, to: fixture.inside("x.parquet")) }
        #expect(found == expected)
        let left = try Directory.names(fixture.inside(".")).filter { $0.contains("source") }
        #expect(left.isEmpty)
    }

    @Test("name the line that does not fit, and not its content")
    func line() async throws {
        let path = try fixture.file("l.csv", "a,b\n1,2\n1,2,secret,4\n")
        let error = await #expect(throws: LakeError.self) {
            try await lake.importFile(path, .init(), to: fixture.inside("x.parquet"))
        }
        let message = try #require(error?.message)
        #expect(message.contains("Line: 3") && message.contains("l.csv") && !message.contains("secret"))
    }

    @Test("split at the separator of the header", arguments: [",", ";", "|", "\t"])
    func separators(separator: String) async throws {
        let path = try fixture.file("s.csv", "a\(separator)\"b,;|\"\n1\(separator)x\n")
        let file = try await lake.importFile(path, .init(), to: fixture.inside("s.parquet"))
        #expect(file.fields == [LakeField(name: "a", type: .integer), LakeField(name: "b,;|", type: .text)])
    }

    @Test("of a file that is not there say so")
    func missing() async throws {
        let error = await #expect(throws: (any Error).self) {
            try await lake.importFile("\(fixture.folder.path)/none.csv", .init(), to: fixture.inside("x.parquet"))
        }
        #expect("\(try #require(error))".contains("none.csv"))
    }

    @Test("of what is no regular file are refused at once", arguments: ["pipe.csv", "folder.csv"])
    func irregular(name: String) async throws {
        let path = "\(fixture.folder.path)/\(name)"
        #expect((name == "pipe.csv" ? mkfifo(path, 0o600) : mkdir(path, 0o700)) == 0)
        let found = await code { _ = try await lake.importFile(path, .init(), to: fixture.inside("x.parquet")) }
        #expect(found == .invalidFile)
    }

    @Test("of Parquet with nested columns name the column, and take the others")
    func nested() async throws {
        _ = try await lake.query(
            "COPY (SELECT 1 AS a, [1, 2] AS list) TO '\(fixture.inside("n.parquet"))' (FORMAT parquet)"
        )
        let path = "\(fixture.folder.path)/nested.parquet"
        try File.replace(path, with: File.read(fixture.inside("n.parquet")))
        let found = await code { _ = try await lake.importFile(path, .init(), to: fixture.inside("x.parquet")) }
        #expect(found == .unsupportedType)
        let file = try await lake.importFile(path, .init(columns: ["a"]), to: fixture.inside("y.parquet"))
        #expect(file.fields == [LakeField(name: "a", type: .integer)])
    }
}
