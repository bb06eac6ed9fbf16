import CPlatform
import Files
import KafkaWire
import Telemetry
import TestSupport
import Testing

@testable import Broker
@testable import LogStorage

/// Requests as clients send them that are no library: in pieces, many at a time, or without ever reading.
@Suite(.timeLimit(.minutes(2)))
struct SocketTests {
    private func withBroker(
        changing change: (inout BrokerConfiguration) -> Void = { _ in },
        _ body: (Int) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        var configuration = BrokerConfiguration(dataDirectory: folder.path)
        change(&configuration)
        let broker = LogBroker(configuration: configuration, metrics: MetricsRegistry())
        try broker.start()
        do {
            try await body(try #require(broker.boundPort))
        } catch {
            await broker.stop()
            throw error
        }
        await broker.stop()
    }

    private static func batch(_ bytes: Int) -> [UInt8] {
        var record = WireWriter()
        record.int8(0)
        record.varlong(0)
        record.varlong(0)
        record.varlong(-1)
        record.varlong(Int64(bytes))
        record.raw([UInt8](repeating: 7, count: bytes))
        record.varlong(0)
        var length = WireWriter()
        length.varlong(Int64(record.bytes.count))
        let body = length.bytes + record.bytes
        var writer = WireWriter()
        writer.int64(0)
        writer.int32(Int32(49 + body.count))
        writer.int32(-1)
        writer.int8(2)
        writer.int32(0)
        writer.int16(0)
        writer.int32(0)
        writer.int64(1_000)
        writer.int64(1_000)
        writer.int64(-1)
        writer.int16(-1)
        writer.int32(-1)
        writer.int32(1)
        writer.raw(body)
        let crc = writer.bytes.withUnsafeBytes { RecordBatch.checksum($0) }
        writer.patchInt32(Int32(bitPattern: crc), at: 17)
        return writer.bytes
    }

    private static func produce(_ topic: String, correlation: Int32 = 1, acks: Int16 = -1, bytes: Int = 10) -> [UInt8] {
        WireClient.frame(.produce, 3, correlation: correlation) { writer in
            let batch = batch(bytes)
            writer.string(nil)
            writer.int16(acks)
            writer.int32(10_000)
            writer.arrayCount(1)
            writer.string(topic)
            writer.arrayCount(1)
            writer.int32(0)
            writer.int32(Int32(batch.count))
            writer.raw(batch)
        }
    }

    private static func fetch(_ topic: String, correlation: Int32 = 1, wait: Int32, from offset: Int64 = 0) -> [UInt8] {
        WireClient.frame(.fetch, 4, correlation: correlation) { writer in
            writer.int32(-1)
            writer.int32(wait)
            writer.int32(1)
            writer.int32(50 << 20)
            writer.int8(0)
            writer.arrayCount(1)
            writer.string(topic)
            writer.arrayCount(1)
            writer.int32(0)
            writer.int64(offset)
            writer.int32(50 << 20)
        }
    }

    private static func create(_ topic: String, _ client: WireClient) {
        _ = client.call(.metadata, 4) { writer in
            writer.arrayCount(1)
            writer.string(topic)
            writer.bool(true)
        }
    }

    /// The error and the base offset of a Produce answer of version 3 for one partition.
    private static func outcome(_ body: [UInt8], topic: String) -> (error: Int16, offset: Int64) {
        let start = 4 + 2 + topic.utf8.count + 4 + 4
        let error = Int16(body[start]) << 8 | Int16(body[start + 1])
        return (error, body[(start + 2)..<(start + 10)].reduce(0) { $0 << 8 | Int64($1) })
    }

    @Test func requestsThatComeAtOnceAreAnsweredInTheirOrder() async throws {
        try await withBroker { port in
            let client = try #require(WireClient(port: port))
            Self.create("t", client)
            let all = (0..<300).flatMap { index in
                index % 3 == 0
                    ? Self.produce("t", correlation: index)
                    : WireClient.frame(.apiVersions, 0, correlation: index)
            }
            #expect(client.send(all))
            for index in 0..<300 as Range<Int32> { #expect(client.receive()?.correlation == index) }
        }
    }

    @Test func aRequestMayComeByteByByte() async throws {
        try await withBroker { port in
            let client = try #require(WireClient(port: port))
            Self.create("t", client)
            for byte in Self.produce("t", correlation: 9) { #expect(client.send([byte])) }
            let answer = try #require(client.receive())
            #expect(answer.correlation == 9)
            #expect(Self.outcome(answer.body, topic: "t").error == 0)
        }
    }

    @Test func aLargeRequestArrivesWhole() async throws {
        try await withBroker { port in
            let client = try #require(WireClient(port: port))
            Self.create("t", client)
            for (index, bytes) in [1_000_000, 60_000, 70_000, 1_000_000].enumerated() {
                #expect(client.send(Self.produce("t", bytes: bytes)))
                let outcome = Self.outcome(try #require(client.receive()).body, topic: "t")
                #expect(outcome.error == 0 && outcome.offset == Int64(index))
            }
        }
    }

    @Test func recordsWithoutAnswersDoNotHoldUpTheConnection() async throws {
        try await withBroker { port in
            let client = try #require(WireClient(port: port))
            Self.create("t", client)
            // More than may be unanswered at a time.
            for _ in 0..<10_000 { #expect(client.send(Self.produce("t", acks: 0))) }
            #expect(client.send(Self.produce("t", correlation: 5)))
            let answer = try #require(client.receive())
            #expect(Self.outcome(answer.body, topic: "t").offset == 10_000)
        }
    }

    @Test func aFetchThatWaitsIsAnsweredByTheAppend() async throws {
        try await withBroker { port in
            let reader = try #require(WireClient(port: port))
            let writer = try #require(WireClient(port: port))
            Self.create("t", reader)
            // It waits for longer than the client does, so only the append can answer it.
            #expect(reader.send(Self.fetch("t", wait: 600_000)))
            #expect(writer.send(Self.produce("t", bytes: 100)))
            #expect(writer.receive() != nil)
            #expect(try #require(reader.receive()).body.count > 100)
        }
    }

    @Test func whoDoesNotReadItsAnswersHoldsUpNobody() async throws {
        try await withBroker { port in
            let lazy = try (0..<8).map { _ in try #require(WireClient(port: port)) }
            let writer = try #require(WireClient(port: port))
            Self.create("t", writer)
            for _ in 0..<30 {
                #expect(writer.send(Self.produce("t", bytes: 1_000_000)))
                #expect(writer.receive() != nil)
            }
            // Each asks for hundreds of megabytes, and takes none of them.
            for client in lazy {
                for _ in 0..<20 { #expect(client.send(Self.fetch("t", wait: 0))) }
            }
            for index in 0..<50 {
                #expect(writer.send(Self.produce("t")))
                #expect(Self.outcome(try #require(writer.receive()).body, topic: "t").offset == Int64(30 + index))
            }
            let other = try #require(WireClient(port: port))
            #expect(other.send(Self.fetch("t", wait: 0)))
            #expect(try #require(other.receive()).body.count > 30_000_000)
        }
    }

    @Test func whoAsksForMoreThanItReadsIsCutOff() async throws {
        try await withBroker(changing: { $0.limits.unreadAnswerBytes = 10_000 }) { port in
            let client = try #require(WireClient(port: port))
            Self.create("t", client)
            // The others have to wait for the answer of the first.
            #expect(client.send(Self.fetch("t", wait: 600_000)))
            for _ in 0..<500 { _ = client.send(WireClient.frame(.apiVersions, 0)) }
            #expect(client.receive() == nil)
        }
    }

    @Test func recordsThatAreNotInMemoryAreReadFromTheDisk() async throws {
        let folder = try TemporaryDirectory()
        let broker = LogBroker(configuration: .init(dataDirectory: folder.path), metrics: MetricsRegistry())
        try broker.start()
        let port = try #require(broker.boundPort)
        let client = try #require(WireClient(port: port))
        Self.create("t", client)
        for bytes in [1_000_000, 900_000, 10, 700_000] {
            #expect(client.send(Self.produce("t", bytes: bytes)))
            #expect(client.receive() != nil)
        }
        #expect(client.send(Self.fetch("t", wait: 0)))
        let fromMemory = try #require(client.receive()).body
        try Self.dropFromMemory(folder.path + "/topics")
        #expect(client.send(Self.fetch("t", wait: 0)))
        #expect(client.receive()?.body == fromMemory)
        #expect(fromMemory.count > 2_600_000)
        await broker.stop()
    }

    private static func dropFromMemory(_ folder: String) throws {
        for topic in try Directory.names(folder) {
            let path = "\(folder)/\(topic)/0/00000000000000000000.log"
            let file = try FileDescriptor(path: path, mode: .readWrite)
            #expect(martlet_drop_cache(file.number) == 0)
        }
    }

    @Test func aPartOfAFileIsInMemoryOnceItWasWarmed() async throws {
        let folder = try TemporaryDirectory()
        try File.replace(folder.path + "/file", with: [UInt8](repeating: 1, count: 3_000_000))
        let file = try LogFile(path: folder.path + "/file")
        #expect(martlet_drop_cache(file.descriptor) == 0)
        let warmer = FileWarmer()
        await withCheckedContinuation { continuation in
            warmer.warm(file, at: 5_000, 2_000_000) { continuation.resume() }
        }
        #expect(FileWarmer.isWarm(file, at: 5_000, 2_000_000))
    }

    @Test func moreRequestsThanThereIsMemoryForAreReadLater() async throws {
        try await withBroker(changing: { $0.limits.handedOverRequestBytes = 1 }) { port in
            let clients = try (0..<8).map { _ in try #require(WireClient(port: port)) }
            Self.create("t", clients[0])
            for _ in 0..<20 {
                for client in clients { #expect(client.send(Self.produce("t", bytes: 50_000))) }
            }
            var offsets: Set<Int64> = []
            for client in clients {
                for _ in 0..<20 {
                    let outcome = Self.outcome(try #require(client.receive()).body, topic: "t")
                    #expect(outcome.error == 0)
                    offsets.insert(outcome.offset)
                }
            }
            #expect(offsets == Set(0..<160))
        }
    }

    @Test(arguments: [1, 3])
    func connectionsAreServedByAnyNumberOfThreads(threads: Int) async throws {
        try await withBroker(changing: { $0.socketThreads = threads }) { port in
            let clients = try (0..<12).map { _ in try #require(WireClient(port: port)) }
            Self.create("t", clients[0])
            for (index, client) in clients.enumerated() {
                #expect(client.send(Self.produce("t")))
                #expect(Self.outcome(try #require(client.receive()).body, topic: "t").offset == Int64(index))
            }
        }
    }

    @Test func oneConnectionTooManyIsClosedAndThereIsRoomAgainLater() async throws {
        try await withBroker(changing: { $0.limits.connections = 2 }) { port in
            let first = try #require(WireClient(port: port))
            var second = WireClient(port: port)
            #expect(first.call(.apiVersions, 0) != nil)
            #expect(second?.call(.apiVersions, 0) != nil)
            #expect(WireClient(port: port)?.call(.apiVersions, 0) == nil)
            second = nil
            var answer: [UInt8]?
            while answer == nil { answer = WireClient(port: port)?.call(.apiVersions, 0) }
            #expect(first.call(.apiVersions, 0) != nil)
        }
    }

    @Test func aFetchThatWaitsAtTheStopIsAnswered() async throws {
        let folder = try TemporaryDirectory()
        var configuration = BrokerConfiguration(dataDirectory: folder.path)
        configuration.socketThreads = 1
        let broker = LogBroker(configuration: configuration, metrics: MetricsRegistry())
        try broker.start()
        let port = try #require(broker.boundPort)
        let client = try #require(WireClient(port: port))
        Self.create("t", client)
        #expect(client.send(Self.fetch("t", correlation: 7, wait: 600_000)))
        // One thread reads in the order of arrival: when this is answered, the fetch waits.
        #expect(WireClient(port: port)?.call(.apiVersions, 0) != nil)
        await broker.stop()
        #expect(client.receive()?.correlation == 7)
        #expect(client.receive() == nil)
    }
}

struct RequestBudgetTests {
    @Test func whatIsUnfinishedIsBounded() {
        let budget = RequestBudget(unfinishedLimit: 100, handedOverLimit: 100)
        #expect(budget.reserve(60))
        #expect(!budget.reserve(41))
        #expect(budget.reserve(40))
        budget.cancel(60)
        #expect(budget.reserve(60))
    }

    @Test func whoMustWaitIsToldOnceThereIsRoom() {
        let budget = RequestBudget(unfinishedLimit: 1_000, handedOverLimit: 100)
        #expect(budget.reserve(150))
        budget.handOver(150)
        #expect(!budget.takeNews())
        #expect(budget.mustWait())
        #expect(!budget.takeNews())
        budget.finish(150)
        #expect(budget.takeNews())
        #expect(!budget.takeNews())
        #expect(!budget.mustWait())
    }

    @Test func aFrameGivesItsRoomBackWhateverBecomesOfIt() throws {
        let budget = RequestBudget(unfinishedLimit: 1 << 20, handedOverLimit: 1 << 20)
        let bytes = WireClient.frame(.apiVersions, 0)
        for isHandedOver in [false, true] {
            var frame = bytes.withUnsafeBytes { RequestFrame(total: bytes.count, first: $0, budget: budget) }
            if isHandedOver { try #require(frame).handOver(now: 1) }
            #expect(budget.handedOverBytes == (isHandedOver ? bytes.count : 0))
            frame = nil
            #expect(budget.handedOverBytes == 0)
            #expect(budget.reserve(1 << 20))
            budget.cancel(1 << 20)
        }
    }

    @Test func aFrameGrowsWithWhatComes() throws {
        let budget = RequestBudget(unfinishedLimit: 70_000, handedOverLimit: 1)
        let start = [UInt8](repeating: 1, count: 100)
        let frame = try #require(start.withUnsafeBytes { RequestFrame(total: 50 << 20, first: $0, budget: budget) })
        #expect(frame.room.count < 70_000)
        frame.added(frame.room.count)
        #expect(!frame.makeRoom())
        #expect(!frame.isComplete)
    }
}

struct MailboxTests {
    @Test func messagesOfOneSenderStayInOrder() async throws {
        let box = Mailbox<(sender: Int, number: Int)>(signal: try LoopSignal())
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<4 {
                group.addTask {
                    for number in 0..<1_000 { box.post([(sender: sender, number: number)]) }
                }
            }
        }
        let all = box.takeAll()
        #expect(all.count == 4_000)
        for sender in 0..<4 { #expect(all.filter { $0.sender == sender }.map(\.number) == Array(0..<1_000)) }
        #expect(box.takeAll().isEmpty)
    }
}
