/// The marker that ends a transaction in a partition: a batch of one record that only the broker writes.
package enum ControlBatch {
    /// Builds a marker; offset and leader epoch are stamped when it is appended.
    package static func marker(
        commits: Bool,
        producerID: Int64,
        producerEpoch: Int16,
        timestamp: Int64,
        coordinatorEpoch: Int32 = 0
    ) -> [UInt8] {
        var record = WireWriter(capacity: 32)
        record.int8(0)
        record.varlong(0)
        record.varlong(0)
        record.varlong(4)
        record.int16(0)
        record.int16(commits ? 1 : 0)
        record.varlong(6)
        record.int16(0)
        record.int32(coordinatorEpoch)
        record.varlong(0)
        return batch(record.bytes, producerID: producerID, producerEpoch: producerEpoch, timestamp: timestamp)
    }

    private static func batch(
        _ record: [UInt8],
        producerID: Int64,
        producerEpoch: Int16,
        timestamp: Int64
    ) -> [UInt8] {
        var length = WireWriter(capacity: 4)
        length.varlong(Int64(record.count))
        let body = length.bytes + record
        var writer = WireWriter(capacity: RecordBatchHeader.byteCount + body.count)
        writer.int64(0)
        writer.int32(Int32(RecordBatchHeader.byteCount - RecordBatchHeader.lengthOverhead + body.count))
        writer.int32(0)
        writer.int8(RecordBatchHeader.magic)
        writer.int32(0)
        writer.int16(0x30)
        writer.int32(0)
        writer.int64(timestamp)
        writer.int64(timestamp)
        writer.int64(producerID)
        writer.int16(producerEpoch)
        writer.int32(-1)
        writer.int32(1)
        writer.raw(body)
        let crc = writer.bytes.withUnsafeBytes { RecordBatch.checksum($0) }
        writer.patchInt32(Int32(bitPattern: crc), at: 17)
        return writer.bytes
    }

    /// Whether a marker commits; nil when the bytes are no marker.
    package static func commits(_ batch: UnsafeRawBufferPointer) -> Bool? {
        guard let header = RecordBatchHeader(batch), header.isControl, header.recordCount == 1 else { return nil }
        let records = UnsafeRawBufferPointer(rebasing: batch[RecordBatchHeader.byteCount...])
        var walker = RecordWalker(records)
        guard let record = walker.next(), record.keyLength >= 4 else { return nil }
        return records[record.keyStart + 3] == 1
    }
}
