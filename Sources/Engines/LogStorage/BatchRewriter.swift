internal import KafkaWire

/// Makes a batch anew from some of its records.
///
/// Base offset, last offset delta, producer and sequence stay; count, times, length and checksum follow the records. When
/// deletions are kept for the first time, the base timestamp becomes the time until which they stay, which an attribute
/// says, and the records' times count from there (KIP-534).
struct BatchRewriter {
    private static let deleteHorizonBit: Int16 = 0x40
    private static let codecBits: Int16 = 0x07

    private let header: RecordBatchHeader
    private var records = WireWriter()
    private var maxTimestamp: Int64 = -1
    private var horizon: Int64?
    /// How many records were chosen.
    private(set) var count: Int32 = 0

    /// A batch without records.
    init(header: RecordBatchHeader) { self.header = header }

    /// Whether the batch can stay as it is.
    var keepsAll: Bool { count == header.recordCount && horizon == nil }

    /// Gives the records of a batch, decompressed where need be; none of them when one cannot be read.
    static func withRecords(
        of batch: [UInt8],
        _ header: RecordBatchHeader,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(BatchRefusal) {
        var refusal: BatchRefusal?
        batch.withUnsafeBytes { raw in
            do throws(BatchRefusal) { try RecordBatch.withRecords(of: raw, header, body) } catch { refusal = error }
        }
        if let refusal { throw refusal }
    }

    /// Takes the records that are to stay; deletions that have no such time yet stay until `horizon`.
    mutating func choose(
        from bytes: UnsafeRawBufferPointer,
        horizon: Int64,
        where isKept: (RecordView) -> Bool
    ) {
        let hasNewDeletions = !header.hasDeleteHorizon && Self.hasDeletion(bytes, where: isKept)
        self.horizon = hasNewDeletions ? horizon : nil
        let shift = header.baseTimestamp &- (self.horizon ?? header.baseTimestamp)
        var walker = RecordWalker(bytes)
        while let record = walker.next() {
            guard isKept(record) else { continue }
            count += 1
            maxTimestamp = max(maxTimestamp, header.baseTimestamp &+ record.timestampDelta)
            append(record, bytes, shift)
        }
    }

    private static func hasDeletion(_ bytes: UnsafeRawBufferPointer, where isKept: (RecordView) -> Bool) -> Bool {
        var walker = RecordWalker(bytes)
        while let record = walker.next() {
            if record.valueLength < 0, record.keyLength >= 0, isKept(record) { return true }
        }
        return false
    }

    private mutating func append(_ record: RecordView, _ bytes: UnsafeRawBufferPointer, _ shift: Int64) {
        guard shift != 0 else { return records.raw(bytes[record.start..<record.end]) }
        var body = WireWriter(capacity: record.end - record.start + 10)
        body.int8(0)
        body.varlong(record.timestampDelta &+ shift)
        body.varlong(record.offsetDelta)
        body.raw(bytes[record.keyLengthStart..<record.end])
        records.varlong(Int64(body.bytes.count))
        records.raw(body.bytes)
    }

    /// The new batch, with the codec of the old one.
    func batch(from old: [UInt8]) throws(BatchRefusal) -> [UInt8] {
        var attributes = header.attributes
        var body = records.bytes
        if body.isEmpty {
            attributes &= ~Self.codecBits
        } else if header.codec != 0 {
            body = try Self.compressed(body, codec: header.codec)
        }
        if horizon != nil { attributes |= Self.deleteHorizonBit }
        var batch = Array(old[..<RecordBatchHeader.byteCount]) + body
        let keepsTime = header.hasLogAppendTime || count == 0
        let newest = keepsTime ? header.maxTimestamp : maxTimestamp
        batch.withUnsafeMutableBytes { raw in
            let length = Int32(raw.count - RecordBatchHeader.lengthOverhead)
            raw.storeBytes(of: length.bigEndian, toByteOffset: 8, as: Int32.self)
            raw.storeBytes(of: attributes.bigEndian, toByteOffset: 21, as: Int16.self)
            raw.storeBytes(of: (horizon ?? header.baseTimestamp).bigEndian, toByteOffset: 27, as: Int64.self)
            raw.storeBytes(of: newest.bigEndian, toByteOffset: 35, as: Int64.self)
            raw.storeBytes(of: count.bigEndian, toByteOffset: 57, as: Int32.self)
            let crc = RecordBatch.checksum(UnsafeRawBufferPointer(raw))
            raw.storeBytes(of: crc.bigEndian, toByteOffset: 17, as: UInt32.self)
        }
        return batch
    }

    private static func compressed(_ bytes: [UInt8], codec: Int) throws(BatchRefusal) -> [UInt8] {
        var refusal: BatchRefusal?
        let compressed = bytes.withUnsafeBytes { raw -> [UInt8] in
            do throws(BatchRefusal) { return try Compression.compress(raw, codec: codec) } catch {
                refusal = error
                return []
            }
        }
        if let refusal { throw refusal }
        return compressed
    }
}
