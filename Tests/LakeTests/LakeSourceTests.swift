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
    fileprivate func lake(reading files: [String]) -> Lake {
        var configuration = Lake.Configuration(
            directory: "\(folder.path)/lake",
            library: .init(virtualEnvironments: [VirtualEnvironment.path])
        )
        configuration.readableFiles = files
        return Lake(configuration)
    }
}
