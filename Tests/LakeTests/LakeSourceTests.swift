import Testing
import TestSupport

@testable import Lake

@Suite("Files that are read by column") struct LakeSourceTests {
    private let text = "x,word,when,small\ninf,a,2026-01-01,1\n1.5,b,2026-01-02,\n,a,2026-01-03,1\n-inf,,2026-01-04,2\n"

    @Test("give numbers with NaN for what is missing, also where an infinity comes first")
    func numbers() async throws {
        let fixture = try LakeFixture()
        let path = try fixture.file("part.csv", text)
        let lake = fixture.lake(reading: [path])
        let source = try await lake.open(path)
        #expect(source.rowCount == 4)
        #expect(source.fields.map(\.type) == [.double, .text, .timestamp, .integer])
        let values = try await lake.numbers("x", of: source)
        #expect(values[0] == .infinity && values[1] == 1.5 && values[2].isNaN && values[3] == -.infinity)
        let small = try await lake.numbers("small", of: source, rows: 1..<3)
        #expect(small.count == 2 && small[0].isNaN && small[1] == 1)
        let error = await #expect(throws: LakeError.self) { try await lake.numbers("word", of: source) }
        #expect(error?.code == .unsupportedType)
    }

    @Test("give the same numbers where one thread of DuckDB hands them over as it reads")
    func takenNumbers() async throws {
        let fixture = try LakeFixture()
        let lines = (0..<300_000).map { $0.isMultiple(of: 7) ? ",\($0 % 3)" : "\(Double($0) / 4),\($0 % 3)" }
        let path = try fixture.file("long.csv", "x,y\n" + lines.joined(separator: "\n") + "\n")
        for threads in [1, 2] {
            let lake = fixture.lake(reading: [path], threads: threads)
            let source = try await lake.open(path)
            for _ in 0..<2 {
                let values = try await lake.numbers("x", of: source)
                #expect(values.count == 300_000)
                #expect(
                    values.indices.allSatisfy { row in
                        row.isMultiple(of: 7) ? values[row].isNaN : values[row] == Double(row) / 4
                    }
                )
            }
            #expect(try await lake.numbers("y", of: source, rows: 4..<7) == [1, 2, 0])
            let seen = try await lake.withReader { files in
                try files.withNumbers("x", of: source) { numbers in
                    var (all, few) = (0, 0)
                    numbers.forEachBlock { block in
                        all += block.count
                        return true
                    }
                    // Stopped on its way, and read again from its beginning.
                    for _ in 0..<2 {
                        numbers.forEachBlock { block in
                            few += block[1] == 0.25 ? 1 : 10
                            return false
                        }
                    }
                    return (all, few)
                }
            }
            #expect(seen == (300_000, 2))
        }
    }

    @Test("take the function that hands numbers over for nothing in a statement of somebody else")
    func strangeStatement() async throws {
        let fixture = try LakeFixture()
        let lake = fixture.lake(reading: [], threads: 1)
        let found = try await lake.query("SELECT martlet_take(i::DOUBLE), count(*) FROM range(5000) AS r(i)")
        #expect(found.columns[1][0] == .integer(5_000))
        let groups = try await lake.query("SELECT martlet_take(i::DOUBLE) FROM range(5000) AS r(i) GROUP BY i % 3")
        #expect(groups.rowCount == 3)
    }

    @Test("of CSV are truth values, times of a day and whole numbers only where pandas has them so")
    func textTypes() async throws {
        let fixture = try LakeFixture()
        let path = try fixture.file(
            "types.csv",
            "answer,letter,flag,hour,code,share\nyes,t,True,9:30,01,inf\nno,f,false,10:30,02,1.5\n,t,,9:30,03,2\n"
        )
        let lake = fixture.lake(reading: [path])
        let source = try await lake.open(path)
        #expect(source.fields.map(\.type) == [.text, .text, .boolean, .text, .integer, .double])
        #expect(try await lake.texts("answer", of: source) == ["yes", "no", nil])
        #expect(try await lake.texts("hour", of: source) == ["9:30", "10:30", "9:30"])
        #expect(try await lake.numbers("code", of: source) == [1, 2, 3])
    }

    @Test("count values inside, up to a limit")
    func counts() async throws {
        let fixture = try LakeFixture()
        let path = try fixture.file("part.csv", text)
        let lake = fixture.lake(reading: [path])
        let source = try await lake.open(path)
        let words = try #require(try await lake.counts("word", of: source, limit: 2))
        #expect(words.counts.map(\.value) == ["a", "b"] && words.counts.map(\.count) == [2, 1] && words.missing == 1)
        #expect(try await lake.counts("word", of: source, limit: 1) == nil)
        #expect(try await lake.flags("word", equalTo: "a", of: source).prefix(3) == [1, 0, 1])
        let pairs = try #require(try await lake.pairCounts("word", "small", of: source, limit: 5))
        #expect(pairs.map(\.count) == [2])
    }

    @Test("count as one row what is equal in all columns, whatever zero's sign, and as two what is not")
    func repeatedRows() async throws {
        let fixture = try LakeFixture()
        // Equal numbers in other columns, gaps in other places, and texts that only together read alike are different rows.
        let lines = [
            "1,2,ab,c", "2,1,ab,c", "1,2,a,bc", ",2,ab,c", "2,,ab,c", "0.0,2,ab,c", "-0.0,2,ab,c", "1,2,ab,c",
            "nan,2,ab,c", "nan,2,ab,c",
        ]
        let path = try fixture.file("part.csv", "a,b,c,d\n" + lines.joined(separator: "\n") + "\n")
        let source = try await fixture.lake(reading: [path]).open(path)
        #expect(source.fields.map(\.type) == [.double, .integer, .text, .text])
        let duplicated = try await fixture.lake(reading: [path]).duplicatedRows(of: source)
        // The texts `nan` are no value, like the empty one.
        #expect(duplicated == 4)
    }

    @Test("of CSV have the types that all lines allow, also where the first ones look otherwise")
    func lateTypes() async throws {
        let fixture = try LakeFixture()
        // The last line asks for a number with a fraction, texts, and a number where nothing was; one column stays.
        var lines = (0..<30_000).map { "\($0),\($0 % 7),true,,2026-01-02,#\($0 % 3),\($0 % 2 == 0)" }
        lines.append("0.5,word,yes,3,someday,#1,FALSE")
        let path = try fixture.file("late.csv", "a,b,c,d,e,f,g\n" + lines.joined(separator: "\n") + "\n")
        let lake = fixture.lake(reading: [path])
        let source = try await lake.open(path)
        #expect(source.fields.map(\.type) == [.double, .text, .text, .integer, .text, .text, .boolean])
        #expect(source.rowCount == 30_001)
        #expect(try await lake.numbers("a", of: source).suffix(2) == [29_999, 0.5])
        #expect(try await lake.texts("c", of: source).suffix(2) == ["true", "yes"])
        #expect(try await lake.texts("e", of: source).suffix(2) == ["2026-01-02", "someday"])
        let flags = try await lake.counts("g", of: source, limit: 10)
        #expect(flags?.counts.map(\.count) == [15_001, 15_000])
    }

    @Test(
        "of CSV hold the same whether an unusual value comes early or late",
        arguments: [
            ("7", "1.5"), ("7", "2.0"), ("7", "1e2"), ("7", "x"), ("true", "yes"), ("true", "1"), ("1.5", "x"),
            ("2026-01-02", "13/02/2026"), ("2026-01-02 10:00:00", "someday"), ("", "3"), ("word", "3"),
        ]
    )
    func unusualValues(usual: String, unusual: String) async throws {
        let fixture = try LakeFixture()
        var found: [[String?]] = []
        for place in [10, 24_999] {
            var lines = [String](repeating: "\(usual),1", count: 25_000)
            lines[place] = "\(unusual),1"
            let path = try fixture.file("file\(place).csv", "v,k\n" + lines.joined(separator: "\n") + "\n")
            let lake = fixture.lake(reading: [path])
            let source = try await lake.open(path)
            let values = try await lake.texts("v", of: source)
            found.append([try source.field("v").type.rawValue, values[0], values[place]])
        }
        #expect(found[0] == found[1])
    }

    @Test("of CSV keep lines that begin as comments do elsewhere")
    func comments() async throws {
        let fixture = try LakeFixture()
        let path = try fixture.file("color.csv", "color,n\n#fff,1\n#000,2\nred,3\n")
        let lake = fixture.lake(reading: [path])
        #expect(try await lake.texts("color", of: try await lake.open(path)) == ["#fff", "#000", "red"])
    }

    @Test("are not fetched ahead by any connection: that takes memory of whole columns")
    func fetching() async throws {
        let fixture = try LakeFixture()
        for _ in 0..<2 {
            let settings = try await fixture.lake.query(
                "SELECT value FROM duckdb_settings() WHERE name = 'disable_parquet_prefetching'"
            )
            #expect(settings.columns[0][0] == .text("true"))
        }
    }

    @Test("tell rows that repeat, rows without a value and columns that are one")
    func rows() async throws {
        let fixture = try LakeFixture()
        let path = try fixture.file("part.csv", "a,b,c\n1,1,x\n1,1,x\n,,\n2,2,y\n3,3,y\n")
        let lake = fixture.lake(reading: [path])
        let source = try await lake.open(path)
        #expect(try await lake.duplicatedRows(of: source) == 1)
        #expect(try await lake.emptyRows(of: source) == 1)
        let twins = try await lake.twins(of: source, share: 0.95)
        #expect(twins.map(\.first) == ["a"] && twins.map(\.second) == ["b"] && twins.map(\.rows) == [5])
    }

    @Test("are only those that the lake may read")
    func otherFiles() async throws {
        let fixture = try LakeFixture()
        let path = try fixture.file("part.csv", text)
        let other = try fixture.file("other.csv", text)
        let lake = fixture.lake(reading: [path])
        await #expect(throws: LakeError.self) { try await lake.open(other) }
        let error = await #expect(throws: LakeError.self) { try await lake.open("\(path).not.csv") }
        #expect(error?.message.contains("cannot be read: No such file") == true)
    }
}

extension LakeFixture {
    /// A lake over the same folder that may read `files` where they lie.
    fileprivate func lake(reading files: [String], threads: Int = 2) -> Lake {
        var configuration = Lake.Configuration(
            directory: "\(folder.path)/lake",
            library: .init(virtualEnvironments: [VirtualEnvironment.path])
        )
        configuration.readableFiles = files
        configuration.threads = threads
        return Lake(configuration)
    }
}
