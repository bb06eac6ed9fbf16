/// How records reach ``ProducerCore/produce(topic:partition:timestampMilliseconds:key:value:headers:opaque:)``.
extension ProducerCore {
    /// Queues a record.
    func produce(_ record: ProducerRecord, opaque: UnsafeMutableRawPointer) throws(StreamError) {
        let topic = try topic(record.topic)
        try withBytes(record.key) { key throws(StreamError) in
            try withBytes(record.value) { value throws(StreamError) in
                try produce(
                    topic: topic,
                    partition: record.partition ?? -1,
                    timestampMilliseconds: record.timestampMilliseconds ?? 0,
                    key: key,
                    value: value,
                    headers: record.headers,
                    opaque: opaque
                )
            }
        }
    }

    /// Queues the records of a batch, counting in `taken` those that were.
    func produce(_ batch: ProducerBatch, delivery: Delivery, taken: inout Int) throws(StreamError) {
        let topic = try topic(batch.topic)
        var count = 0
        defer { taken = count }
        try withBytes(batch.bytes) { bytes throws(StreamError) in
            guard let bytes else { return }
            for entry in batch.entries {
                let start = entry.start + max(0, entry.keyLength)
                let value = UnsafeRawBufferPointer(rebasing: bytes[start..<start + entry.valueLength])
                let key = entry.keyLength < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[entry.start..<start])
                try produce(
                    topic: topic,
                    partition: entry.partition,
                    timestampMilliseconds: entry.timestampMilliseconds,
                    key: key,
                    value: value,
                    headers: batch.headers,
                    opaque: delivery.opaque(count)
                )
                count += 1
            }
        }
    }

    private func withBytes(
        _ bytes: [UInt8]?,
        _ body: (UnsafeRawBufferPointer?) throws(StreamError) -> Void
    ) throws(StreamError) {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBufferPointer { buffer throws(StreamError) in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
