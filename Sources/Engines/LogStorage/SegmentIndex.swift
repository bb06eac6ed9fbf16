internal import Files
internal import KafkaWire
internal import Primitives
internal import CPlatform

/// Where some batches of a segment begin: about one in 32 KiB, and fewer in a long segment.
///
/// Its memory is bounded, since each partition keeps that of its active segment: when it is full, every other entry goes.
struct SegmentIndex {
    /// The most entries.
    static let capacity = 1_024
    /// The bytes of log between two entries, as long as there are few.
    private var interval = 32 << 10

    /// One batch.
    struct Entry: Equatable {
        /// The batch's base offset.
        let offset: Int64
        /// Where it begins in the file.
        let position: Int
        /// The largest time of all batches before it.
        let maxTimestampBefore: Int64
    }

    /// The entries in order; the first stands for the first batch.
    private(set) var entries: [Entry] = []

    /// Adds a batch when the last entry is far enough behind.
    mutating func note(offset: Int64, position: Int, maxTimestampBefore: Int64) {
        if let last = entries.last {
            precondition(offset > last.offset && position > last.position, "batches are indexed in order")
            guard position - last.position >= interval else { return }
        }
        if entries.count == Self.capacity { thin() }
        entries.append(Entry(offset: offset, position: position, maxTimestampBefore: maxTimestampBefore))
    }

    /// The last entry at or before an offset.
    func entry(atOrBefore offset: Int64) -> Entry? { last { $0.offset <= offset } }

    /// The last entry at or before a position.
    func entry(atOrBeforePosition position: Int) -> Entry? { last { $0.position <= position } }

    /// The last entry before which every record is older than a time.
    func entry(beforeTime time: Int64) -> Entry? { last { $0.maxTimestampBefore < time } }

    /// Drops entries that a cut at a position took away.
    mutating func cut(at position: Int) { entries.removeAll { $0.position >= position } }

    private mutating func thin() {
        interval *= 2
        entries = stride(from: 0, to: entries.count, by: 2).map { entries[$0] }
    }

    private func last(where holds: (Entry) -> Bool) -> Entry? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if holds(entries[middle]) { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? entries[low - 1] : nil
    }
}

/// The index file of a segment, which is also the seal that its log file is durable up to a length.
///
/// Written only after the log file was flushed, so that opening may trust everything below ``logLength`` unread.
/// Layout, big-endian: magic `MLTIDX01`, log length, next offset, largest timestamp, entry count (8 bytes each), then
/// 24 bytes for each entry (offset, position, largest timestamp before), then the CRC-32C of all before it (4 bytes).
/// The file is a cache: missing or damaged, the log file is read instead.
struct SegmentSeal {
    private static let magic: [UInt8] = Array("MLTIDX01".utf8)

    /// The bytes of the log file that are covered.
    var logLength: Int
    /// The offset after them.
    var nextOffset: Int64
    /// The largest time in them.
    var maxTimestamp: Int64
    /// Where batches begin.
    var index: SegmentIndex

    /// Writes the file.
    func write(to path: String) throws(StorageError) {
        var writer = WireWriter(capacity: 64 + index.entries.count * 24)
        writer.raw(Self.magic)
        writer.int64(Int64(logLength))
        writer.int64(nextOffset)
        writer.int64(maxTimestamp)
        writer.int64(Int64(index.entries.count))
        for entry in index.entries {
            writer.int64(entry.offset)
            writer.int64(Int64(entry.position))
            writer.int64(entry.maxTimestampBefore)
        }
        try Checksummed.write(writer, to: path)
    }

    /// Reads the file; nil when there is none that can be trusted.
    static func read(from path: String) -> SegmentSeal? {
        guard let bytes = Checksummed.read(path) else { return nil }
        return bytes.withUnsafeBytes { raw in
            var reader = WireReader(raw)
            return try? decode(&reader)
        }
    }

    private static func decode(_ reader: inout WireReader) throws(WireError) -> SegmentSeal? {
        guard try reader.bytes(8) == magic else { return nil }
        let length = try reader.int64()
        let next = try reader.int64()
        let maxTimestamp = try reader.int64()
        let count = try reader.int64()
        guard length >= 0, count >= 0, count * 24 == reader.remaining else { return nil }
        var index = SegmentIndex()
        var last: (offset: Int64, position: Int64) = (-1, -1)
        for _ in 0..<count {
            let entry = (offset: try reader.int64(), position: try reader.int64())
            let before = try reader.int64()
            guard entry.offset > last.offset, entry.position > last.position, entry.position < length else {
                return nil
            }
            index.note(offset: entry.offset, position: Int(entry.position), maxTimestampBefore: before)
            last = entry
        }
        return SegmentSeal(logLength: Int(length), nextOffset: next, maxTimestamp: maxTimestamp, index: index)
    }
}

/// Small files that carry their own checksum at the end.
enum Checksummed {
    /// Writes the file in one go, with the checksum after the content.
    static func write(_ content: WireWriter, to path: String) throws(StorageError) {
        var writer = content
        writer.int32(Int32(bitPattern: content.bytes.withUnsafeBytes { martlet_crc32c(0, $0.baseAddress, $0.count) }))
        let temporary = path + ".new"
        let file = try LogFile(path: temporary)
        try file.truncate(to: 0)
        var failure: StorageError?
        writer.bytes.withUnsafeBytes { bytes in
            do throws(StorageError) { try file.write(bytes, at: 0) } catch { failure = error }
        }
        if let failure {
            try? File.remove(temporary)
            throw failure
        }
        do { try File.move(temporary, to: path) } catch { throw .system(error) }
    }

    /// The content without the checksum; nil when the file is missing, too large or damaged.
    static func read(_ path: String) -> [UInt8]? {
        guard let bytes = try? File.read(path, limit: 64 << 20), bytes.count >= 4 else { return nil }
        return bytes.withUnsafeBytes { raw in
            let content = UnsafeRawBufferPointer(rebasing: raw[..<(raw.count - 4)])
            let stored = UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: raw.count - 4, as: UInt32.self))
            return martlet_crc32c(0, content.baseAddress, content.count) == stored ? Array(content) : nil
        }
    }
}
