import KafkaWire
import Testing

/// Opening batches whose inside nobody has looked at before.
struct BatchRecordsTests {
    private func batch(offsets: [Int64], claiming count: Int32, leftOver: [UInt8] = []) throws -> [UInt8] {
        var records = WireWriter()
        for offset in offsets {
            var record = WireWriter()
            record.int8(0)
            record.varlong(0)
            record.varlong(offset)
            for _ in 0..<2 { record.varlong(-1) }
            record.varlong(0)
            records.varlong(Int64(record.bytes.count))
            records.raw(record.bytes)
        }
        records.raw(leftOver)
        let body = try records.bytes.withUnsafeBytes { try Compression.compress($0, codec: 4) }
        var batch = Array(makeBatch(values: ["x"], attributes: 4).prefix(RecordBatchHeader.byteCount)) + body
        batch.withUnsafeMutableBytes { raw in
            raw.storeBytes(of: Int32(raw.count - 12).bigEndian, toByteOffset: 8, as: Int32.self)
            raw.storeBytes(of: (count - 1).bigEndian, toByteOffset: 23, as: Int32.self)
            raw.storeBytes(of: count.bigEndian, toByteOffset: 57, as: Int32.self)
        }
        return checksummed(batch)
    }

    private func offsets(in batch: [UInt8]) throws -> [Int64] {
        try batch.withUnsafeBytes { raw in
            let header = try RecordBatch.inspect(raw).header
            return try RecordBatch.withRecords(of: raw, header) { records in
                var walker = RecordWalker(records)
                var found: [Int64] = []
                while let record = walker.next() { found.append(record.offsetDelta) }
                return found
            }
        }
    }

    @Test func theRecordsOfACompressedBatchAreGiven() throws {
        #expect(try offsets(in: try batch(offsets: [0, 1, 2], claiming: 3)) == [0, 1, 2])
    }

    @Test(arguments: [
        [0, 1], [0, 1, 2, 3], [0, 2, 1], [0, 1, 1], [0, 1, 3], [-1, 0, 1], [0, 1, Int64.max], [Int64.min, 0, 1], [],
    ])
    func aCompressedBatchThatIsNotWhatItClaimsIsRefused(offsets: [Int64]) throws {
        let refusal = #expect(throws: BatchRefusal.self) {
            try self.offsets(in: try batch(offsets: offsets, claiming: 3))
        }
        #expect(refusal?.code == .corruptMessage)
    }

    @Test func bytesAfterTheLastRecordAreRefused() throws {
        #expect(throws: BatchRefusal.self) {
            try offsets(in: try batch(offsets: [0, 1, 2], claiming: 3, leftOver: [0]))
        }
    }
}
