import Files
import KafkaWire
import Synchronization
import TestSupport
import Testing

@testable import LogStorage

struct LogStoreTests {
    private func open(_ folder: TemporaryDirectory) throws -> LogStore {
        try LogStore(directory: folder.path, flushPolicy: .never, onFlushed: {})
    }

    @Test func topicsAndSettingsSurviveARestart() throws {
        let folder = try TemporaryDirectory()
        var store = try open(folder)
        let topic = try store.createTopic("a.b", partitions: 3, settings: ["retention.ms": "5"])
        let cluster = store.state.clusterID
        try store.addPartitions(to: topic, count: 4)
        store.close()
        store = try open(folder)
        let again = try #require(store.topics["a.b"])
        #expect(again.id == topic.id)
        #expect(again.partitions.count == 4)
        #expect(again.settings.retentionMilliseconds == 5)
        #expect(store.state.clusterID == cluster)
        #expect(cluster.count == 22)
        store.close()
    }

    @Test func aTopicOfTheSameNameNeverMeetsOldRecords() throws {
        let folder = try TemporaryDirectory()
        let store = try open(folder)
        let first = try store.createTopic("t", partitions: 1, settings: [:])
        var batch = TestBatch.make(2)
        try batch.withUnsafeMutableBytes { raw in
            let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
            _ = try first.partitions[0].append(raw, header, now: 1)
        }
        try store.deleteTopic(first)
        let second = try store.createTopic("t", partitions: 1, settings: [:])
        #expect(second.partitions[0].nextOffset == 0)
        #expect(second.id != first.id)
        store.close()
    }

    @Test func producerIDsAreNeverGivenTwice() throws {
        let folder = try TemporaryDirectory()
        var given: Set<Int64> = []
        for _ in 0..<3 {
            let store = try open(folder)
            for _ in 0..<1_200 { #expect(given.insert(try store.newProducerID()).inserted) }
            store.close()
        }
    }

    @Test func everyCutOfTheJournalOpensWithWholeEntriesOnly() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/meta.journal"
        let place = TopicPartition(topic: "t", index: 0)
        var lengths: [Int] = []
        var states: [MetadataState] = []
        do {
            let journal = try MetadataJournal(path: path)
            for offset in 0..<5 as Range<Int64> {
                let committed = CommittedOffset(offset: offset, leaderEpoch: 0, metadata: "m", time: 1)
                try journal.append([.offsetsCommitted(group: "g", offsets: [place: committed])])
                lengths.append(try File.length(path))
                states.append(journal.state)
            }
        }
        let whole = try File.read(path)
        for count in stride(from: whole.count, to: 7, by: -1) {
            try File.replace(path, with: Array(whole[..<count]))
            let expected = lengths.lastIndex { $0 <= count }.map { states[$0] } ?? MetadataState()
            #expect(try MetadataJournal(path: path).state == expected)
        }
    }

    @Test func aDamagedEntryEndsTheJournal() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/meta.journal"
        do {
            let journal = try MetadataJournal(path: path)
            try journal.append([.clusterNamed("one")])
            try journal.append([.clusterNamed("two")])
        }
        var bytes = try File.read(path)
        bytes[bytes.count - 1] ^= 1
        try File.replace(path, with: bytes)
        #expect(try MetadataJournal(path: path).state.clusterID == "one")
    }

    @Test func aForeignFileIsNotTakenForAJournal() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/meta.journal"
        try File.replace(path, with: Array("something else entirely".utf8))
        #expect(throws: StorageError.self) { try MetadataJournal(path: path) }
        #expect(try File.read(path) == Array("something else entirely".utf8))
    }

    @Test func everyRecordComesBackFromItsBytes() throws {
        let place = TopicPartition(topic: "t", index: 3)
        let offset = CommittedOffset(offset: 5, leaderEpoch: 1, metadata: nil, time: 9)
        let member = GroupGeneration.Member(
            memberID: "m",
            groupInstanceID: "i",
            clientID: "c",
            clientHost: "/h",
            sessionTimeout: 1,
            rebalanceTimeout: 2,
            protocols: [.init(name: "range", metadata: [1, 2])],
            assignment: [3]
        )
        var transaction = TransactionState(
            producerID: 4,
            producerEpoch: 2,
            timeoutMilliseconds: 60_000,
            phase: .prepareCommit,
            time: 8
        )
        transaction.partitions = [place]
        transaction.groups = ["g"]
        let generation = GroupGeneration(
            number: 7,
            protocolType: "consumer",
            protocolName: "range",
            leader: "m",
            members: [member],
            time: 6
        )
        let records: [MetadataRecord] = [
            .clusterNamed("c"), .topicCreated(name: "t", id: .random(), partitions: 4, settings: ["a": "b"]),
            .topicDeleted(name: "t"), .partitionsAdded(name: "t", count: 5), .settingsChanged(name: "t", settings: [:]),
            .logStartMoved(place, offset: 1), .leaderEpochRaised(place, epoch: 2), .producerIDsReserved(next: 3),
            .offsetsCommitted(group: "g", offsets: [place: offset]), .offsetsForgotten(group: "g", partitions: [place]),
            .groupForgotten("g"), .groupGeneration(group: "g", generation),
            .offsetsStaged(group: "g", producerID: 4, offsets: [place: offset]),
            .stagedOffsetsEnded(group: "g", producerID: 4, commits: true),
            .transactionChanged(id: "x", transaction), .transactionForgotten(id: "x"),
        ]
        for record in records {
            var writer = WireWriter(flexible: true)
            record.encode(into: &writer)
            let back = try writer.bytes.withUnsafeBytes { raw in
                var reader = WireReader(raw, flexible: true)
                return try MetadataRecord(from: &reader)
            }
            #expect(back == record)
        }
    }

    @Test func aSnapshotGivesTheSameState() {
        var state = MetadataState()
        let place = TopicPartition(topic: "t", index: 0)
        let offset = CommittedOffset(offset: 5, leaderEpoch: 1, metadata: "m", time: 9)
        state.apply(.clusterNamed("c"))
        state.apply(.topicCreated(name: "t", id: .random(), partitions: 2, settings: ["retention.ms": "1"]))
        state.apply(.logStartMoved(place, offset: 3))
        state.apply(.offsetsCommitted(group: "g", offsets: [place: offset]))
        state.apply(.offsetsStaged(group: "g", producerID: 1, offsets: [place: offset]))
        state.apply(.producerIDsReserved(next: 1001))
        var again = MetadataState()
        for record in state.snapshot { again.apply(record) }
        #expect(again == state)
    }

    @Test(arguments: [
        ("compression.type", "gzip"), ("retention.ms", "soon"), ("cleanup.policy", "burn"), ("no.such.setting", "1"),
        ("min.insync.replicas", "2"), ("max.message.bytes", "-1"), ("min.cleanable.dirty.ratio", "2"),
    ])
    func settingsThatAreNotHonouredAreRefused(name: String, value: String) {
        let error = #expect(throws: StorageError.self) { try TopicSettings([name: value]) }
        #expect(error?.message.contains(name) == true)
    }

    @Test func settingsAtTheirDefaultAreTaken() throws {
        for entry in try TopicSettings([:]).entries {
            let value = try #require(entry.value)
            #expect(throws: Never.self) { try TopicSettings([entry.name: value]) }
        }
    }
}
