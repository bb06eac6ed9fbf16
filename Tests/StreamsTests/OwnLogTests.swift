internal import Broker
internal import Streams
internal import Telemetry
internal import TestSupport
internal import Testing

/// What librdkafka's own cluster cannot do, against our log.
@Suite(.timeLimit(.minutes(10)))
struct OwnLogTests {
    /// Runs `body` beside a broker on a free port.
    func withLog(_ body: (StreamConfiguration) async throws -> Void) async throws {
        let folder = try TemporaryDirectory()
        let broker = LogBroker(configuration: .init(dataDirectory: folder.path), metrics: MetricsRegistry())
        try broker.start()
        let address = "127.0.0.1:\(broker.boundPort ?? 0)"
        let result: Result<Void, any Error>
        do { result = .success(try await body(StreamConfiguration(bootstrapServers: address))) } catch {
            result = .failure(error)
        }
        await broker.stop()
        try result.get()
    }

    @Test func topicsAreCreatedListedAndDeleted() async throws {
        try await withLog { configuration in
            let admin = try StreamAdmin(configuration)
            #expect(try await admin.topic("a") == nil)
            #expect(try await admin.topics().isEmpty, "looking for a topic must not create it")
            try await admin.createTopic("a", partitions: 3)
            let exists = await #expect(throws: StreamError.self) { try await admin.createTopic("a") }
            #expect(exists?.code == .topicExists)
            try await admin.ensureTopic("a", partitions: 1)
            #expect(try await admin.topic("a")?.partitions == 3)
            let invalid = await #expect(throws: StreamError.self) { try await admin.createTopic("no spaces") }
            #expect(invalid?.code == .invalid)
            try await admin.deleteTopic("a")
            #expect(try await admin.topics().isEmpty)
            let unknown = await #expect(throws: StreamError.self) { try await admin.deleteTopic("a") }
            #expect(unknown?.code == .unknownTopic)
        }
    }

    @Test func anOffsetIsFoundByTime() async throws {
        try await withLog { configuration in
            let admin = try StreamAdmin(configuration)
            try await admin.createTopic("t")
            let producer = try StreamProducer(configuration)
            for day in 1...5 {
                _ = try await producer.send([
                    ProducerRecord(topic: "t", partition: 0, value: [0], timestampMilliseconds: Int64(day) * 1_000)
                ])
            }
            let partition = TopicPartition("t", 0)
            #expect(try await admin.offset(partition, atTime: 0) == 0)
            #expect(try await admin.offset(partition, atTime: 2_500) == 2)
            #expect(try await admin.offset(partition, atTime: 9_000) == 5)
            await producer.close()
        }
    }

    @Test func groupsAreListedWithTheirOffsets() async throws {
        try await withLog { configuration in
            let admin = try StreamAdmin(configuration)
            try await admin.createTopic("t")
            try await admin.group("scorer").commit([TopicPartition("t", 0): 0])
            #expect(try await admin.groups().map(\.name) == ["scorer"])
        }
    }

    @Test func unknownTopicsAreNamedToProducersAndReaders() async throws {
        try await withLog { configuration in
            let admin = try StreamAdmin(configuration)
            let partition = TopicPartition("t", 4)
            try await admin.createTopic("t")
            let producer = try StreamProducer(configuration)
            let record = ProducerRecord(topic: "t", partition: 4, value: [1])
            let refused = await #expect(throws: StreamError.self) { try await producer.send([record]) }
            #expect(refused?.code == .unknownTopic)
            let reader = try StreamReader(configuration, assignments: [(partition, 0)])
            let missing = await #expect(throws: StreamError.self) {
                try await reader.next(maximum: 1, wait: .seconds(20))
            }
            #expect(missing?.code == .unknownTopic)
            await #expect(throws: StreamError.self) { try await admin.watermarks(partition) }
            await reader.close()
            await producer.close()
        }
    }
}
