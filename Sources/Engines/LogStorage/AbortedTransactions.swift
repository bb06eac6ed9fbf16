internal import Files
internal import KafkaWire

/// The aborted transactions of a partition, for readers that want only committed records.
///
/// One small file in the partition's folder, rewritten when a segment is closed and when the partition closes; what came
/// later is found again in the batches.
struct AbortedTransactions: Equatable {
    /// One of them.
    struct Entry: Equatable {
        /// Who wrote it.
        let producerID: Int64
        /// Its first record here.
        let firstOffset: Int64
        /// Its marker.
        let lastOffset: Int64
    }

    private static let magic: [UInt8] = Array("MLTABT01".utf8)

    /// In the order of their markers.
    private(set) var entries: [Entry] = []

    /// Adds one.
    mutating func append(_ entry: Entry) { entries.append(entry) }

    /// Those that overlap a range of offsets.
    func overlapping(_ range: Range<Int64>) -> [FetchResponse.AbortedTransaction] {
        entries.lazy.filter { $0.lastOffset >= range.lowerBound && $0.firstOffset < range.upperBound }
            .map { FetchResponse.AbortedTransaction(producerID: $0.producerID, firstOffset: $0.firstOffset) }
    }

    /// Drops those whose marker lies outside what is kept.
    mutating func keep(_ range: Range<Int64>) { entries.removeAll { !range.contains($0.lastOffset) } }

    /// Writes the file.
    func write(to path: String) throws(StorageError) {
        guard !entries.isEmpty || File.exists(path) else { return }
        var writer = WireWriter(capacity: 32 + entries.count * 24)
        writer.raw(Self.magic)
        writer.array(entries) { writer, entry in
            writer.int64(entry.producerID)
            writer.int64(entry.firstOffset)
            writer.int64(entry.lastOffset)
        }
        try Checksummed.write(writer, to: path)
    }

    /// Reads the file; empty when there is none that can be trusted.
    static func read(from path: String) -> AbortedTransactions? {
        guard let bytes = Checksummed.read(path) else { return nil }
        return bytes.withUnsafeBytes { raw in
            var reader = WireReader(raw)
            return try? decode(&reader)
        }
    }

    private static func decode(_ reader: inout WireReader) throws(WireError) -> AbortedTransactions? {
        guard try reader.bytes(8) == magic else { return nil }
        var aborted = AbortedTransactions()
        aborted.entries = try reader.array { reader throws(WireError) in
            Entry(
                producerID: try reader.int64(),
                firstOffset: try reader.int64(),
                lastOffset: try reader.int64()
            )
        }
        return aborted
    }
}
