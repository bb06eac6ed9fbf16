internal import JSON
internal import Primitives
@testable internal import Scoring
internal import Streams
internal import Synchronization
internal import StreamsTestSupport
internal import Testing

/// Keeps what a deployment tells.
final class RecordingObserver: ScoringObserver {
    let swaps = Mutex<[ModelSwap]>([])
    let refusals = Mutex<[String]>([])

    func deployment(_ name: String, didSwap swap: ModelSwap) {
        swaps.withLock { $0.append(swap) }
    }

    func deployment(_ name: String, didKeep version: Int, insteadOf model: ModelReference, because reason: String) {
        refusals.withLock { $0.append("\(version) instead of \(model): \(reason)") }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct DeploymentTests {
    let cluster: TestLog
    let observer = RecordingObserver()

    init() async throws {
        cluster = try TestLog()
        try await cluster.create("rows")
    }

    func configuration(_ name: String = "scorer", output: String = "predictions") throws -> DeploymentConfiguration {
        DeploymentConfiguration(
            name: name,
            model: try ModelReference("rain@champion"),
            input: "rows",
            output: output,
            streams: cluster.configuration
        )
    }

    func deployment(_ configuration: DeploymentConfiguration, models: ResolvedModel...) throws -> ScoringDeployment {
        let source = models.isEmpty ? FixedSource(try Fixtures.model()) : FixedSource(models[0])
        return ScoringDeployment(configuration, source: source, loader: try Fixtures.loader(), observer: observer)
    }

    /// Runs a deployment while `body` works, then stops it and waits for its end.
    func running<T>(_ deployment: ScoringDeployment, _ body: () async throws -> T) async throws -> T {
        let run = Task { try await deployment.run() }
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await deployment.stop()
        try await run.value
        #expect(deployment.status.state == .stopped)
        return try result.get()
    }

    func send(_ values: [[UInt8]], partition: Int32 = 0) async throws {
        let producer = try StreamProducer(cluster.configuration)
        _ = try await producer.send(
            values.enumerated().map { index, value in
                ProducerRecord(
                    topic: "rows",
                    partition: partition,
                    key: Array("k\(index)".utf8),
                    value: value,
                    timestampMilliseconds: Int64(index + 1) * 86_400_000
                )
            }
        )
        await producer.close()
    }

    /// Reads a topic until `count` records have come, and a moment longer to catch one too many.
    func read(_ count: Int, from topic: String = "predictions", partition: Int32 = 0) async throws -> [StreamRecord] {
        let admin = try StreamAdmin(cluster.configuration)
        while try await admin.topic(topic) == nil { try await Task.sleep(for: .milliseconds(10)) }
        let reader = try StreamReader(cluster.configuration, assignments: [(TopicPartition(topic, partition), 0)])
        var records: [StreamRecord] = []
        while records.count < count {
            let more = try await reader.next(maximum: 10_000, wait: .seconds(20))
            try #require(!more.isEmpty, "\(topic) ends after \(records.count) of \(count) records")
            records += more
        }
        records += try await reader.next(maximum: 10_000, wait: .milliseconds(100))
        await reader.close()
        return records
    }

    func values(_ records: [StreamRecord]) throws -> [JSONValue] {
        try records.map { try JSONValue.parse($0.value ?? []) }
    }

    func sources(_ records: [StreamRecord]) throws -> [Int64] {
        try values(records).map { try #require($0["source"]?["offset"]?.intValue) }
    }

    @Test func everyRowGetsThePredictionThatScikitLearnGives() async throws {
        let deployment = try deployment(configuration())
        try await running(deployment) {
            try await send((0..<1_000).map(Fixtures.json))
            let records = try await read(1_000)
            #expect(try sources(records) == (0..<1_000).map { Int64($0) })
            for (index, value) in try values(records).enumerated() {
                let probability = try #require(value["probability"]?.doubleValue)
                #expect(abs(probability - Double(Fixtures.golden.classifier[index % 200])) < 1e-5)
                #expect(value["prediction_id"]?.stringValue == "rows-0-\(index)")
                #expect(value["event_time"]?.intValue == Int64(index + 1) * 86_400_000)
                #expect(value["version"]?.intValue == 1)
            }
            #expect(records[7].key == Array("k7".utf8))
            #expect(records[7].timestampMilliseconds == 8 * 86_400_000)
        }
        let status = deployment.status
        #expect((status.rows, status.errors, status.lag) == (1_000, 0, 0))
        #expect(status.latencyP50 != nil)
    }

    @Test func aMessageThatCannotBeScoredGoesToTheErrorsAndTheRestGoesOn() async throws {
        let bad: [[UInt8]] = [Array("{".utf8), Array("[]".utf8), [], Array(#"{"f0":"x"}"#.utf8)]
        try await running(try deployment(configuration())) {
            try await send([Fixtures.json(0)] + bad + [Fixtures.json(1)])
            #expect(try sources(try await read(2)) == [0, 5])
            let errors = try values(try await read(4, from: "rows.errors"))
            #expect(errors.map { $0["source"]?["offset"]?.intValue } == [1, 2, 3, 4])
            let codes = errors.map { $0["code"]?.stringValue }
            #expect(codes == ["invalid_json", "not_an_object", "empty_message", "wrong_type"])
            #expect(errors[0]["value"]?.stringValue == "{")
        }
    }

    @Test func aKeyThatNoRecordCanCarryTwiceDoesNotStallTheRest() async throws {
        try await running(try deployment(configuration())) {
            let producer = try StreamProducer(cluster.configuration)
            let key = [UInt8](repeating: UInt8(ascii: "k"), count: 999_000)
            let rows = [Fixtures.json(0), Array("bad".utf8)].map {
                ProducerRecord(topic: "rows", partition: 0, key: key, value: $0)
            }
            _ = try await producer.send(rows)
            _ = try await producer.send([ProducerRecord(topic: "rows", partition: 0, value: Fixtures.json(2))])
            let records = try await read(2)
            #expect(try sources(records) == [0, 2])
            #expect(records[0].key == nil)
            #expect(try sources(try await read(1, from: "rows.errors")) == [1])
            await producer.close()
        }
    }

    @Test func aRestartLosesAndRepeatsNothing() async throws {
        for part in 0..<3 {
            try await running(try deployment(configuration())) {
                try await send((part * 100..<part * 100 + 100).map(Fixtures.json) + [Array("bad".utf8)])
                _ = try await read((part + 1) * 100)
                _ = try await read(part + 1, from: "rows.errors")
            }
        }
        let expected = (0..<303).filter { $0 % 101 != 100 }.map { Int64($0) }
        #expect(try sources(try await read(300)) == expected)
        #expect(try sources(try await read(3, from: "rows.errors")) == [100, 201, 302])
    }

    @Test func withoutAnyCommitTheLogAloneSaysWhereToGoOn() async throws {
        try await running(try deployment(configuration())) {
            try await send((0..<50).map(Fixtures.json) + [Array("bad".utf8)])
            _ = try await read(50)
            _ = try await read(1, from: "rows.errors")
        }
        // Another group has no commits, yet writes into the same output.
        try await running(try deployment(configuration("successor"))) {
            try await send([Fixtures.json(50)])
            #expect(try sources(try await read(51)) == (0..<50).map { Int64($0) } + [51])
        }
        #expect(try sources(try await read(51)) == (0..<50).map { Int64($0) } + [51])
    }

    @Test func eachPartitionGoesIntoItsOwn() async throws {
        try await cluster.create("many", partitions: 3)
        var configuration = try configuration(output: "many.out")
        configuration.input = "many"
        configuration.errors = "many.errors"
        try await running(try deployment(configuration)) {
            let producer = try StreamProducer(cluster.configuration)
            _ = try await producer.send(
                (0..<300).map { ProducerRecord(topic: "many", partition: Int32($0 % 3), value: Fixtures.json($0)) }
            )
            for partition in 0..<3 {
                let records = try await read(100, from: "many.out", partition: Int32(partition))
                #expect(try sources(records) == (0..<100).map { Int64($0) })
                #expect(try values(records)[3]["prediction_id"]?.stringValue == "many-\(partition)-3")
            }
            await producer.close()
        }
    }

    @Test func aSwapTakesOverAtOneRowAndIsOnRecord() async throws {
        let deployment = try deployment(configuration())
        let second = try Fixtures.model("classifier-zipmap", version: 2)
        try await running(deployment) {
            try await send((0..<200).map(Fixtures.json))
            _ = try await read(200)
            let swap = try #require(try await deployment.swap(to: second))
            #expect((swap.from, swap.to, swap.firstOffsets) == (1, 2, [0: 200]))
            #expect(observer.swaps.withLock { $0 } == [swap])
            #expect(try await deployment.swap(to: second) == nil)
            try await send((0..<200).map(Fixtures.json))
            let versions = try values(try await read(400)).map { $0["version"]?.intValue }
            #expect(versions == [Int64?](repeating: 1, count: 200) + [Int64?](repeating: 2, count: 200))
            #expect(deployment.status.version == 2)
        }
    }

    @Test func aSwapUnderLoadLosesAndRepeatsNothing() async throws {
        let deployment = try deployment(configuration())
        try await running(deployment) {
            async let sending: Void = send((0..<20_000).map(Fixtures.json))
            for version in 2...6 {
                let file = version.isMultiple(of: 2) ? "classifier-zipmap" : "classifier"
                try await deployment.swap(to: try Fixtures.model(file, version: version))
            }
            try await sending
            let records = try await read(20_000)
            #expect(try sources(records) == (0..<20_000).map { Int64($0) })
            let versions = try values(records).map { $0["version"]?.intValue ?? 0 }
            #expect(versions == versions.sorted())
            for swap in observer.swaps.withLock({ $0 }) {
                let first = Int(try #require(swap.firstOffsets[0]))
                if first > 0 { #expect(versions[first - 1] < swap.to) }
                if first < versions.count { #expect(versions[first] >= swap.to) }
            }
        }
    }

    @Test func aVersionThatCannotBeOpenedChangesNothing() async throws {
        let deployment = try deployment(configuration())
        try await running(deployment) {
            try await send([Fixtures.json(0)])
            _ = try await read(1)
            let broken = try Fixtures.model("broken", version: 2)
            await #expect(throws: (any Error).self) { try await deployment.swap(to: broken) }
            let narrow = try Fixtures.model(version: 3, columns: ["a"])
            await #expect(throws: ScoringError.self) { try await deployment.swap(to: narrow) }
            try await send([Fixtures.json(1)])
            #expect(try values(try await read(2)).map { $0["version"]?.intValue } == [1, 1])
        }
        let refusals = observer.refusals.withLock { $0 }
        #expect(refusals.count == 2)
        #expect(refusals.first?.hasPrefix("1 instead of rain/2") == true)
    }

    @Test func refreshFollowsTheAlias() async throws {
        let source = FixedSource(try Fixtures.model(), try Fixtures.model("classifier-zipmap", version: 2))
        var configuration = try configuration()
        configuration.model = try ModelReference("rain/1")
        let frozen = ScoringDeployment(configuration, source: source, loader: try Fixtures.loader())
        try await running(frozen) {
            try await send([Fixtures.json(0)])
            _ = try await read(1)
            #expect(try await frozen.refresh() == nil)
        }
    }

    @Test func aTopicThatWasMadeAnewIsNotGuessedAt() async throws {
        try await running(try deployment(configuration())) {
            try await send((0..<10).map(Fixtures.json))
            _ = try await read(10)
        }
        var other = try configuration()
        other.input = "other"
        try await cluster.create("other")
        let producer = try StreamProducer(cluster.configuration)
        let forged = #"{"source":{"topic":"other","partition":0,"offset":7}}"#
        _ = try await producer.send([ProducerRecord(topic: "predictions", partition: 0, value: Array(forged.utf8))])
        await producer.close()
        let deployment = try deployment(other)
        try await running(deployment) {
            while deployment.status.problem == nil { try await Task.sleep(for: .milliseconds(20)) }
            #expect(deployment.status.state == .failing)
            #expect(deployment.status.problem?.contains("was it deleted and made anew?") == true)
        }
    }

    @Test func aBrokerThatIsAwayForAWhileIsWaitedFor() async throws {
        try await running(try deployment(configuration())) {
            try await send((0..<100).map(Fixtures.json))
            _ = try await read(50)
            await cluster.takeDown()
            try await Task.sleep(for: .milliseconds(500))
            try cluster.bringUp()
            try await send((100..<200).map(Fixtures.json))
            #expect(try sources(try await read(200)) == (0..<200).map { Int64($0) })
        }
    }

    @Test func aDeliveryThatFailsIsFoundOutFromTheLogAndMadeGood() async throws {
        var configuration = try configuration()
        configuration.streams.deliveryTimeout = .milliseconds(400)
        let deployment = try deployment(configuration)
        try await running(deployment) {
            try await send((0..<100).map(Fixtures.json))
            _ = try await read(100)
            async let sending: Void = send((100..<5_000).map(Fixtures.json))
            try await Task.sleep(for: .milliseconds(5))
            await cluster.takeDown()
            try await Task.sleep(for: .milliseconds(900))
            try cluster.bringUp()
            try await sending
            #expect(try sources(try await read(5_000)) == (0..<5_000).map { Int64($0) })
        }
    }

    /// Kills a process in the middle of its work, some times over, and looks at what it left.
    @Test func killingTheProcessLosesAndRepeatsNothing() async throws {
        try await send((0..<30_000).map { $0 % 100 == 99 ? Array("bad \($0)".utf8) : Fixtures.json($0) })
        for milliseconds in [30, 60, 90, 120, 200] {
            let bootstrap = cluster.configuration.bootstrapServers
            await #expect(processExitsWith: .signal(9)) {
                [bootstrap = bootstrap as String, milliseconds = milliseconds as Int] in
                try await CrashingProcess.score(bootstrap: bootstrap, milliseconds: milliseconds)
            }
        }
        try await running(try deployment(configuration())) { _ = try await read(29_700) }
        let expected = (0..<30_000).map { Int64($0) }
        #expect(try sources(try await read(29_700)) == expected.filter { $0 % 100 != 99 })
        #expect(try sources(try await read(300, from: "rows.errors")).sorted() == expected.filter { $0 % 100 == 99 })
    }
}
