import Files
import KafkaWire
import TestSupport
import Testing

@testable import LogStorage

/// One partition in a folder of its own, and batches to put into it.
final class PartitionFixture {
    let folder: TemporaryDirectory
    private(set) var log: PartitionLog
    private let settings: [String: String]

    init(_ settings: [String: String] = [:], acknowledgesAfterFlush: Bool = false) throws {
        let folder = try TemporaryDirectory()
        self.folder = folder
        self.settings = settings
        log = try Self.open(folder, settings, acknowledgesAfterFlush)
    }

    private static func open(
        _ folder: TemporaryDirectory,
        _ settings: [String: String],
        _ flush: Bool = false,
        start: Int64 = 0
    ) throws -> PartitionLog {
        try PartitionLog(
            name: "t-0",
            ordinal: 1,
            directory: folder.path + "/0",
            settings: try TopicSettings(settings),
            logStartOffset: start,
            leaderEpoch: 0,
            acknowledgesAfterFlush: flush
        )
    }

    /// Opens the folder again, as after a crash: nothing was closed.
    func reopen(start: Int64 = 0) throws { log = try Self.open(folder, settings, start: start) }

    @discardableResult
    func append(
        _ count: Int = 1,
        bytes: Int = 20,
        producer: Int64 = -1,
        epoch: Int16 = 0,
        sequence: Int32 = -1,
        transactional: Bool = false,
        timestamp: Int64 = 1_000,
        now: Int64 = 1_000,
        codec: Int = 0
    ) throws -> Appended {
        var batch = TestBatch.make(
            count,
            bytes: bytes,
            producer: producer,
            epoch: epoch,
            sequence: sequence,
            transactional: transactional,
            timestamp: timestamp,
            codec: codec
        )
        return try batch.withUnsafeMutableBytes { raw in
            let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
            return try log.append(raw, header, now: now)
        }
    }

    /// The base offsets of all batches that a reader finds.
    func readAll(maximumBytes: Int = 1 << 20, limit: Int64? = nil) throws -> [Int64] {
        var offsets: [Int64] = []
        var next = log.logStartOffset
        while let slice = try log.read(
            from: next,
            maximumBytes: maximumBytes,
            limit: limit ?? log.highWatermark,
            wholeFirst: true
        ) {
            var scanner = BatchScanner(slice.file, from: slice.position, to: slice.position + slice.length)
            while let (header, _) = try scanner.next() { offsets.append(header.baseOffset) }
            #expect(slice.nextOffset > next)
            next = slice.nextOffset
        }
        return offsets
    }

    var segmentFiles: [String] {
        get throws { try Directory.names(folder.path + "/0").filter { $0.hasSuffix(".log") } }
    }
}

/// Batches made by hand.
enum TestBatch {
    static func make(
        _ count: Int,
        bytes: Int = 20,
        producer: Int64 = -1,
        epoch: Int16 = 0,
        sequence: Int32 = -1,
        transactional: Bool = false,
        timestamp: Int64 = 1_000,
        keys: [String?] = [],
        deletes: Bool = false,
        codec: Int = 0
    ) -> [UInt8] {
        var records = WireWriter()
        for index in 0..<count {
            var record = WireWriter()
            record.int8(0)
            record.varlong(Int64(index))
            record.varlong(Int64(index))
            if index < keys.count, let key = keys[index] {
                record.varlong(Int64(key.utf8.count))
                record.raw(key.utf8)
            } else {
                record.varlong(-1)
            }
            record.varlong(deletes ? -1 : Int64(bytes))
            record.raw([UInt8](repeating: UInt8(ascii: "v"), count: deletes ? 0 : bytes))
            record.varlong(0)
            records.varlong(Int64(record.bytes.count))
            records.raw(record.bytes)
        }
        let body = codec == 0 ? records.bytes : compressed(records.bytes, codec)
        var writer = WireWriter()
        writer.int64(0)
        writer.int32(Int32(49 + body.count))
        writer.int32(-1)
        writer.int8(2)
        writer.int32(0)
        writer.int16((transactional ? 0x10 : 0) | Int16(codec))
        writer.int32(Int32(count - 1))
        writer.int64(timestamp)
        writer.int64(timestamp + Int64(count - 1))
        writer.int64(producer)
        writer.int16(producer < 0 ? -1 : epoch)
        writer.int32(sequence)
        writer.int32(Int32(count))
        writer.raw(body)
        let crc = writer.bytes.withUnsafeBytes { RecordBatch.checksum($0) }
        writer.patchInt32(Int32(bitPattern: crc), at: 17)
        return writer.bytes
    }

    private static func compressed(_ bytes: [UInt8], _ codec: Int) -> [UInt8] {
        bytes.withUnsafeBytes { raw in (try? Compression.compress(raw, codec: codec)) ?? [] }
    }
}

struct PartitionLogTests {
    @Test func offsetsAreDenseAndReadInOrder() throws {
        let fixture = try PartitionFixture()
        for count in [1, 3, 2] { try fixture.append(count) }
        #expect(fixture.log.nextOffset == 6)
        #expect(try fixture.readAll() == [0, 1, 4])
    }

    @Test func manySegmentsReadLikeOne() throws {
        let fixture = try PartitionFixture(["segment.bytes": "4096"])
        for _ in 0..<200 { try fixture.append(1, bytes: 100) }
        #expect(try fixture.segmentFiles.count > 5)
        #expect(try fixture.readAll() == Array(0..<200))
        #expect(try fixture.readAll(maximumBytes: 700) == Array(0..<200))
        try fixture.reopen()
        #expect(try fixture.readAll() == Array(0..<200))
    }

    @Test func aSliceHoldsWholeBatchesWithinItsLimit() throws {
        let fixture = try PartitionFixture()
        for _ in 0..<10 { try fixture.append(1, bytes: 100) }
        let size = TestBatch.make(1, bytes: 100).count
        let slice = try #require(
            try fixture.log.read(from: 2, maximumBytes: size * 3 + 5, limit: 10, wholeFirst: false)
        )
        #expect(slice.length == size * 3)
        #expect(slice.nextOffset == 5)
        #expect(try fixture.log.read(from: 2, maximumBytes: size - 1, limit: 10, wholeFirst: false) == nil)
        let whole = try #require(try fixture.log.read(from: 2, maximumBytes: 1, limit: 10, wholeFirst: true))
        #expect(whole.length == size)
    }

    @Test func anOffsetInTheMiddleOfABatchGivesTheBatch() throws {
        let fixture = try PartitionFixture()
        try fixture.append(10)
        try fixture.append(10)
        let slice = try #require(try fixture.log.read(from: 15, maximumBytes: 10_000, limit: 20, wholeFirst: true))
        #expect(slice.position == TestBatch.make(10).count)
    }

    @Test func readersSeeNothingBeforeTheFlush() throws {
        let fixture = try PartitionFixture(acknowledgesAfterFlush: true)
        try fixture.append(2)
        #expect(fixture.log.highWatermark == 0)
        #expect(try fixture.readAll().isEmpty)
        _ = try fixture.log.beginFlush()
        try fixture.append(3)
        fixture.log.finishFlush(nil)
        #expect(fixture.log.highWatermark == 2)
        #expect(try fixture.readAll() == [0])
        #expect(fixture.log.needsFlush)
    }

    @Test func aFailedFlushTakesThePartitionOutOfService() throws {
        let fixture = try PartitionFixture(acknowledgesAfterFlush: true)
        try fixture.append(2)
        _ = try fixture.log.beginFlush()
        fixture.log.finishFlush(.offline("disk", "it broke"))
        let refusal = #expect(throws: BatchRefusal.self) { try fixture.append() }
        #expect(refusal?.code == .storageError)
        #expect(fixture.log.highWatermark == 0)
        #expect(fixture.log.tryRecover())
        #expect(try fixture.append().baseOffset == 2)
    }

    @Test(arguments: [1, 30, 61, 70])
    func recoveryCutsHalfABatchAtTheEnd(kept: Int) throws {
        let fixture = try PartitionFixture()
        for _ in 0..<3 { try fixture.append(2) }
        let path = fixture.folder.path + "/0/00000000000000000000.log"
        let whole = try File.read(path)
        try File.replace(path, with: whole + TestBatch.make(2).prefix(kept))
        try fixture.reopen()
        #expect(fixture.log.nextOffset == 6)
        #expect(fixture.log.leaderEpoch == 1)
        #expect(try File.read(path) == whole)
        #expect(try fixture.append().baseOffset == 6)
    }

    @Test func recoveryCutsZerosAndDamagedBatchesWithAllThatFollows() throws {
        let fixture = try PartitionFixture(["segment.bytes": "4096"])
        for _ in 0..<100 { try fixture.append(1, bytes: 100) }
        let names = try fixture.segmentFiles
        let path = fixture.folder.path + "/0/" + names[1]
        var bytes = try File.read(path)
        let size = TestBatch.make(1, bytes: 100).count
        bytes[size * 2 + 30] ^= 1
        try File.replace(path, with: bytes)
        let first = Int64(names[1].dropLast(4)) ?? 0
        try fixture.reopen()
        #expect(fixture.log.nextOffset == first + 2)
        #expect(try fixture.segmentFiles.count == 2)
        #expect(try fixture.readAll() == Array(0..<(first + 2)))
        try File.replace(path, with: Array(bytes[..<(size * 2)]) + [UInt8](repeating: 0, count: 4096))
        try fixture.reopen()
        #expect(fixture.log.nextOffset == first + 2)
    }

    @Test func everyCutOfTheFileOpensWithThePrefixThatIsWhole() throws {
        let fixture = try PartitionFixture()
        for _ in 0..<4 { try fixture.append(1, bytes: 5) }
        let path = fixture.folder.path + "/0/00000000000000000000.log"
        let whole = try File.read(path)
        let size = whole.count / 4
        for count in stride(from: whole.count, through: 0, by: -7) {
            try File.replace(path, with: Array(whole[..<count]))
            try fixture.reopen()
            #expect(fixture.log.nextOffset == Int64(count / size))
        }
    }

    @Test func aSealedSegmentIsNotReadAtOpening() throws {
        let fixture = try PartitionFixture()
        try fixture.append(5)
        fixture.log.close()
        let path = fixture.folder.path + "/0/00000000000000000000.log"
        var bytes = try File.read(path)
        bytes[70] ^= 1
        try File.replace(path, with: bytes)
        try fixture.reopen()
        #expect(fixture.log.nextOffset == 5)
        #expect(fixture.log.leaderEpoch == 0)
    }

    @Test func theBeginningMovesAndOldSegmentsGo() throws {
        let fixture = try PartitionFixture(["segment.bytes": "4096"])
        for _ in 0..<100 { try fixture.append(1, bytes: 100) }
        let before = try fixture.segmentFiles.count
        fixture.log.moveStart(to: 60)
        #expect(fixture.log.logStartOffset == 60)
        #expect(try fixture.segmentFiles.count < before)
        #expect(fixture.log.nextOffset == 100)
        try fixture.reopen(start: 60)
        #expect(fixture.log.logStartOffset == 60)
        #expect(fixture.log.nextOffset == 100)
    }

    @Test func retentionBySizeKeepsAtLeastThatMuch() throws {
        let fixture = try PartitionFixture(["segment.bytes": "4096", "retention.bytes": "8192"])
        for _ in 0..<200 { try fixture.append(1, bytes: 100) }
        let start = try fixture.log.startAfterRetention(now: 2_000)
        fixture.log.moveStart(to: start)
        #expect(start > 0)
        #expect(fixture.log.byteCount >= 8192)
        #expect(fixture.log.byteCount < 8192 + 2 * 4096)
    }

    @Test func retentionByTimeCountsTheRecordsOwnTimesWhereItWasAsked() throws {
        let asked = try PartitionFixture(["retention.ms": "1000"])
        try asked.append(2, timestamp: 1_000, now: 1_000_000)
        #expect(try asked.log.startAfterRetention(now: 1_000_001) == 2)
        let assumed = try PartitionFixture()
        try assumed.append(2, timestamp: 1_000, now: 1_000_000_000)
        #expect(try assumed.log.startAfterRetention(now: 1_000_000_001) == 0)
        #expect(try assumed.log.startAfterRetention(now: 1_000_000_000 + 604_800_001) == 2)
    }

    @Test func whatRecoveryCutIsSaid() throws {
        let fixture = try PartitionFixture()
        for _ in 0..<3 { try fixture.append(2) }
        let path = fixture.folder.path + "/0/00000000000000000000.log"
        try File.replace(path, with: try File.read(path) + [UInt8](repeating: 0, count: 100))
        let outcome = try SegmentRecovery.scan(try LogFile(path: path), baseOffset: 0)
        let size = TestBatch.make(2).count * 3
        #expect(outcome.damage == "at byte \(size) of \(size + 100): zeros")
        #expect(outcome.seal.nextOffset == 6)
    }

    @Test func openingReadsNoneOfTheClosedSegments() throws {
        let fixture = try PartitionFixture(["segment.bytes": "4096"])
        for _ in 0..<200 { try fixture.append(1, bytes: 100) }
        _ = try fixture.log.beginFlush()
        fixture.log.finishFlush(nil)
        let closed = try fixture.segmentFiles.dropLast()
        #expect(closed.count > 5)
        for name in closed {
            let path = "\(fixture.folder.path)/0/\(name)"
            try File.replace(path, with: [UInt8](repeating: 0xFF, count: try File.read(path).count))
        }
        try fixture.reopen()
        #expect(fixture.log.nextOffset == 200)
        #expect(fixture.log.leaderEpoch == 0)
    }

    @Test(arguments: [1, 2, 3, 4])
    func offsetsAreFoundByTimeInsideCompressedBatches(codec: Int) throws {
        let fixture = try PartitionFixture()
        for start in [1_000, 2_000, 3_000] as [Int64] { try fixture.append(10, timestamp: start, codec: codec) }
        #expect(try fixture.log.offset(atOrAfter: 1_005)?.offset == 5)
        #expect(try fixture.log.offset(atOrAfter: 1_010)?.offset == 10)
        #expect(try fixture.log.offset(atOrAfter: 2_007)?.offset == 17)
        #expect(try fixture.log.offset(atOrAfter: 3_009)?.time == 3_009)
        #expect(try fixture.log.offsetOfLargestTime()?.offset == 29)
    }

    @Test func aBatchThatCannotBeOpenedIsFoundByItsFirstRecord() throws {
        let fixture = try PartitionFixture()
        var batch = TestBatch.make(10, timestamp: 1_000, codec: 4)
        batch[65] ^= 0xFF
        try batch.withUnsafeMutableBytes { raw in
            let crc = RecordBatch.checksum(UnsafeRawBufferPointer(raw))
            raw.storeBytes(of: crc.bigEndian, toByteOffset: 17, as: UInt32.self)
            let header = try #require(RecordBatchHeader(UnsafeRawBufferPointer(raw)))
            _ = try fixture.log.append(raw, header, now: 1_000)
        }
        #expect(try fixture.log.offset(atOrAfter: 1_005)?.offset == 0)
    }

    @Test func theIndexOfALongSegmentStaysSmallAndFindsItsWay() {
        var index = SegmentIndex()
        let batches = 200_000
        for batch in 0..<batches {
            index.note(offset: Int64(batch), position: batch * 5_000, maxTimestampBefore: Int64(batch) - 1)
        }
        #expect((SegmentIndex.capacity / 2...SegmentIndex.capacity).contains(index.entries.count))
        for batch in stride(from: 0, to: batches, by: 997) {
            let entry = index.entry(atOrBefore: Int64(batch))
            let distance = entry.map { batch - Int($0.offset) } ?? -1
            #expect((0..<(2 * batches / index.entries.count)).contains(distance))
            #expect(entry?.position == entry.map { Int($0.offset) * 5_000 })
        }
    }

    @Test func offsetsAreFoundByTime() throws {
        let fixture = try PartitionFixture()
        for start in [1_000, 2_000, 3_000] as [Int64] { try fixture.append(10, timestamp: start) }
        #expect(try fixture.log.offset(atOrAfter: 0)?.offset == 0)
        #expect(try fixture.log.offset(atOrAfter: 1_005)?.offset == 5)
        #expect(try fixture.log.offset(atOrAfter: 1_500)?.offset == 10)
        #expect(try fixture.log.offset(atOrAfter: 3_009)?.time == 3_009)
        #expect(try fixture.log.offset(atOrAfter: 3_010) == nil)
        #expect(try fixture.log.offsetOfLargestTime()?.offset == 29)
    }
}
