import Execution
import JSON
import SQLStore
import TestSupport
import Testing

@testable import Monitoring
@testable import Streams

/// A monitor over topics of several partitions.
struct PartitionTests {
    private struct NoReference: ReferenceSource {
        func columns(
            _ columns: [MonitoredColumn],
            of reference: ReferenceDataset
        ) async throws -> [String: ReferenceColumn] { [:] }
    }

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var definition: MonitorDefinition {
        var definition = StreamScript.definition()
        definition.performance = [PerformanceLimit(metric: .auc, bound: .value(0.75))]
        definition.drift = nil
        return definition
    }

    private func database(_ name: String) async throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: "\(directory.path)/\(name).sqlite")
        try await database.migrate(MonitoringSchema.migrations)
        return database
    }

    /// Runs a monitor until its reader has nothing more for it.
    @discardableResult
    private func run(
        _ topics: PartitionedTopics,
        _ database: SQLiteDatabase,
        seed: UInt64,
        limit: Int = .max
    ) async throws -> MonitorCounters {
        let exhausted = OneShot<Void>()
        var options = MonitorService.Options()
        // Rows that a slow machine works on for long do not stand still.
        options.stallTimeout = .seconds(3600)
        let service = try MonitorService(
            definition,
            database: database,
            reference: NoReference(),
            observer: nil,
            options: options,
            countPartitions: topics.counter,
            openReader: topics.opener(seed: seed, limit: limit, exhausted: exhausted)
        )
        async let running: Void = service.run()
        try await exhausted.value
        await service.stop()
        try await running
        return await service.counters
    }

    private func findings(_ database: SQLiteDatabase) async throws -> ([MonitoredWindow], [MonitorAlert]) {
        let archive = MonitorArchive(database: database)
        let windows = try await archive.windows(of: "quality").map { window in
            var window = window
            window.closedAt = 0
            return window
        }
        let alerts = try await archive.alerts(of: "quality").map { alert in
            var alert = alert
            alert.openedAt = 0
            alert.resolvedAt = alert.resolvedAt.map { _ in 0 }
            return alert
        }
        return (windows, alerts)
    }

    private var script: StreamScript {
        StreamScript.make(count: 900, definition: definition, swap: 700, breakAt: 400)
    }

    @Test(arguments: 1...8)
    func `several partitions, read in any order and killed at any record, give what one gives`(seed: Int) async throws {
        let one = try await database("one")
        let whole = try await run(PartitionedTopics(script, rowPartitions: 1, labelPartitions: 1), one, seed: 1)
        let (expectedWindows, expectedAlerts) = try await findings(one)
        #expect(expectedWindows.count == 9)
        #expect(expectedAlerts.count == 1)
        let topics = PartitionedTopics(script, rowPartitions: 3, labelPartitions: 2)
        let killed = try await database("killed")
        var generator = SplitMix(seed: UInt64(seed))
        for _ in 0..<4 {
            try await run(topics, killed, seed: generator.next(), limit: 200 + Int(generator.next() % 1200))
        }
        let counters = try await run(topics, killed, seed: 99)
        let (windows, alerts) = try await findings(killed)
        #expect(windows == expectedWindows)
        #expect(alerts == expectedAlerts)
        #expect(counters == whole)
        #expect(counters.joined == 900)
    }

    @Test func `partitions that are added later are taken up where the one stood`() async throws {
        let topics = PartitionedTopics(script, rowPartitions: 3, labelPartitions: 2, from: 350)
        let database = try await database("grown")
        try await run(PartitionedTopics(beginningOf: topics, rows: 350), database, seed: 5)
        let counters = try await run(topics, database, seed: 6)
        #expect(counters.rows == 900)
        #expect(counters.joined == 900)
        #expect(counters.unknown + counters.late + counters.duplicates + counters.undecodable == 0)
        let one = try await self.database("one")
        try await run(PartitionedTopics(script, rowPartitions: 1, labelPartitions: 1), one, seed: 1)
        #expect(try await findings(database).0 == (try await findings(one).0))
    }

    @Test func `state of the format that knew one partition is read`() async throws {
        let topics = PartitionedTopics(script, rowPartitions: 1, labelPartitions: 1)
        let whole = try await database("whole")
        let expected = try await run(topics, whole, seed: 1)
        let database = try await database("old")
        try await run(topics, database, seed: 3, limit: 1_500)
        let text = try #require(try await MonitorStore(database: database).load("quality").state)
        var state = try #require(try JSONValue.parse(text).objectValue)
        var positions = JSONObject()
        for (topic, pairs) in try #require(state["intake"]?["positions"]?.objectValue).pairs {
            positions[topic] = pairs[0]?[1]
        }
        state["format"] = 1
        state["positions"] = .object(positions)
        state["intake"] = nil
        let old = String(decoding: JSONValue.object(state).serialized(), as: UTF8.self)
        try await MonitorStore(database: database).save(definition, state: old, changes: [])
        #expect(try await run(topics, database, seed: 4) == expected)
        #expect(try await findings(database) == (try await findings(whole)))
    }
}

struct PartitionMergeTests {
    private func item(_ offset: Int64, _ time: Int64) -> IntakeItem {
        IntakeItem(offset: offset, time: time, event: .undecodable)
    }

    /// What is handed on now, as partition and offset.
    private func take(_ merge: inout PartitionMerge, isIdle: Bool = false, ends: [Int32: Int64] = [:]) -> [[Int64]] {
        var taken: [[Int64]] = []
        while let (partition, item) = merge.next(
            isIdle: isIdle,
            isAtEnd: { partition, through in ends[partition].map { through ?? 0 >= $0 } ?? false }
        ) {
            taken.append([Int64(partition), item.offset])
        }
        return taken
    }

    @Test func `records are handed on by time, as far as no partition can bring an earlier one`() {
        var merge = PartitionMerge()
        merge.open(partitions: 2)
        merge.receive(item(0, 10), from: 0)
        merge.receive(item(1, 30), from: 0)
        #expect(take(&merge).isEmpty)
        merge.receive(item(0, 20), from: 1)
        #expect(take(&merge) == [[0, 0], [1, 0]])
        #expect(take(&merge, ends: [1: 2]).isEmpty)
        #expect(take(&merge, ends: [1: 1]) == [[0, 1]])
    }

    @Test func `a partition keeps its own order even against its times`() {
        var merge = PartitionMerge()
        merge.open(partitions: 2)
        for (offset, time) in [(0, 50), (1, 5), (2, 60)] { merge.receive(item(Int64(offset), Int64(time)), from: 0) }
        merge.receive(item(0, 40), from: 1)
        #expect(take(&merge, isIdle: true) == [[1, 0], [0, 0], [0, 1], [0, 2]])
    }

    @Test func `a partition that never comes cannot make the others wait without bound`() {
        var merge = PartitionMerge()
        merge.open(partitions: 2)
        for offset in 0...Int64(PartitionMerge.capacity) { merge.receive(item(offset, offset), from: 0) }
        #expect(take(&merge) == [[0, 0]])
    }
}

struct RowSequenceTests {
    private func place(_ partition: Int32, _ offset: Int64) -> RowPlace {
        RowPlace(partition: partition, offset: offset)
    }

    @Test func `rows get positions once, and a role passes rows that it skipped`() {
        var sequence = RowSequence(first: 0, end: 0, predictedThrough: [0])
        let rows = [place(0, 0), place(1, 0), place(0, 1), place(1, 1)]
        #expect(rows.map { sequence.position(ofNew: $0) } == [0, 1, 2, 3])
        #expect(sequence.position(ofNew: rows[1]) == 1)
        #expect(sequence.find(place(1, 1)) == .at(3))
        #expect(sequence.find(place(1, 3)) == .ahead(by: 2))
        // partition 1 is predicted whole, its first row was skipped; partition 0 has nothing yet
        #expect(sequence.didPredict(place(1, 1), role: 0) == 0)
        #expect(sequence.didPredict(place(0, 0), role: 0) == 2)
        #expect(sequence.didPredict(place(0, 1), role: 0) == 4)
        sequence.forget(before: 3)
        #expect(sequence.find(place(0, 1)) == .behind)
        #expect(sequence.find(place(1, 1)) == .at(3))
        #expect(sequence.end == 4)
    }

    @Test func `it goes on where one partition stood`() {
        var sequence = RowSequence(first: 10, end: 13, predictedThrough: [12])
        #expect(sequence.find(place(0, 12)) == .at(12))
        #expect(sequence.find(place(0, 9)) == .behind)
        #expect(sequence.position(ofNew: place(2, 0)) == 13)
        #expect(sequence.didPredict(place(0, 12), role: 0) == 13)
    }
}
