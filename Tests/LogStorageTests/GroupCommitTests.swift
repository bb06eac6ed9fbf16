import KafkaWire
import TestSupport
import Testing

@testable import LogStorage

/// A store that flushes before answers, and the news of its flushes.
private struct GroupCommitFixture {
    let folder: TemporaryDirectory
    let store: LogStore
    private let flushed: AsyncStream<Void>

    init() throws {
        let (flushed, report) = AsyncStream<Void>.makeStream()
        folder = try TemporaryDirectory()
        self.flushed = flushed
        store = try LogStore(directory: folder.path, flushPolicy: .always) { report.yield(()) }
    }

    func append(to partition: PartitionLog) throws {
        var batch = TestBatch.make(1)
        try batch.withUnsafeMutableBytes { raw in
            let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
            _ = try partition.append(raw, header, now: 1)
        }
        store.noteWrite(to: partition)
    }

    /// Waits for the flush under way and takes its outcome.
    func finishFlush() async -> [PartitionLog] {
        for await _ in flushed { if let partitions = store.finishFlush() { return partitions } }
        return []
    }

    /// Flushes until nothing is left.
    func settle() async {
        store.startFlush()
        while store.round != nil {
            _ = await finishFlush()
            store.startFlush()
        }
    }
}

struct GroupCommitTests {
    @Test func whatIsWrittenDuringAFlushWaitsForTheNextOne() async throws {
        let fixture = try GroupCommitFixture()
        let store = fixture.store
        let partitions = try store.createTopic("t", partitions: 2, settings: [:]).partitions
        await fixture.settle()
        try fixture.append(to: partitions[0])
        let first = try #require(store.round)
        store.startFlush()
        try fixture.append(to: partitions[0])
        try fixture.append(to: partitions[1])
        let second = try #require(store.round)
        #expect(second == first + 1)
        // One at a time: this one must not begin yet.
        store.startFlush()
        #expect(await fixture.finishFlush().map(\.name) == ["t-0"])
        #expect(store.completedRound == first)
        #expect(partitions.map(\.highWatermark) == [1, 0])
        store.startFlush()
        #expect(Set(await fixture.finishFlush().map(\.name)) == ["t-0", "t-1"])
        #expect(store.completedRound == second)
        #expect(partitions.map(\.highWatermark) == [2, 1])
        #expect(store.round == nil)
        store.close()
    }

    @Test func oneFlushTakesEveryPartitionThatWasWrittenTo() async throws {
        let fixture = try GroupCommitFixture()
        let partitions = try fixture.store.createTopic("t", partitions: 40, settings: [:]).partitions
        await fixture.settle()
        for partition in partitions { try fixture.append(to: partition) }
        let round = try #require(fixture.store.round)
        fixture.store.startFlush()
        #expect(await fixture.finishFlush().count == 40)
        #expect(fixture.store.completedRound == round)
        #expect(partitions.allSatisfy { $0.highWatermark == 1 })
        fixture.store.close()
    }
}
