internal import Streams
internal import StreamsTestSupport
internal import Testing

@Suite(.timeLimit(.minutes(10)))
struct AdminTests {
    let cluster = TestCluster()

    @Test func listsTopicsWithTheirPartitions() async throws {
        cluster.create("b", partitions: 3)
        cluster.create("a")
        let admin = try StreamAdmin(cluster.configuration)
        #expect(try await admin.topics().map(\.name) == ["a", "b"])
        #expect(try await admin.topic("b")?.partitions == 3)
    }

    @Test func watermarksAndTimesFollowTheLog() async throws {
        cluster.create("t")
        let admin = try StreamAdmin(cluster.configuration)
        let partition = TopicPartition("t", 0)
        #expect(try await admin.watermarks(partition) == (0, 0))
        let producer = try StreamProducer(cluster.configuration)
        _ = try await producer.send((0..<4).map { ProducerRecord(topic: "t", partition: 0, value: [UInt8($0)]) })
        #expect(try await admin.watermarks(partition) == (0, 4))
        await producer.close()
    }

    @Test func committedOffsetsOfAGroupAreReadBackAndGiveTheLag() async throws {
        cluster.create("t", partitions: 2)
        let admin = try StreamAdmin(cluster.configuration)
        let group = admin.group("scorer")
        let (zero, one) = (TopicPartition("t", 0), TopicPartition("t", 1))
        #expect(try await group.committed([zero, one]).isEmpty)
        let producer = try StreamProducer(cluster.configuration)
        _ = try await producer.send((0..<9).map { ProducerRecord(topic: "t", partition: 0, value: [UInt8($0)]) })
        try await group.commit([zero: 7])
        #expect(try await group.committed([zero, one]) == [zero: 7])
        #expect(try await group.lag([zero, one]) == [zero: 2, one: 0])
        try await group.commit([zero: 9, one: 0])
        #expect(try await group.committed([zero, one]) == [zero: 9, one: 0])
        await producer.close()
    }

    @Test func noBrokerAtAllIsAClearError() async throws {
        var configuration = StreamConfiguration(bootstrapServers: "127.0.0.1:1")
        configuration.requestTimeout = .milliseconds(300)
        let admin = try StreamAdmin(configuration)
        let error = await #expect(throws: StreamError.self) { try await admin.topics() }
        #expect(error?.code == .unreachable || error?.code == .timedOut)
        await #expect(throws: StreamError.self) { try await admin.createTopic("x") }
        await #expect(throws: StreamError.self) { try await admin.group("g").commit([TopicPartition("x", 0): 1]) }
    }
}
