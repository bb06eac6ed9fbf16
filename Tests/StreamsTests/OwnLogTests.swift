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

    @Test func theEndsOfManyPartitionsComeTogether() async throws {
        try await withLog { configuration in
            let admin = try StreamAdmin(configuration)
            try await admin.createTopic("t", partitions: 3)
            let producer = try StreamProducer(configuration)
            _ = try await producer.send((0..<7).map { ProducerRecord(topic: "t", partition: 1, value: [UInt8($0)]) })
            await producer.close()
            let places = (0..<5).map { TopicPartition("t", Int32($0)) } + [TopicPartition("gone", 0)]
            let marks = try await admin.watermarks(of: Set(places))
            #expect(Set(marks.keys) == Set(places.prefix(3)), "partitions that do not exist are left out")
            #expect(marks.values.allSatisfy { $0.low == 0 })
            #expect(places.prefix(3).map { marks[$0]?.high } == [0, 7, 0])
            #expect(try await admin.watermarks(of: [TopicPartition("gone", 0)]).isEmpty)
            #expect(try await admin.topics().map(\.name) == ["t"], "asking must not create a topic")
        }
    }

    @Test func settingsAreChangedOneByOneThoughTheProtocolReplacesAll() async throws {
        try await withLog { configuration in
            let admin = try StreamAdmin(configuration)
            try await admin.createTopic("t", configuration: ["retention.ms": "5000"])
            try await admin.alterTopic("t", settings: ["segment.bytes": "20000"])
            try await admin.alterTopic("t", settings: ["max.message.bytes": "3000", "segment.bytes": nil])
            let own = try await admin.settings(ofTopic: "t").filter(\.isOwn)
            #expect(own.map(\.name) == ["max.message.bytes", "retention.ms"])
            #expect(own.map(\.value) == ["3000", "5000"])
            let refused = await #expect(throws: StreamError.self) {
                try await admin.alterTopic("t", settings: ["retention.ms": "soon"])
            }
            #expect(refused?.code == .invalid)
            let unknown = await #expect(throws: StreamError.self) { try await admin.settings(ofTopic: "gone") }
            #expect(unknown?.code == .unknownTopic)
            try await admin.addPartitions(toTopic: "t", count: 4)
            #expect(try await admin.topic("t")?.partitions == 4)
        }
    }

    @Test func groupsAreListedWithTheirOffsets() async throws {
        try await withLog { configuration in
            let admin = try StreamAdmin(configuration)
            try await admin.createTopic("t")
            try await admin.group("scorer").commit([TopicPartition("t", 0): 0])
            #expect(try await admin.groups().map(\.name) == ["scorer"])
            let progress = try await admin.progress(ofGroup: "scorer", assigned: [TopicPartition("gone", 0)])
            #expect(progress.map(\.committed) == [0])
            #expect(try await admin.membership(ofGroup: "scorer").state == "Empty")
            #expect(try await admin.membership(ofGroup: "nobody").state == "Dead")
            try await admin.deleteGroup("scorer")
            let unknown = await #expect(throws: StreamError.self) { try await admin.deleteGroup("scorer") }
            #expect(unknown?.code == .unknownGroup)
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
