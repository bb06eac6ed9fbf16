import Catalogue
import Files
import Lake
import Streams
import StreamsTestSupport
import Testing

@Suite("Versions cut from a topic", .timeLimit(.minutes(10)))
struct CutTests {
    let fixture: CatalogueFixture
    var catalogue: CatalogueService { fixture.catalogue }

    init() async throws {
        fixture = try await CatalogueFixture()
    }

    @Test("hold the labelled messages of their offsets, in order")
    func rows() async throws {
        // Labels come out of order, one twice (the last counts), one for another topic, one of a message outside.
        try await fixture.weather(rows: 20, labelled: [])
        try await fixture.topic(
            "labels",
            [
                CatalogueFixture.label(9, 1), CatalogueFixture.label(5, 0), CatalogueFixture.label(7, 0),
                "{\"prediction_id\":\"other-0-6\",\"label\":1}", CatalogueFixture.label(7, 1),
                CatalogueFixture.label(1, 1),
            ]
        )
        var slice = CatalogueFixture.slice(4..<12, labels: 0..<6)
        slice.labels?.ranges[0].topic = "labels"
        let version = try await catalogue.cut("weather", slice)
        let table = try await fixture.lake.read(version.path)
        #expect(table["day"]?.values == .integers([5, 7, 9]))
        #expect(table["temperature"]?.values == .doubles([0.625, 0.875, 1.125]))
        #expect(table["rain"]?.values == .integers([0, 1, 1]))
        #expect(version.schema.map(\.name) == ["day", "temperature", "rain"])
        guard case .topic(let recorded, let counts) = version.source else {
            Issue.record("the source is no topic")
            return
        }
        #expect(recorded == slice)
        #expect(counts.messages == 8 && counts.rows == 3 && counts.unlabelled == 5 && counts.labels == 6)
        #expect(try await catalogue.version("weather") == version)
        #expect(try await catalogue.readColumns(version, ["rain"])["rain"] == [0, 1, 1])
    }

    @Test("are equal byte for byte when cut again")
    func reproducible() async throws {
        try await fixture.weather(rows: 5_000, labelled: Array(0..<4_900))
        let slice = CatalogueFixture.slice(1_000..<4_650, labels: 1_000..<4_900)
        let first = try await catalogue.cut("first", slice)
        let second = try await catalogue.cut("second", slice)
        #expect(first.rowCount == 3_650)
        #expect(first.contentHash == second.contentHash)
        #expect(try File.read(first.path) == File.read(second.path))
        let other = try await catalogue.cut("first", CatalogueFixture.slice(1_001..<4_651, labels: 1_000..<4_900))
        #expect(other.version == 2)
        #expect(other.contentHash != first.contentHash)
    }

    @Test("are made once: the same slice gives the version that is there")
    func idempotent() async throws {
        try await fixture.weather(rows: 10, labelled: Array(0..<10))
        let slice = CatalogueFixture.slice(0..<10, labels: 0..<10)
        let first = try await catalogue.cut("w", slice)
        #expect(try await catalogue.cut("w", slice) == first)
        #expect(try await fixture.restarted().cut("w", slice) == first)
        var other = slice
        other.transformCommit = "fedcba"
        #expect(try await catalogue.cut("w", other).version == 2)
    }

    @Test("have the content of the file that was replayed into the topic")
    func likeTheFile() async throws {
        try await fixture.weather(rows: 50, labelled: Array(0..<50))
        var text = "day,temperature,rain\n"
        for day in 10..<50 { text += "\(day),\(Double(day) / 8),\(day % 2)\n" }
        let imported = try await catalogue.importFile("file", path: try fixture.file("w.csv", text))
        let cut = try await catalogue.cut("topic", CatalogueFixture.slice(10..<50, labels: 0..<50))
        #expect(cut.contentHash == imported.contentHash)
        #expect(try cut.columns(["day", "temperature"]) == CatalogueFixture.columns)
    }

    @Test("without labels hold every message")
    func unlabelled() async throws {
        try await fixture.weather(rows: 6, labelled: [])
        var slice = CatalogueFixture.slice(2..<6, labels: 0..<1)
        slice.labels = nil
        slice.columns.append(LakeField(name: "sky", type: .text))
        let version = try await catalogue.cut("w", slice)
        let table = try await fixture.lake.read(version.path)
        #expect(table["sky"]?.values == .texts(["s2", "s3", "s4", "s5"]))
    }

    @Test("leave out and count what is malformed, up to a bound")
    func malformed() async throws {
        var values = (0..<100).map { "{\"day\":\($0),\"temperature\":1.5}" }
        for (index, bad) in ["", "no json", "[1]", "{\"day\":1}", "{\"day\":\"x\",\"temperature\":1}"].enumerated() {
            values[index * 10 + 3] = bad
        }
        values[99] = "{\"day\":99,\"temperature\":null}"
        try await fixture.topic("weather", values)
        var slice = CatalogueFixture.slice(0..<100, labels: 0..<1)
        slice.labels = nil
        let version = try await catalogue.cut("w", slice)
        #expect(version.rowCount == 95)
        #expect(version.statistics[1].nulls == 1)
        guard case .topic(_, let counts) = version.source else { return }
        #expect(counts.malformedMessages == 5)
    }

    @Test("with too much that is malformed are refused with the first reason")
    func tooMuchMalformed() async throws {
        try await fixture.topic("weather", (0..<40).map { $0 % 2 == 0 ? "{\"day\":\($0),\"temperature\":1}" : "{}" })
        var slice = CatalogueFixture.slice(0..<40, labels: 0..<1)
        slice.labels = nil
        let error = await #expect(throws: CatalogueError.self) { try await catalogue.cut("w", slice) }
        #expect(error?.code == .malformedRows)
        #expect(error?.message.contains("offset 1 has no day") == true)
    }

    @Test("of a column that no message has are refused, naming those that are there")
    func unknownColumn() async throws {
        try await fixture.weather(rows: 5, labelled: [])
        var slice = CatalogueFixture.slice(0..<5, labels: 0..<1, columns: [LakeField(name: "wind", type: .double)])
        slice.labels = nil
        let error = await #expect(throws: CatalogueError.self) { try await catalogue.cut("w", slice) }
        #expect(error?.code == .malformedRows)
        #expect(error?.message.contains("has no wind: it has day, temperature, sky") == true)
    }

    @Test("of ranges that the log does not have are refused")
    func ranges() async throws {
        try await fixture.weather(rows: 5, labelled: [0])
        let cases: [(TopicSlice, CatalogueError.Code)] = [
            (CatalogueFixture.slice(0..<6, labels: 0..<1), .offsetsNotWritten),
            (CatalogueFixture.slice(0..<5, labels: 0..<2), .offsetsNotWritten),
            (CatalogueFixture.slice(3..<3, labels: 0..<1), .emptyRange),
            (CatalogueFixture.slice(1..<5, labels: 0..<1), .emptyRange),
            (CatalogueFixture.slice(0..<5, labels: 0..<1, columns: []), .unknownColumn),
            (
                CatalogueFixture.slice(0..<5, labels: 0..<1, columns: [LakeField(name: "rain", type: .double)]),
                .unknownColumn
            ),
        ]
        for (slice, expected) in cases {
            #expect(await code { _ = try await catalogue.cut("w", slice) } == expected)
        }
        var unknown = CatalogueFixture.slice(0..<5, labels: 0..<1)
        unknown.ranges = [OffsetRange(topic: "weather", partition: 3, from: 0, to: 1)]
        #expect(await code { _ = try await catalogue.cut("w", unknown) } == .unknownTopic)
        #expect(try await catalogue.list().isEmpty)
    }
}

@Suite("Offsets that retention has removed", .timeLimit(.minutes(10)))
struct RetentionTests {
    @Test("are an error, and what is left can still be cut")
    func removed() async throws {
        let fixture = try await CatalogueFixture()
        // The log of the tests keeps some megabytes a partition.
        let padding = String(repeating: "x", count: 700_000)
        try await fixture.topic("weather", (0..<12).map { "{\"day\":\($0),\"temperature\":1,\"sky\":\"\(padding)\"}" })
        let low = try await StreamAdmin(fixture.cluster.configuration).watermarks(TopicPartition("weather", 0)).low
        try #require(low > 0)
        var slice = CatalogueFixture.slice(0..<12, labels: 0..<1)
        slice.labels = nil
        let error = await #expect(throws: CatalogueError.self) { try await fixture.catalogue.cut("w", slice) }
        #expect(error?.code == .offsetsRemoved)
        #expect(error?.message.contains("before offset \(low)") == true)
        slice.ranges[0].from = low
        #expect(try await fixture.catalogue.cut("w", slice).rowCount == 12 - low)
    }
}

@Suite("The last labelled rows", .timeLimit(.minutes(10)))
struct SelectionTests {
    let fixture: CatalogueFixture

    init() async throws {
        fixture = try await CatalogueFixture()
    }

    func selection(_ count: Int, upTo: Int64? = nil) -> LabelledSelection {
        LabelledSelection(
            topic: "weather",
            labelsTopic: "weather.labels",
            labelsUpTo: upTo.map { [0: $0] } ?? [:],
            count: count,
            columns: CatalogueFixture.columns,
            labelColumn: LakeField(name: "rain", type: .integer)
        )
    }

    @Test("end at the given label and are as many as asked for")
    func count() async throws {
        try await fixture.weather(rows: 6_000, labelled: Array(0..<5_500))
        let slice = try await fixture.catalogue.select(selection(3_650, upTo: 5_000))
        #expect(slice.ranges == [OffsetRange(topic: "weather", from: 1_350, to: 5_000)])
        #expect(slice.labels?.ranges == [OffsetRange(topic: "weather.labels", from: 1_350, to: 5_000)])
        #expect(try await fixture.catalogue.cut("w", slice).rowCount == 3_650)
        // The rows before those, for what must not overlap.
        let before = try await fixture.catalogue.select(selection(100, upTo: 1_350))
        #expect(before.ranges == [OffsetRange(topic: "weather", from: 1_250, to: 1_350)])
    }

    @Test("are all there are where there are fewer")
    func fewer() async throws {
        try await fixture.weather(rows: 30, labelled: Array(0..<20))
        let slice = try await fixture.catalogue.select(selection(3_650))
        #expect(slice.ranges == [OffsetRange(topic: "weather", from: 0, to: 20)])
    }

    @Test("count each message once and only those of the topic")
    func distinct() async throws {
        try await fixture.weather(rows: 10, labelled: [])
        try await fixture.topic("more", [1, 2, 3, 3, 3, 2].map { CatalogueFixture.label($0, 1) } + ["{}", "x"])
        var wish = selection(2)
        wish.labelsTopic = "more"
        let slice = try await fixture.catalogue.select(wish)
        #expect(slice.ranges == [OffsetRange(topic: "weather", from: 2, to: 4)])
        #expect(slice.labels?.ranges == [OffsetRange(topic: "more", from: 4, to: 8)])
    }

    @Test("that do not exist are an error")
    func none() async throws {
        try await fixture.weather(rows: 10, labelled: [])
        #expect(await code { _ = try await fixture.catalogue.select(selection(5)) } == .emptyRange)
        #expect(await code { _ = try await fixture.catalogue.select(selection(5, upTo: 7)) } == .offsetsNotWritten)
        try await fixture.topic("strange", ["{\"prediction_id\":\"other-0-1\",\"label\":1}"])
        var wish = selection(5)
        wish.labelsTopic = "strange"
        #expect(await code { _ = try await fixture.catalogue.select(wish) } == .emptyRange)
    }
}
