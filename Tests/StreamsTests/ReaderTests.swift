internal import Streams
internal import StreamsTestSupport
internal import Testing

@Suite(.timeLimit(.minutes(10)))
struct ReaderTests {
    let cluster = TestCluster()
    let partition = TopicPartition("t", 0)

    func fill(_ count: Int, partition: Int32 = 0) async throws {
        let producer = try StreamProducer(cluster.configuration)
        _ = try await producer.send(
            (0..<count).map { ProducerRecord(topic: "t", partition: partition, value: Array("\($0)".utf8)) }
        )
        await producer.close()
    }

    @Test func readsFromTheGivenOffsetInOrderAndNeverMoreThanAskedFor() async throws {
        cluster.create("t")
        try await fill(1_000)
        let reader = try StreamReader(cluster.configuration, assignments: [(partition, 40)])
        var offsets: [Int64] = []
        while offsets.count < 960 {
            let records = try await reader.next(maximum: 64, wait: .seconds(5))
            #expect(records.count <= 64)
            offsets += records.map(\.offset)
        }
        #expect(offsets == (40..<1_000).map { Int64($0) })
        await reader.close()
    }

    @Test func returnsAsSoonAsOneRecordIsThere() async throws {
        cluster.create("t")
        let reader = try StreamReader(cluster.configuration, assignments: [(partition, 0)])
        async let waiting = reader.next(maximum: 1_000, wait: .seconds(30))
        try await fill(1)
        #expect(try await waiting.count == 1)
        #expect(try await reader.next(maximum: 10, wait: .milliseconds(10)).isEmpty)
        await reader.close()
    }

    @Test func logicalOffsetsStartAtTheEnds() async throws {
        cluster.create("t")
        try await fill(5)
        let oldest = try StreamReader(cluster.configuration, assignments: [(partition, LogicalOffset.beginning)])
        #expect(try await oldest.next(maximum: 1, wait: .seconds(5)).map(\.offset) == [0])
        await oldest.close()
    }

    @Test func severalPartitionsComeThroughOneReader() async throws {
        cluster.create("t", partitions: 3)
        for partition in 0..<3 { try await fill(10, partition: Int32(partition)) }
        let reader = try StreamReader(
            cluster.configuration,
            assignments: (0..<3).map { (TopicPartition("t", $0), 5) }
        )
        var records: [StreamRecord] = []
        while records.count < 15 { records += try await reader.next(maximum: 100, wait: .seconds(5)) }
        for partition in 0..<3 {
            #expect(records.filter { $0.partition == partition }.map(\.offset) == [5, 6, 7, 8, 9])
        }
        await reader.close()
    }

    @Test func anOffsetBehindTheEndIsATypedErrorAndSeekRevivesTheReader() async throws {
        cluster.create("t")
        try await fill(5)
        let reader = try StreamReader(cluster.configuration, assignments: [(partition, 50)])
        let error = await #expect(throws: StreamError.self) { try await reader.next(maximum: 10, wait: .seconds(20)) }
        #expect(error?.code == .offsetOutOfRange)
        #expect(error?.partition == partition)
        try await reader.seek(partition, to: 2)
        #expect(try await reader.next(maximum: 1, wait: .seconds(10)).first?.offset == 2)
        await reader.close()
    }

    @Test func seekGoesBackAndDropsWhatWasFetched() async throws {
        cluster.create("t")
        try await fill(100)
        let reader = try StreamReader(cluster.configuration, assignments: [(partition, 0)])
        #expect(try await reader.next(maximum: 10, wait: .seconds(5)).first?.offset == 0)
        try await reader.seek(partition, to: 90)
        #expect(try await reader.next(maximum: 1, wait: .seconds(5)).first?.offset == 90)
        let error = await #expect(throws: StreamError.self) { try await reader.seek(TopicPartition("x", 0), to: 0) }
        #expect(error?.code == .invalid)
        await reader.close()
    }

    @Test func aTopicThatDoesNotExistIsATypedError() async throws {
        var configuration = cluster.configuration
        configuration.extra = ["allow.auto.create.topics": "false"]
        let reader = try StreamReader(configuration, assignments: [(TopicPartition("t", 7), 0)])
        cluster.create("t", partitions: 1)
        let error = await #expect(throws: StreamError.self) { try await reader.next(maximum: 10, wait: .seconds(20)) }
        #expect(error?.code == .unknownTopic)
        await reader.close()
    }

    @Test func aBrokerThatComesBackIsReadOn() async throws {
        let log = try TestLog()
        try await log.create("t")
        let producer = try StreamProducer(log.configuration)
        func fill(_ count: Int) async throws {
            _ = try await producer.send(
                (0..<count).map { ProducerRecord(topic: "t", partition: 0, value: [UInt8($0)]) }
            )
        }
        try await fill(5)
        let reader = try StreamReader(log.configuration, assignments: [(partition, 0)])
        #expect(try await reader.next(maximum: 5, wait: .seconds(5)).isEmpty == false)
        await log.takeDown()
        #expect(try await reader.next(maximum: 100, wait: .milliseconds(300)).count <= 5)
        try log.bringUp()
        try await fill(3)
        var last: Int64 = -1
        while last < 7 { last = try await reader.next(maximum: 100, wait: .seconds(5)).last?.offset ?? last }
        #expect(last == 7)
        await reader.close()
        await producer.close()
    }

    @Test func cancellingEndsTheWait() async throws {
        cluster.create("t")
        let reader = try StreamReader(cluster.configuration, assignments: [(partition, 0)])
        let waiting = Task { try await reader.next(maximum: 1, wait: .seconds(50)) }
        try await Task.sleep(for: .milliseconds(200))
        waiting.cancel()
        #expect(try await waiting.value.isEmpty)
        await reader.close()
    }

    @Test func aClosedReaderSaysSoAndItsBatchesRemainReadable() async throws {
        cluster.create("t")
        try await fill(3)
        let reader = try StreamReader(cluster.configuration, assignments: [(partition, 0)])
        let batch = try await reader.nextBatch(maximum: 3, wait: .seconds(5))
        await reader.close()
        await reader.close()
        let error = await #expect(throws: StreamError.self) { try await reader.next(maximum: 1, wait: .zero) }
        #expect(error?.code == .closed)
        #expect(batch.records().first?.value == Array("0".utf8))
    }

    @Test func openingAndReleasingManyReadersLeavesNothingBehind() async throws {
        cluster.create("t")
        for _ in 0..<50 {
            _ = try StreamReader(cluster.configuration, assignments: [(partition, 0)])
        }
        #expect(throws: StreamError.self) {
            try StreamReader(cluster.configuration, assignments: [(TopicPartition("t", -5), 0)])
        }
    }
}
