/// The 61 bytes before the records of a batch of format 2.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 8 | base offset (the broker's, outside the checksum) |
/// | 8 | 4 | bytes after this field |
/// | 12 | 4 | leader epoch (the broker's, outside the checksum) |
/// | 16 | 1 | magic = 2 |
/// | 17 | 4 | CRC-32C of everything from byte 21 on |
/// | 21 | 2 | attributes |
/// | 23 | 4 | last offset delta |
/// | 27 | 8 | base timestamp |
/// | 35 | 8 | largest timestamp |
/// | 43 | 8 | producer id |
/// | 51 | 2 | producer epoch |
/// | 53 | 4 | base sequence |
/// | 57 | 4 | record count |
package struct RecordBatchHeader: Equatable, Sendable {
    /// The size of the header.
    package static let byteCount = 61
    /// The bytes before the length field counts: base offset and the field itself.
    package static let lengthOverhead = 12
    /// The only magic that is stored.
    package static let magic: Int8 = 2

    /// The offset of the first record.
    package var baseOffset: Int64
    /// The bytes after the length field.
    package var batchLength: Int32
    /// The epoch of the leader that took the batch.
    package var leaderEpoch: Int32
    /// The format.
    package var magic: Int8
    /// The checksum.
    package var crc: UInt32
    /// Codec, timestamp type, transactional and control bits.
    package var attributes: Int16
    /// The last record's offset less the first's.
    package var lastOffsetDelta: Int32
    /// The time that the records' deltas count from.
    package var baseTimestamp: Int64
    /// The largest time of a record.
    package var maxTimestamp: Int64
    /// Who wrote it, -1 when unknown.
    package var producerID: Int64
    /// The writer's epoch.
    package var producerEpoch: Int16
    /// The first record's sequence number, -1 when there is none.
    package var baseSequence: Int32
    /// How many records there are.
    package var recordCount: Int32

    /// Reads a header, whatever it says; nil when the bytes are too few.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount else { return nil }
        func load<Value: FixedWidthInteger>(_ offset: Int, _ type: Value.Type) -> Value {
            Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        baseOffset = load(0, Int64.self)
        batchLength = load(8, Int32.self)
        leaderEpoch = load(12, Int32.self)
        magic = load(16, Int8.self)
        crc = load(17, UInt32.self)
        attributes = load(21, Int16.self)
        lastOffsetDelta = load(23, Int32.self)
        baseTimestamp = load(27, Int64.self)
        maxTimestamp = load(35, Int64.self)
        producerID = load(43, Int64.self)
        producerEpoch = load(51, Int16.self)
        baseSequence = load(53, Int32.self)
        recordCount = load(57, Int32.self)
    }

    /// The size of the whole batch.
    package var totalBytes: Int { Self.lengthOverhead + Int(batchLength) }
    /// The offset after the batch.
    package var nextOffset: Int64 { baseOffset + Int64(lastOffsetDelta) + 1 }
    /// The offset of the last record.
    package var lastOffset: Int64 { baseOffset + Int64(lastOffsetDelta) }
    /// The codec's number: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    package var codec: Int { Int(attributes & 7) }
    /// Whether the broker decided the time.
    package var hasLogAppendTime: Bool { attributes & 0x08 != 0 }
    /// Whether it belongs to a transaction.
    package var isTransactional: Bool { attributes & 0x10 != 0 }
    /// Whether it is a marker of the broker's own.
    package var isControl: Bool { attributes & 0x20 != 0 }
    /// Whether the base timestamp is a delete horizon.
    package var hasDeleteHorizon: Bool { attributes & 0x40 != 0 }
    /// The last record's sequence number; they count on from the largest to 0.
    package var lastSequence: Int32 { Self.sequence(baseSequence, plus: lastOffsetDelta) }

    /// The sequence number that many records later.
    package static func sequence(_ first: Int32, plus count: Int32) -> Int32 {
        Int32((Int64(first) + Int64(count)) % (Int64(Int32.max) + 1))
    }

    /// Whether sizes and magic are such that the header can be believed.
    package var isSane: Bool {
        magic == Self.magic && batchLength >= Self.byteCount - Self.lengthOverhead && lastOffsetDelta >= 0
            && baseOffset >= 0 && recordCount >= 0
    }
}
