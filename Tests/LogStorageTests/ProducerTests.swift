import KafkaWire
import TestSupport
import Testing

@testable import LogStorage

struct ProducerTests {
    private func code(_ body: () throws -> Void) -> KafkaErrorCode? {
        do {
            try body()
            return nil
        } catch let refusal as BatchRefusal {
            return refusal.code
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test func aRepeatedBatchIsAnsweredWithItsFirstOffsetAndNotStoredAgain() throws {
        let fixture = try PartitionFixture()
        for round in 0..<5 { try fixture.append(2, producer: 7, sequence: Int32(round * 2)) }
        for round in 0..<5 {
            let again = try fixture.append(2, producer: 7, sequence: Int32(round * 2))
            #expect(again == Appended(baseOffset: Int64(round * 2), appendTime: -1, isDuplicate: true))
        }
        #expect(fixture.log.nextOffset == 10)
    }

    @Test func gapsAndOldEpochsAreRefused() throws {
        let fixture = try PartitionFixture()
        try fixture.append(2, producer: 7, epoch: 3, sequence: 0)
        #expect(code { try fixture.append(1, producer: 7, epoch: 3, sequence: 3) } == .outOfOrderSequence)
        #expect(code { try fixture.append(1, producer: 7, epoch: 2, sequence: 2) } == .invalidProducerEpoch)
        #expect(code { try fixture.append(1, producer: 7, epoch: 4, sequence: 2) } == .outOfOrderSequence)
        #expect(code { try fixture.append(1, producer: 7, epoch: 4, sequence: 0) } == nil)
        #expect(fixture.log.nextOffset == 3)
    }

    @Test(arguments: [false, true])
    func sequencesSurviveARestart(cleanly: Bool) throws {
        let fixture = try PartitionFixture(["segment.bytes": "4096"])
        for sequence in 0..<100 { try fixture.append(1, bytes: 100, producer: 7, sequence: Int32(sequence)) }
        let before = fixture.log.producers
        if cleanly { fixture.log.close() }
        try fixture.reopen()
        #expect(fixture.log.producers == before)
        #expect(try fixture.append(1, bytes: 100, producer: 7, sequence: 99).isDuplicate)
        #expect(try fixture.append(1, bytes: 100, producer: 7, sequence: 100).baseOffset == 100)
    }

    @Test func committedReadersStopAtTheFirstOpenTransaction() throws {
        let fixture = try PartitionFixture()
        try fixture.append(1)
        try fixture.append(2, producer: 7, sequence: 0, transactional: true)
        try fixture.append(1)
        #expect(fixture.log.lastStableOffset == 1)
        #expect(try fixture.readAll(limit: fixture.log.lastStableOffset) == [0])
        try fixture.log.endTransaction(of: 7, epoch: 0, commits: true, now: 5)
        #expect(fixture.log.lastStableOffset == 5)
        #expect(fixture.log.abortedTransactions(0..<5).isEmpty)
    }

    @Test(arguments: [false, true])
    func abortedTransactionsAreKnownAlsoAfterARestart(cleanly: Bool) throws {
        let fixture = try PartitionFixture()
        try fixture.append(2, producer: 7, sequence: 0, transactional: true)
        try fixture.append(1, producer: 8, sequence: 0, transactional: true)
        try fixture.log.endTransaction(of: 7, epoch: 0, commits: false, now: 5)
        if cleanly { fixture.log.close() }
        try fixture.reopen()
        #expect(fixture.log.lastStableOffset == 2)
        #expect(fixture.log.abortedTransactions(0..<10) == [.init(producerID: 7, firstOffset: 0)])
        #expect(fixture.log.abortedTransactions(4..<10).isEmpty)
        #expect(fixture.log.openTransactionEpoch(of: 8) == 0)
    }

    @Test func numbersOfAnAbortedBatchMayComeAgain() throws {
        let fixture = try PartitionFixture()
        try fixture.append(2, producer: 7, sequence: 0, transactional: true)
        try fixture.log.endTransaction(of: 7, epoch: 0, commits: false, now: 5)
        let again = try fixture.append(2, producer: 7, sequence: 0, transactional: true)
        #expect(!again.isDuplicate)
        #expect(again.baseOffset == 3)
    }
}
