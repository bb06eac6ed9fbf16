internal import KafkaWire

/// What a partition knows of the producers that number their batches.
///
/// A pure value: equal to what replaying the log's batches gives. Kept in a snapshot file beside the segments so that
/// opening replays only the tail.
struct ProducerTable: Equatable {
    /// How many batches of a producer are remembered: as many as an idempotent client keeps in flight.
    static let window = 5

    /// One batch that was taken.
    struct Batch: Equatable {
        /// Its first sequence number.
        let firstSequence: Int32
        /// Its last sequence number.
        let lastSequence: Int32
        /// Its first offset.
        let baseOffset: Int64
        /// Its last offset.
        let lastOffset: Int64
    }

    /// One producer.
    struct Producer: Equatable {
        /// Its epoch.
        var epoch: Int16
        /// Its last batches, the oldest first; empty after an aborted transaction.
        var batches: [Batch]
        /// The time of its last batch.
        var lastTimestamp: Int64
        /// Where its open transaction begins.
        var transactionStart: Int64?
    }

    /// What to do with a batch.
    enum Verdict: Equatable {
        case append
        case duplicate(baseOffset: Int64)
        case refuse(KafkaErrorCode, String)
    }

    /// The producers by id.
    private(set) var producers: [Int64: Producer] = [:]

    /// The first offset of the oldest open transaction.
    private(set) var firstOpenOffset: Int64?

    /// Judges a batch of a producer by its epoch and sequence numbers; changes nothing.
    func judge(_ header: RecordBatchHeader) -> Verdict {
        guard let known = producers[header.producerID] else { return .append }
        if header.producerEpoch < known.epoch {
            return .refuse(.invalidProducerEpoch, "epoch \(header.producerEpoch) is over, \(known.epoch) is current")
        }
        if header.producerEpoch > known.epoch {
            guard header.baseSequence == 0 else {
                return .refuse(.outOfOrderSequence, "a new epoch begins with sequence \(header.baseSequence), not 0")
            }
            return .append
        }
        let repeated = known.batches.last {
            $0.firstSequence == header.baseSequence && $0.lastSequence == header.lastSequence
        }
        if let repeated { return .duplicate(baseOffset: repeated.baseOffset) }
        guard let last = known.batches.last else { return .append }
        let expected = RecordBatchHeader.sequence(last.lastSequence, plus: 1)
        guard header.baseSequence == expected else {
            return .refuse(.outOfOrderSequence, "sequence \(header.baseSequence) comes where \(expected) is expected")
        }
        return .append
    }

    /// Remembers a batch that entered the log.
    ///
    /// - Returns: for a marker, where the transaction that it ended began.
    @discardableResult
    mutating func record(_ header: RecordBatchHeader, marker commits: Bool?) -> Int64? {
        guard header.producerID >= 0 else { return nil }
        var producer =
            producers[header.producerID]
            ?? Producer(epoch: header.producerEpoch, batches: [], lastTimestamp: 0, transactionStart: nil)
        if header.producerEpoch > producer.epoch { producer.batches = [] }
        producer.epoch = max(producer.epoch, header.producerEpoch)
        producer.lastTimestamp = max(producer.lastTimestamp, header.maxTimestamp)
        defer { store(producer, header.producerID) }
        guard let commits else {
            remember(header, in: &producer)
            return nil
        }
        defer { producer.transactionStart = nil }
        // A client may use the numbers of an aborted batch again: they must not look like a repetition.
        if !commits { producer.batches = [] }
        return producer.transactionStart
    }

    private func remember(_ header: RecordBatchHeader, in producer: inout Producer) {
        if header.baseSequence >= 0 {
            producer.batches.append(
                Batch(
                    firstSequence: header.baseSequence,
                    lastSequence: header.lastSequence,
                    baseOffset: header.baseOffset,
                    lastOffset: header.lastOffset
                )
            )
            if producer.batches.count > Self.window { producer.batches.removeFirst() }
        }
        if header.isTransactional && producer.transactionStart == nil { producer.transactionStart = header.baseOffset }
    }

    private mutating func store(_ producer: Producer, _ id: Int64) {
        let before = producers.updateValue(producer, forKey: id)?.transactionStart
        if before != producer.transactionStart {
            firstOpenOffset = producers.values.lazy.compactMap(\.transactionStart).min()
        }
    }

    /// Forgets producers that have been silent since a time and have no open transaction.
    mutating func expire(before time: Int64) {
        producers = producers.filter { $0.value.lastTimestamp >= time || $0.value.transactionStart != nil }
    }

    // MARK: Snapshots

    private static let magic: [UInt8] = Array("MLTPRD01".utf8)

    /// Writes the table as it is when the log ends at `offset`.
    ///
    /// Layout, big-endian: magic `MLTPRD01`, offset, producer count; for each producer id, epoch, last timestamp, start
    /// of its transaction (-1 for none), batch count and the batches; then the CRC-32C of all before it.
    func write(to path: String, at offset: Int64) throws(StorageError) {
        var writer = WireWriter(capacity: 64 + producers.count * 160)
        writer.raw(Self.magic)
        writer.int64(offset)
        writer.int32(Int32(producers.count))
        for (id, producer) in producers.sorted(by: { $0.key < $1.key }) {
            writer.int64(id)
            writer.int16(producer.epoch)
            writer.int64(producer.lastTimestamp)
            writer.int64(producer.transactionStart ?? -1)
            writer.array(producer.batches) { writer, batch in
                writer.int32(batch.firstSequence)
                writer.int32(batch.lastSequence)
                writer.int64(batch.baseOffset)
                writer.int64(batch.lastOffset)
            }
        }
        try Checksummed.write(writer, to: path)
    }

    /// Reads a snapshot; nil when there is none that can be trusted.
    static func read(from path: String) -> (table: ProducerTable, offset: Int64)? {
        guard let bytes = Checksummed.read(path) else { return nil }
        return bytes.withUnsafeBytes { raw in
            var reader = WireReader(raw)
            return try? decode(&reader)
        }
    }

    private static func decode(_ reader: inout WireReader) throws(WireError) -> (table: ProducerTable, offset: Int64)? {
        guard try reader.bytes(8) == magic else { return nil }
        let offset = try reader.int64()
        var table = ProducerTable()
        for _ in 0..<(try reader.int32()) {
            let id = try reader.int64()
            let epoch = try reader.int16()
            let timestamp = try reader.int64()
            let start = try reader.int64()
            let batches = try reader.array { reader throws(WireError) in
                Batch(
                    firstSequence: try reader.int32(),
                    lastSequence: try reader.int32(),
                    baseOffset: try reader.int64(),
                    lastOffset: try reader.int64()
                )
            }
            let producer = Producer(
                epoch: epoch,
                batches: batches,
                lastTimestamp: timestamp,
                transactionStart: start < 0 ? nil : start
            )
            table.store(producer, id)
        }
        return (table, offset)
    }
}
