internal import CRdKafka
internal import Streams
internal import StreamsTestSupport
internal import Testing

@Suite(.timeLimit(.minutes(10)))
struct ProducerTests {
    let cluster = TestCluster()

    func values(_ range: Range<Int>, topic: String = "t") -> [ProducerRecord] {
        range.map { ProducerRecord(topic: topic, partition: 0, value: Array("\($0)".utf8)) }
    }

    func readAll(
        _ count: Int,
        topic: String = "t",
        from configuration: StreamConfiguration? = nil
    ) async throws -> [StreamRecord] {
        let configuration = configuration ?? cluster.configuration
        let reader = try StreamReader(configuration, assignments: [(TopicPartition(topic, 0), 0)])
        var records: [StreamRecord] = []
        while records.count < count { records += try await reader.next(maximum: 10_000, wait: .seconds(5)) }
        await reader.close()
        return records
    }

    @Test func sendReturnsTheOffsetsInTheOrderOfTheRecords() async throws {
        cluster.create("t", partitions: 2)
        let producer = try StreamProducer(cluster.configuration)
        let first = try await producer.send(values(0..<100))
        #expect(first == Array(0..<100))
        let mixed = (0..<10).map { ProducerRecord(topic: "t", partition: Int32($0 % 2), value: [UInt8($0)]) }
        #expect(try await producer.send(mixed) == [100, 0, 101, 1, 102, 2, 103, 3, 104, 4])
        #expect(try await producer.send([ProducerRecord]()) == [])
        await producer.close()
    }

    @Test func keyValueTimestampAndHeadersArriveAsTheyWereSent() async throws {
        cluster.create("t")
        let producer = try StreamProducer(cluster.configuration)
        let records = [
            ProducerRecord(
                topic: "t",
                partition: 0,
                key: Array("k".utf8),
                value: Array("v".utf8),
                timestampMilliseconds: 86_400_000,
                headers: [StreamHeader("a", [1]), StreamHeader("a", [2]), StreamHeader("b", [])]
            ),
            ProducerRecord(topic: "t", partition: 0, key: nil, value: []),
            ProducerRecord(topic: "t", partition: 0, key: [], value: nil),
        ]
        _ = try await producer.send(records)
        let read = try await readAll(3)
        #expect(read[0].key == Array("k".utf8))
        #expect(read[0].value == Array("v".utf8))
        #expect(read[0].timestampMilliseconds == 86_400_000)
        #expect(read[0].headers == records[0].headers)
        #expect(read[0].header("a") == [2])
        #expect(read[0].header("c") == nil)
        #expect(read[1].key == nil)
        #expect(read[1].value == [])
        #expect(read[2].value == nil)
        await producer.close()
    }

    @Test func aBatchArrivesLikeSingleRecords() async throws {
        cluster.create("t")
        let producer = try StreamProducer(cluster.configuration)
        var batch = ProducerBatch(topic: "t")
        batch.headers = [StreamHeader("origin", Array("batch".utf8))]
        for index in 0..<5_000 {
            Array("value \(index)".utf8).withUnsafeBytes { value in
                Array("k\(index)".utf8).withUnsafeBytes { key in
                    batch.append(
                        partition: 0,
                        timestampMilliseconds: Int64(index + 1),
                        key: index % 2 == 0 ? key : nil,
                        value: value
                    )
                }
            }
        }
        #expect(try await producer.send(batch) == (0..<5_000).map { Int64($0) })
        let read = try await readAll(5_000)
        #expect(read.map { String(decoding: $0.value!, as: UTF8.self) } == (0..<5_000).map { "value \($0)" })
        #expect(read.map(\.timestampMilliseconds) == (1...5_000).map { Int64($0) })
        #expect(read[4].key == Array("k4".utf8))
        #expect(read[5].key == nil)
        #expect(read[4_999].header("origin") == Array("batch".utf8))
        await producer.close()
    }

    @Test func submittedBatchesKeepTheirOrderWhileEarlierOnesAreInFlight() async throws {
        cluster.create("t")
        let producer = try StreamProducer(cluster.configuration)
        var deliveries: [Delivery] = []
        for part in 0..<20 {
            var batch = ProducerBatch(topic: "t")
            for index in 0..<100 {
                withUnsafeBytes(of: Int32(part * 100 + index)) {
                    batch.append(partition: 0, timestampMilliseconds: nil, key: nil, value: $0)
                }
            }
            deliveries.append(try await producer.submit(batch))
        }
        var offsets: [Int64] = []
        for delivery in deliveries { offsets += try await delivery.offsets() }
        #expect(offsets == (0..<2_000).map { Int64($0) })
        let read = try await readAll(2_000)
        let numbers = read.map { $0.value!.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) } }
        #expect(numbers == (0..<2_000).map { Int32($0) })
        await producer.close()
    }

    @Test func moreThanTheLimitIsSentInPartsAndWaits() async throws {
        cluster.create("t")
        var configuration = cluster.configuration
        configuration.maximumInFlightRecords = 10
        let producer = try StreamProducer(configuration)
        try await withThrowingTaskGroup(of: [Int64].self) { group in
            for start in stride(from: 0, to: 500, by: 50) {
                group.addTask { try await producer.send(self.values(start..<start + 50)) }
            }
            var all: [Int64] = []
            for try await offsets in group {
                #expect(offsets == offsets.sorted())
                all += offsets
            }
            #expect(all.sorted() == (0..<500).map { Int64($0) })
        }
        await producer.close()
    }

    @Test func aBrokerThatIsAwayForAWhileLosesAndRepeatsNothing() async throws {
        let log = try TestLog()
        try await log.create("t")
        let producer = try StreamProducer(log.configuration)
        _ = try await producer.send(values(0..<10))
        await log.takeDown()
        async let later = producer.send(values(10..<20))
        try await Task.sleep(for: .milliseconds(300))
        try log.bringUp()
        #expect(try await later == (10..<20).map { Int64($0) })
        #expect(
            try await readAll(20, from: log.configuration).map { String(decoding: $0.value!, as: UTF8.self) }
                == (0..<20).map(String.init)
        )
        await producer.close()
    }

    @Test func aTransientErrorOfTheBrokerIsRetried() async throws {
        cluster.create("t")
        let producer = try StreamProducer(cluster.configuration)
        cluster.failProduce([RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT])
        #expect(try await producer.send(values(0..<5)) == [0, 1, 2, 3, 4])
        await producer.close()
    }

    @Test func aBrokerThatStaysAwayEndsInATimeoutAndTheProducerRecovers() async throws {
        let log = try TestLog()
        try await log.create("t")
        var configuration = log.configuration
        configuration.deliveryTimeout = .milliseconds(600)
        let producer = try StreamProducer(configuration)
        _ = try await producer.send(values(0..<1))
        await log.takeDown()
        let error = await #expect(throws: StreamError.self) { try await producer.send(self.values(1..<4)) }
        #expect(error?.code == .timedOut)
        #expect(error?.partition == TopicPartition("t", 0))
        try log.bringUp()
        let offsets = try await producer.send(values(4..<6))
        #expect(offsets == [1, 2])
        await producer.close()
    }

    @Test func aRecordThatIsTooLargeIsRefusedByName() async throws {
        cluster.create("t")
        let producer = try StreamProducer(cluster.configuration)
        let large = ProducerRecord(topic: "t", partition: 0, value: [UInt8](repeating: 0, count: 2_000_000))
        let error = await #expect(throws: StreamError.self) { try await producer.send([large]) }
        #expect(error?.code == .messageTooLarge)
        #expect(try await producer.send(values(0..<1)) == [0])
        await producer.close()
    }

    @Test func aPermanentErrorOfTheBrokerFailsWhatFollowsAndTheNextSendWorks() async throws {
        cluster.create("t")
        let producer = try StreamProducer(cluster.configuration)
        _ = try await producer.send(values(0..<1))
        cluster.failProduce([RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
        await #expect(throws: StreamError.self) { try await producer.send(self.values(1..<4)) }
        #expect(try await producer.send(values(4..<6)) == [1, 2])
        await producer.close()
    }

    @Test func closingFailsWhatCannotBeSentAndAllThatComesLater() async throws {
        let log = try TestLog()
        try await log.create("t")
        let producer = try StreamProducer(log.configuration)
        _ = try await producer.send(values(0..<1))
        await log.takeDown()
        let hanging = Task { try await producer.send(self.values(1..<2)) }
        try await Task.sleep(for: .milliseconds(100))
        await producer.close(grace: .milliseconds(100))
        await #expect(throws: StreamError.self) { try await hanging.value }
        let error = await #expect(throws: StreamError.self) { try await producer.send(self.values(2..<3)) }
        #expect(error?.code == .closed)
        await producer.close()
    }

    @Test func aSettingThatDoesNotExistIsNamed() {
        var configuration = cluster.configuration
        configuration.extra = ["no.such.setting": "1"]
        let error = #expect(throws: StreamError.self) { try StreamProducer(configuration) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("no.such.setting") == true)
    }
}
