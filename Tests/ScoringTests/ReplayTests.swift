internal import JSON
@testable internal import Scoring
internal import Streams
internal import StreamsTestSupport
internal import Testing

enum ReplayFixture {
    static let rows = 5_000

    static func source() throws -> ColumnRows {
        let numbers = (0..<rows).map(Double.init)
        return try ColumnRows(
            columns: [
                .init(name: "day", values: numbers.map { $0 + 3_650 }, isInteger: true),
                .init(name: "x", values: numbers.map { $0 / 8 }, isInteger: false),
                .init(name: "rain", values: numbers.map { $0.truncatingRemainder(dividingBy: 2) }, isInteger: true),
            ],
            timeColumn: "day",
            timeUnitMilliseconds: 86_400_000,
            label: "rain"
        )
    }

    static func replay(_ streams: StreamConfiguration, gate: (any ReplayGate)? = nil) throws -> ReplaySource {
        ReplaySource(
            ReplayConfiguration(
                name: "station",
                output: "days",
                labels: "days.labels",
                rowsPerSecond: 10_000,
                labelDelayRows: 7,
                streams: streams
            ),
            rows: try source(),
            gate: gate
        )
    }
}

@Suite(.timeLimit(.minutes(10)))
struct ReplayTests {
    let cluster: TestLog

    init() async throws {
        cluster = try TestLog()
    }

    func running<T>(_ replay: ReplaySource, _ body: () async throws -> T) async throws -> T {
        let run = Task { try await replay.run() }
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await replay.stop()
        try await run.value
        return try result.get()
    }

    func finish(_ replay: ReplaySource) async throws {
        try await running(replay) {
            while replay.status.state != .finished { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    func read(_ topic: String) async throws -> [JSONValue] {
        let reader = try StreamReader(cluster.configuration, assignments: [(TopicPartition(topic, 0), 0)])
        var records: [StreamRecord] = []
        while true {
            let more = try await reader.next(maximum: 10_000, wait: .milliseconds(records.isEmpty ? 5_000 : 300))
            if more.isEmpty { break }
            records += more
        }
        await reader.close()
        #expect(records.map(\.offset) == (0..<records.count).map { Int64($0) })
        return try records.map { try JSONValue.parse($0.value ?? []) }
    }

    /// All rows once and in order, all labels once, each with the id of its row's prediction.
    func expectComplete() async throws {
        let days = try await read("days")
        #expect(days.map { $0["day"]?.intValue } == (0..<ReplayFixture.rows).map { Int64($0) + 3_650 })
        #expect(days.allSatisfy { $0["rain"] == nil })
        let labels = try await read("days.labels")
        #expect(labels.map { $0["prediction_id"]?.stringValue } == (0..<ReplayFixture.rows).map { "days-0-\($0)" })
        #expect(labels.map { $0["label"]?.intValue } == (0..<ReplayFixture.rows).map { Int64($0 % 2) })
        #expect(labels[3]["event_time"]?.intValue == Int64(3_653 * 86_400_000))
    }

    @Test func allRowsAndLabelsAreReplayedInOrder() async throws {
        let replay = try ReplayFixture.replay(cluster.configuration)
        try await finish(replay)
        #expect(replay.status.rowsSent == ReplayFixture.rows)
        #expect(replay.status.labelsSent == ReplayFixture.rows)
        #expect(replay.status.state == .finished)
        try await expectComplete()
        // Once more changes nothing.
        try await finish(try ReplayFixture.replay(cluster.configuration))
        try await expectComplete()
    }

    @Test func aRowCarriesItsEventTimeAndWhenItWasProduced() async throws {
        try await finish(try ReplayFixture.replay(cluster.configuration))
        let reader = try StreamReader(cluster.configuration, assignments: [(TopicPartition("days", 0), 9)])
        let row = try #require(try await reader.next(maximum: 1, wait: .seconds(5)).first)
        #expect(row.timestampMilliseconds == 3_659 * 86_400_000)
        let producedAt = try #require(row.header("produced_at_ns"))
        #expect(try #require(Int64(String(decoding: producedAt, as: UTF8.self))) > 1_700_000_000_000_000_000)
        await reader.close()
    }

    @Test func labelsComeAsManyRowsLater() async throws {
        let gate = ReplayHold()
        let replay = try ReplayFixture.replay(cluster.configuration, gate: gate)
        try await running(replay) {
            while replay.status.rowsSent < 100 { try await Task.sleep(for: .milliseconds(1)) }
            gate.hold()
            while replay.status.state != .held { try await Task.sleep(for: .milliseconds(1)) }
            let status = replay.status
            #expect(status.rowsSent < ReplayFixture.rows)
            #expect(status.labelsSent == status.rowsSent - 7)
            try await Task.sleep(for: .milliseconds(100))
            #expect(replay.status.rowsSent == status.rowsSent)
            gate.release()
            while replay.status.state != .finished { try await Task.sleep(for: .milliseconds(5)) }
        }
        try await expectComplete()
    }

    @Test func aHeldReplayStillStops() async throws {
        let gate = ReplayHold()
        gate.hold()
        let replay = try ReplayFixture.replay(cluster.configuration, gate: gate)
        try await running(replay) {
            while replay.status.state != .held { try await Task.sleep(for: .milliseconds(1)) }
        }
        #expect(replay.status.state == .stopped)
    }

    @Test func killingTheProcessLosesAndRepeatsNothing() async throws {
        for milliseconds in [3, 20, 50, 90] {
            let bootstrap = cluster.configuration.bootstrapServers
            await #expect(processExitsWith: .signal(9)) {
                [bootstrap = bootstrap as String, milliseconds = milliseconds as Int] in
                try await CrashingProcess.replay(bootstrap: bootstrap, milliseconds: milliseconds)
            }
        }
        try await finish(try ReplayFixture.replay(cluster.configuration))
        try await expectComplete()
    }

    @Test func aTopicInWhichOthersWroteIsRefused() async throws {
        let producer = try StreamProducer(cluster.configuration)
        _ = try await producer.send(
            (0...ReplayFixture.rows).map { _ in ProducerRecord(topic: "days", partition: 0, value: [1]) }
        )
        await producer.close()
        let replay = try ReplayFixture.replay(cluster.configuration)
        try await running(replay) {
            while replay.status.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
            #expect(replay.status.problem?.contains("nobody else may write into it") == true)
        }
    }
}
