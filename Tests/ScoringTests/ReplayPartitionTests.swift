internal import JSON
@testable internal import Scoring
internal import Streams
internal import StreamsTestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2)))
struct ReplayPartitionTests {
    private func read(_ topic: String, _ partition: Int32, _ streams: StreamConfiguration) async throws -> [JSONValue] {
        let reader = try StreamReader(streams, assignments: [(TopicPartition(topic, partition), 0)])
        let (_, end) = try await StreamAdmin(streams).watermarks(TopicPartition(topic, partition))
        var records: [StreamRecord] = []
        while records.count < Int(end) { records += try await reader.next(maximum: 10_000, wait: .seconds(5)) }
        await reader.close()
        #expect(records.map(\.offset) == (0..<records.count).map { Int64($0) })
        return try records.map { try JSONValue.parse($0.value ?? []) }
    }

    @Test func `rows and labels go to all partitions in turn, whole in spite of kills`() async throws {
        let cluster = try TestLog()
        try await cluster.create("days", partitions: 3)
        try await cluster.create("days.labels", partitions: 2)
        for milliseconds in [2, 25, 60] {
            let bootstrap = cluster.configuration.bootstrapServers
            await #expect(processExitsWith: .signal(9)) {
                [bootstrap = bootstrap as String, milliseconds = milliseconds as Int] in
                try await CrashingProcess.replay(bootstrap: bootstrap, milliseconds: milliseconds)
            }
        }
        let replay = try ReplayFixture.replay(cluster.configuration)
        let run = Task { try await replay.run() }
        while replay.status.state != .finished { try await Task.sleep(for: .milliseconds(5)) }
        await replay.stop()
        try await run.value
        for partition in 0..<3 {
            let days = try await read("days", Int32(partition), cluster.configuration)
            let expected = stride(from: partition, to: ReplayFixture.rows, by: 3).map { Int64($0) + 3_650 }
            #expect(days.map { $0["day"]?.intValue } == expected)
        }
        for partition in 0..<2 {
            let labels = try await read("days.labels", Int32(partition), cluster.configuration)
            let numbers = Array(stride(from: partition, to: ReplayFixture.rows, by: 2))
            #expect(labels.map { $0["prediction_id"]?.stringValue } == numbers.map { "days-\($0 % 3)-\($0 / 3)" })
            #expect(labels.map { $0["label"]?.intValue } == numbers.map { Int64($0 % 2) })
        }
    }

    @Test(arguments: [
        ([0, 0, 0], 0, []), ([2, 1, 1], 4, []), ([2, 2, 2], 6, []), ([2, 0, 1], 4, [1]), ([1, 3, 1], 8, [3, 5, 6]),
    ])
    func `the ends of the partitions say what was sent and what a kill kept out`(
        ends: [Int64],
        next: Int,
        missing: [Int]
    ) {
        let progress = ReplayPlacement(topic: "t", partitions: 3).progress(ends: ends)
        #expect(progress.next == next)
        #expect(progress.missing == missing)
    }
}
