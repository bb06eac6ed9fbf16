import Catalogue
import JSON
import Lake
import Streams
import StreamsTestSupport
import Testing

@Suite("Versions cut from several partitions", .timeLimit(.minutes(10)))
struct PartitionTests {
    private let fixture: CatalogueFixture

    init() async throws {
        fixture = try await CatalogueFixture()
    }

    /// Sends records of `(partition, time, value)` to a topic of three partitions.
    private func send(_ topic: String, _ records: [(Int32, Int64, String)]) async throws {
        fixture.cluster.create(topic, partitions: 3)
        let producer = try StreamProducer(fixture.cluster.configuration)
        _ = try await producer.send(
            records.map { partition, time, value in
                ProducerRecord(
                    topic: topic,
                    partition: partition,
                    value: Array(value.utf8),
                    timestampMilliseconds: time
                )
            }
        )
        await producer.close()
    }

    private func row(_ day: Int) -> String { "{\"day\":\(day),\"temperature\":\(Double(day) / 8)}" }

    private func label(_ partition: Int, _ offset: Int, _ label: Int, time: Int) -> String {
        "{\"prediction_id\":\"weather-\(partition)-\(offset)\",\"label\":\(label),\"event_time\":\(time)}"
    }

    /// Thirty days in turn over three partitions; their labels in turn too, shifted by one partition.
    private func weather() async throws {
        try await send("weather", (0..<30).map { (Int32($0 % 3), Int64($0 + 1) * 1_000, row($0)) })
        try await send(
            "weather.labels",
            (0..<30).map { (Int32(($0 + 1) % 3), 9_000_000, label($0 % 3, $0 / 3, $0 % 2, time: ($0 + 1) * 1_000)) }
        )
    }

    private func selection(_ count: Int, upTo: [Int32: Int64] = [:]) -> LabelledSelection {
        LabelledSelection(
            topic: "weather",
            labelsTopic: "weather.labels",
            labelsUpTo: upTo,
            count: count,
            columns: CatalogueFixture.columns,
            labelColumn: LakeField(name: "rain", type: .integer)
        )
    }

    @Test("hold the newest labelled rows of all partitions in one order of time")
    func merged() async throws {
        try await weather()
        let slice = try await fixture.catalogue.select(selection(14))
        #expect(slice.ranges.map(\.partition) == [0, 1, 2])
        #expect(slice.ranges.map { $0.to - $0.from } == [4, 5, 5])
        let version = try await fixture.catalogue.cut("w", slice)
        let table = try await fixture.lake.read(version.path)
        #expect(table["day"]?.values == .integers(Array(16..<30)))
        #expect(table["rain"]?.values == .integers((16..<30).map { $0 % 2 }))
        #expect(table["temperature"]?.values == .doubles((16..<30).map { Double($0) / 8 }))

        let again = try await fixture.restarted()
        #expect(try await again.cut("w", slice) == version, "the definition is the slice")
        #expect(try await again.version("w").source == version.source)
        let json = version.json["source"]?["slice"]
        #expect(json?["range"] == nil && json?["ranges"]?.arrayValue?.count == 3)
        #expect(json?["ranges"]?.arrayValue?.first?["from"] == .int(6))
    }

    @Test("end where the labels of each partition had been read to")
    func ends() async throws {
        try await weather()
        // Days 0 to 11: four labels in each partition.
        let slice = try await fixture.catalogue.select(selection(6, upTo: [0: 4, 1: 4, 2: 4]))
        let table = try await fixture.lake.read(try await fixture.catalogue.cut("w", slice).path)
        #expect(table["day"]?.values == .integers(Array(6..<12)))
        // Partition 2 holds the labels of days 1, 4, 7 …; nothing of it had been read.
        let partly = try await fixture.catalogue.select(selection(100, upTo: [0: 2, 1: 2, 2: 0]))
        #expect(partly.labels?.ranges.map(\.partition) == [0, 1])
        let rest = try await fixture.lake.read(try await fixture.catalogue.cut("w", partly).path)
        #expect(rest["day"]?.values == .integers([0, 2, 3, 5]))
        #expect(
            await code { _ = try await fixture.catalogue.select(selection(1, upTo: [1: 11])) } == .offsetsNotWritten
        )
    }

    @Test("keep each partition's own order: a row that is late follows the one before it")
    func lateRows() async throws {
        try await send(
            "weather",
            [(0, 1_000, row(1)), (0, 5_000, row(5)), (0, 2_000, row(2)), (1, 4_000, row(4)), (1, 5_000, row(50))]
        )
        let slice = TopicSlice(
            ranges: [
                OffsetRange(topic: "weather", partition: 0, from: 0, to: 3),
                OffsetRange(topic: "weather", partition: 1, from: 0, to: 2),
            ],
            columns: CatalogueFixture.columns
        )
        let table = try await fixture.lake.read(try await fixture.catalogue.cut("w", slice).path)
        #expect(table["day"]?.values == .integers([1, 4, 5, 2, 50]))
    }

    @Test("of several labels of a row take the one of the latest time, whichever partition it lies in")
    func latestLabel() async throws {
        try await send("weather", [(1, 1_000, row(1)), (2, 2_000, row(2))])
        try await send(
            "weather.labels",
            [
                (0, 0, label(1, 0, 7, time: 9_000)), (2, 0, label(1, 0, 3, time: 1_000)),
                (1, 0, label(2, 0, 5, time: 2_000)), (1, 0, label(3, 0, 5, time: 2_000)),
            ]
        )
        let version = try await fixture.catalogue.cut("w", try await fixture.catalogue.select(selection(10)))
        let table = try await fixture.lake.read(version.path)
        #expect(table["rain"]?.values == .integers([7, 5]))
    }

    @Test("of one partition are described as before there could be several")
    func description() async throws {
        try await fixture.weather(rows: 5, labelled: [0, 1])
        let version = try await fixture.catalogue.cut("w", CatalogueFixture.slice(0..<5, labels: 0..<2))
        let slice = try #require(version.json["source"]?["slice"])
        let expected = """
            {"range":{"topic":"weather","partition":0,"from":0,"to":5},\
            "columns":[{"name":"day","type":"BIGINT"},{"name":"temperature","type":"DOUBLE"}],\
            "labels":{"range":{"topic":"weather.labels","partition":0,"from":0,"to":2},\
            "column":{"name":"rain","type":"BIGINT"}},"transform_commit":"0123abc"}
            """
        #expect(slice.description == expected)
    }

    @Test("need one range for each partition, in order")
    func disorder() async throws {
        try await weather()
        let range = OffsetRange(topic: "weather", partition: 1, from: 0, to: 3)
        for ranges in [[], [range, range], [range, OffsetRange(topic: "other", partition: 2, from: 0, to: 1)]] {
            let slice = TopicSlice(ranges: ranges, columns: CatalogueFixture.columns)
            #expect(await code { _ = try await fixture.catalogue.cut("w", slice) } == .emptyRange)
        }
    }
}
