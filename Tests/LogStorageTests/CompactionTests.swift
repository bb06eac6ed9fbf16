import Files
import KafkaWire
import TestSupport
import Testing

@testable import LogStorage

struct CompactionTests {
    private static let settings = [
        "cleanup.policy": "compact", "segment.bytes": "2000", "min.cleanable.dirty.ratio": "0.1",
        "delete.retention.ms": "1000",
    ]

    private func fill(
        _ fixture: PartitionFixture,
        _ keys: [String],
        inBatchesOf size: Int = 1,
        deletes: Bool = false,
        codec: Int = 0
    ) throws {
        for start in stride(from: 0, to: keys.count, by: size) {
            let keys = Array(keys[start..<min(start + size, keys.count)])
            var batch = TestBatch.make(keys.count, timestamp: 1_000, keys: keys, deletes: deletes, codec: codec)
            try batch.withUnsafeMutableBytes { raw in
                let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
                _ = try fixture.log.append(raw, header, now: 1_000)
            }
        }
    }

    /// Compacts as the store does, without its threads.
    private func compact(_ fixture: PartitionFixture, now: Int64 = 2_000) throws {
        _ = try fixture.log.beginFlush()
        fixture.log.finishFlush(nil)
        let compaction = try #require(try fixture.log.compaction(now: now))
        let (results, end) = try compaction.run()
        try fixture.log.replace(with: results, cleanTo: end)
    }

    private func offsetsByKey(_ fixture: PartitionFixture) throws -> [String: [Int64]] {
        var found: [String: [Int64]] = [:]
        for segment in fixture.log.segments {
            try segment.forEachBatch { header, position throws(StorageError) in
                guard !header.isControl else { return true }
                let batch = try segment.batchBytes(at: position, header)
                try? BatchRewriter.withRecords(of: batch, header) { records in
                    var walker = RecordWalker(records)
                    while let record = walker.next() {
                        let key = records[record.keyStart..<record.keyStart + record.keyLength]
                        let offset = header.baseOffset + record.offsetDelta
                        found[String(decoding: key, as: UTF8.self), default: []].append(offset)
                    }
                }
                return true
            }
        }
        return found
    }

    @Test func theNewestRecordOfEveryKeyStaysAtItsOffset() throws {
        let fixture = try PartitionFixture(Self.settings)
        let keys = (0..<300).map { "k\($0 % 7)" }
        try fill(fixture, keys)
        let before = fixture.log.byteCount
        try compact(fixture)
        #expect(fixture.log.byteCount < before / 2)
        #expect(fixture.log.nextOffset == 300)
        let kept = try offsetsByKey(fixture)
        for index in 0..<7 {
            let newest = Int64(keys.lastIndex(of: "k\(index)") ?? -1)
            #expect(kept["k\(index)"]?.last == newest)
        }
        #expect(try fixture.readAll() == kept.values.flatMap { $0 }.sorted())
    }

    @Test func aCompactedLogOpensAgainAlsoWithoutItsIndexes() throws {
        let fixture = try PartitionFixture(Self.settings)
        try fill(fixture, (0..<300).map { "k\($0 % 7)" })
        try compact(fixture)
        let before = try offsetsByKey(fixture)
        try fixture.reopen()
        #expect(try offsetsByKey(fixture) == before)
        let folder = fixture.folder.path + "/0"
        for name in try Directory.names(folder) where name.hasSuffix(".index") { try File.remove("\(folder)/\(name)") }
        try fixture.reopen()
        #expect(try offsetsByKey(fixture) == before)
        #expect(fixture.log.nextOffset == 300)
        #expect(fixture.log.leaderEpoch == 0)
    }

    @Test func aCrashBetweenTwoRenamesLeavesAWholeLog() throws {
        let fixture = try PartitionFixture(Self.settings)
        try fill(fixture, (0..<300).map { "k\($0 % 7)" })
        _ = try fixture.log.beginFlush()
        fixture.log.finishFlush(nil)
        let compaction = try #require(try fixture.log.compaction(now: 2_000))
        let (results, end) = try compaction.run()
        let newest = try offsetsByKey(fixture).mapValues(\.last)
        try fixture.log.replace(with: Array(results.prefix(results.count / 2)), cleanTo: end)
        try fixture.reopen()
        #expect(try offsetsByKey(fixture).mapValues(\.last) == newest)
        #expect(try !Directory.names(fixture.folder.path + "/0").contains { $0.hasSuffix(".clean") })
    }

    @Test func abortedRecordsNeitherStayNorPushOthersOut() throws {
        let fixture = try PartitionFixture(Self.settings)
        try fill(fixture, ["k"])
        var batch = TestBatch.make(1, producer: 5, sequence: 0, transactional: true, keys: ["k"])
        try batch.withUnsafeMutableBytes { raw in
            let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
            _ = try fixture.log.append(raw, header, now: 1_000)
        }
        try fixture.log.endTransaction(of: 5, epoch: 0, commits: false, now: 1_000)
        try fill(fixture, (0..<60).map { "other\($0)" })
        try compact(fixture)
        #expect(try offsetsByKey(fixture)["k"] == [0])
    }

    @Test func theLastBatchOfAProducerStaysAsAShell() throws {
        let fixture = try PartitionFixture(Self.settings)
        var batch = TestBatch.make(1, producer: 5, sequence: 9, keys: ["k"])
        try batch.withUnsafeMutableBytes { raw in
            let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
            _ = try fixture.log.append(raw, header, now: 1_000)
        }
        try fill(fixture, (0..<60).map { _ in "k" })
        try compact(fixture)
        let first = try #require(try fixture.log.segments[0].header(at: 0))
        #expect(first.baseOffset == 0 && first.recordCount == 0 && first.lastSequence == 9)
    }

    @Test(arguments: [1, 2, 3, 4])
    func compressedBatchesAreCompactedRecordByRecord(codec: Int) throws {
        let fixture = try PartitionFixture(Self.settings)
        let keys = (0..<600).map { "key-\($0 < 590 ? $0 % 9 : $0)" }
        try fill(fixture, keys, inBatchesOf: 10, codec: codec)
        try compact(fixture)
        let kept = try offsetsByKey(fixture)
        for index in 0..<9 {
            #expect(kept["key-\(index)"]?.last == Int64(keys.lastIndex(of: "key-\(index)") ?? -1))
        }
        #expect(kept.values.reduce(0) { $0 + $1.count } < 200)
        try fixture.reopen()
        #expect(try offsetsByKey(fixture) == kept)
        for segment in fixture.log.segments {
            try segment.forEachBatch { header, _ throws(StorageError) in
                #expect(header.codec == codec)
                return true
            }
        }
    }

    @Test func aCompressedBatchThatCannotBeOpenedStaysWhole() throws {
        let fixture = try PartitionFixture(Self.settings)
        var batch = TestBatch.make(3, timestamp: 1_000, keys: ["a", "b", "c"], codec: 2)
        try batch.withUnsafeMutableBytes { raw in
            raw[61] = 0xFF
            raw[62] = 0xFF
            let crc = RecordBatch.checksum(UnsafeRawBufferPointer(raw))
            raw.storeBytes(of: crc.bigEndian, toByteOffset: 17, as: UInt32.self)
            let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
            _ = try fixture.log.append(raw, header, now: 1_000)
        }
        try fill(fixture, (0..<60).map { _ in "a" })
        try compact(fixture)
        let first = try #require(try fixture.log.segments[0].header(at: 0))
        #expect(first.recordCount == 3 && first.totalBytes == batch.count)
    }

    @Test(arguments: [0, 3])
    func aDeletionStaysForItsTimeAfterTheFirstCompactionAndThenGoes(codec: Int) throws {
        let fixture = try PartitionFixture(Self.settings)
        try fill(fixture, ["gone", "kept"], inBatchesOf: 2, codec: codec)
        try fill(fixture, ["gone"], deletes: true, codec: codec)
        try fill(fixture, (0..<60).map { "other\($0)" })
        try compact(fixture, now: 50_000)
        #expect(try offsetsByKey(fixture)["gone"] == [2])
        #expect(try offsetsByKey(fixture)["kept"] == [1])
        #expect(try fixture.log.offset(atOrAfter: 0)?.time == 1_001)
        try fill(fixture, (0..<60).map { "more\($0)" })
        try compact(fixture, now: 50_999)
        #expect(try offsetsByKey(fixture)["gone"] == [2])
        try fill(fixture, (0..<60).map { "yet more\($0)" })
        try compact(fixture, now: 51_000)
        #expect(try offsetsByKey(fixture)["gone"] == nil)
        #expect(try offsetsByKey(fixture)["kept"] == [1])
    }
}
