import KafkaWire
import Testing

/// A batch of uncompressed records, built by hand as a producer would.
func makeBatch(
    values: [String],
    keys: [String?] = [],
    producerID: Int64 = -1,
    epoch: Int16 = -1,
    sequence: Int32 = -1,
    baseTimestamp: Int64 = 1_000,
    attributes: Int16 = 0
) -> [UInt8] {
    var records = WireWriter()
    for (index, value) in values.enumerated() {
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
        record.varlong(Int64(value.utf8.count))
        record.raw(value.utf8)
        record.varlong(0)
        records.varlong(Int64(record.bytes.count))
        records.raw(record.bytes)
    }
    var writer = WireWriter()
    writer.int64(0)
    writer.int32(Int32(49 + records.bytes.count))
    writer.int32(-1)
    writer.int8(2)
    writer.int32(0)
    writer.int16(attributes)
    writer.int32(Int32(values.count - 1))
    writer.int64(baseTimestamp)
    writer.int64(baseTimestamp + Int64(values.count - 1))
    writer.int64(producerID)
    writer.int16(epoch)
    writer.int32(sequence)
    writer.int32(Int32(values.count))
    writer.raw(records.bytes)
    return checksummed(writer.bytes)
}

/// The same bytes with the checksum that belongs to them.
func checksummed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let crc = bytes.withUnsafeBytes { RecordBatch.checksum($0) }
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: crc.bigEndian, toByteOffset: 17, as: UInt32.self) }
    return bytes
}

struct RecordBatchTests {
    private func requirements(
        maximumBytes: Int = 1_000_000,
        keys: Bool = false,
        timestamps: ClosedRange<Int64> = Int64.min...Int64.max,
        zstandard: Bool = true
    ) -> BatchRequirements {
        BatchRequirements(
            maximumBytes: maximumBytes,
            keysRequired: keys,
            timestamps: timestamps,
            allowsZstandard: zstandard
        )
    }

    private func refusal(_ bytes: [UInt8], _ requirements: BatchRequirements) -> KafkaErrorCode? {
        bytes.withUnsafeBytes { raw in
            do throws(BatchRefusal) {
                _ = try RecordBatch.validate(raw, requirements)
                return nil
            } catch { return error.code }
        }
    }

    @Test func aWholeBatchIsTaken() {
        #expect(refusal(makeBatch(values: ["a", "b", "c"]), requirements()) == nil)
    }

    @Test func anyChangedByteOfTheContentIsNoticed() {
        let batch = makeBatch(values: ["value"])
        for index in 21..<batch.count {
            var damaged = batch
            damaged[index] ^= 0x40
            #expect(refusal(damaged, requirements()) == .corruptMessage)
        }
    }

    @Test func everyCutOfABatchIsRefused() {
        let batch = makeBatch(values: ["value", "other"])
        for count in 0..<batch.count { #expect(refusal(Array(batch[..<count]), requirements()) != nil) }
    }

    @Test func twoBatchesInOneAreRefused() {
        let batch = makeBatch(values: ["a"])
        #expect(refusal(batch + batch, requirements()) == .invalidRecord)
    }

    @Test func countsThatDisagreeAreRefused() {
        var batch = makeBatch(values: ["a", "b"])
        batch[60] = 3
        #expect(refusal(checksummed(batch), requirements()) == .invalidRecord)
        batch[26] = 2
        #expect(refusal(checksummed(batch), requirements()) == .invalidRecord)
    }

    @Test func limitsAndRulesOfTheTopicAreKept() {
        let batch = makeBatch(values: ["a", "b"], keys: ["k", nil])
        #expect(refusal(batch, requirements(maximumBytes: batch.count - 1)) == .messageTooLarge)
        #expect(refusal(batch, requirements(keys: true)) == .invalidRecord)
        #expect(refusal(batch, requirements(timestamps: 5_000...6_000)) == .invalidTimestamp)
        #expect(refusal(makeBatch(values: ["a"], attributes: 0x20), requirements()) == .invalidRecord)
        #expect(
            refusal(makeBatch(values: ["a"], attributes: 4), requirements(zstandard: false))
                == .unsupportedCompressionType
        )
        #expect(refusal(makeBatch(values: ["a"], attributes: 5), requirements()) == .unsupportedCompressionType)
        #expect(refusal(makeBatch(values: ["a"], producerID: 7, epoch: 0), requirements()) == .invalidRecord)
    }

    @Test func anOldFormatIsNamed() {
        var batch = makeBatch(values: ["a"])
        batch[16] = 1
        #expect(refusal(batch, requirements()) == .invalidRecord)
    }

    @Test func stampingLeavesTheChecksumRight() {
        var batch = makeBatch(values: ["a", "b"])
        batch.withUnsafeMutableBytes { raw in
            RecordBatch.stamp(raw, baseOffset: 41, leaderEpoch: 3)
            RecordBatch.stampAppendTime(raw, milliseconds: 99_000)
        }
        #expect(refusal(batch, requirements()) == nil)
        let header = batch.withUnsafeBytes { RecordBatchHeader($0) }
        #expect(header?.baseOffset == 41)
        #expect(header?.nextOffset == 43)
        #expect(header?.leaderEpoch == 3)
        #expect(header?.hasLogAppendTime == true)
        #expect(header?.maxTimestamp == 99_000)
    }

    @Test func sequenceNumbersGoOnFromTheLargestToZero() {
        #expect(RecordBatchHeader.sequence(.max, plus: 1) == 0)
        #expect(RecordBatchHeader.sequence(.max - 1, plus: 3) == 1)
    }

    @Test(arguments: [true, false])
    func markersSayWhatTheyAre(commits: Bool) throws {
        let marker = ControlBatch.marker(commits: commits, producerID: 9, producerEpoch: 2, timestamp: 5)
        try marker.withUnsafeBytes { raw in
            let header = try #require(RecordBatchHeader(raw))
            #expect(header.isControl && header.isTransactional)
            #expect(header.totalBytes == marker.count)
            #expect(header.crc == RecordBatch.checksum(raw))
            #expect(header.producerID == 9 && header.producerEpoch == 2)
            #expect(ControlBatch.commits(raw) == commits)
        }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 40, 4_096])
    func theChecksumIsCastagnolis(count: Int) {
        let bytes = (0..<(61 + count)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let expected = ~bytes[21...].reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in (value >> 1) ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
        }
        #expect(bytes.withUnsafeBytes { RecordBatch.checksum($0) } == expected)
    }
}
