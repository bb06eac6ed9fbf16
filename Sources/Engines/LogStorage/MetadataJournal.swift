internal import CPlatform
internal import Files
internal import KafkaWire
internal import Primitives
internal import Telemetry

/// The file that holds ``MetadataState`` as the changes that led to it.
///
/// Layout: the magic `MLTJRNL1`; then entries, each the length of its content (4 bytes, big-endian), the CRC-32C of its
/// content (4 bytes), and the content: an array of records. An entry counts whole or not at all. The file is rewritten
/// as a snapshot when most of it is history.
final class MetadataJournal {
    private static let magic: [UInt8] = Array("MLTJRNL1".utf8)
    private static let headerBytes = 8
    private static let smallestRewrite = 4 << 20
    private static let largestFile = 1 << 30
    private static let logger = Logger(label: "log")

    private let path: String
    private(set) var file: LogFile
    private var size: Int
    private var sizeAfterRewrite: Int
    private var isInDoubt = false
    /// What the entries add up to.
    private(set) var state: MetadataState

    /// Opens the journal, cutting it at the first entry that is not whole.
    init(path: String) throws(StorageError) {
        self.path = path
        let bytes: [UInt8]
        if File.exists(path) {
            do throws(SystemError) { bytes = try File.read(path, limit: Self.largestFile) } catch {
                throw .system(error)
            }
        } else {
            bytes = []
        }
        let isNew = bytes.count < Self.magic.count
        guard isNew || Array(bytes.prefix(8)) == Self.magic else {
            throw .corrupt(path, "this is not a journal of the log; move it away or choose another data folder")
        }
        let (state, end) = isNew ? (MetadataState(), 0) : Self.replay(bytes)
        self.state = state
        size = end
        sizeAfterRewrite = end
        file = try LogFile(path: path)
        if isNew { try begin() } else if end < bytes.count { try cut(to: end, of: bytes.count) }
    }

    private func begin() throws(StorageError) {
        try file.truncate(to: 0)
        try write(Self.magic, at: 0)
        size = Self.magic.count
        try file.synchronize()
        do throws(SystemError) { try Directory.synchronize(Directory.parent(of: path)) } catch { throw .system(error) }
    }

    private func cut(to end: Int, of length: Int) throws(StorageError) {
        Self.logger.warning("journal cut at the first bad entry", ["file": path, "from": "\(length)", "to": "\(end)"])
        try file.truncate(to: end)
        try file.synchronize()
    }

    private static func replay(_ bytes: [UInt8]) -> (MetadataState, end: Int) {
        var state = MetadataState()
        var position = magic.count
        bytes.withUnsafeBytes { raw in
            while position + headerBytes <= raw.count {
                let length = Int(UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
                let crc = UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
                let end = position + headerBytes + length
                guard length > 0, end <= raw.count else { return }
                let content = UnsafeRawBufferPointer(rebasing: raw[(position + headerBytes)..<end])
                guard martlet_crc32c(0, content.baseAddress, content.count) == crc,
                    let records = try? records(content)
                else { return }
                for record in records { state.apply(record) }
                position = end
            }
        }
        return (state, position)
    }

    private static func records(_ content: UnsafeRawBufferPointer) throws(WireError) -> [MetadataRecord] {
        var reader = WireReader(content, flexible: true)
        return try reader.array(MetadataRecord.init(from:))
    }

    /// Appends records as one entry and applies them; on failure neither happens.
    func append(_ records: [MetadataRecord]) throws(StorageError) {
        if isInDoubt { try recoverFromFailedFlush() }
        let entry = Self.entry(records)
        do throws(StorageError) {
            try write(entry, at: size)
        } catch {
            do throws(StorageError) { try file.truncate(to: size) } catch {
                throw .offline(path, "a failed write could not be undone (\(error))")
            }
            throw error
        }
        size += entry.count
        for record in records { state.apply(record) }
        if size > max(Self.smallestRewrite, sizeAfterRewrite * 4) { rewrite() }
    }

    private static func entry(_ records: [MetadataRecord]) -> [UInt8] {
        var writer = WireWriter(flexible: true)
        writer.int32(0)
        writer.int32(0)
        writer.array(records) { writer, record in record.encode(into: &writer) }
        let crc = writer.bytes.withUnsafeBytes { raw in
            martlet_crc32c(0, raw.baseAddress?.advanced(by: headerBytes), raw.count - headerBytes)
        }
        writer.patchInt32(Int32(writer.bytes.count - headerBytes), at: 0)
        writer.patchInt32(Int32(bitPattern: crc), at: 4)
        return writer.bytes
    }

    /// Notes that a flush failed: what the file holds is not known until it was written anew.
    ///
    /// That is tried at once, and before every change until it succeeds.
    func flushFailed() {
        isInDoubt = true
        rewrite()
    }

    private func recoverFromFailedFlush() throws(StorageError) {
        rewrite()
        guard !isInDoubt else { throw .offline(path, "the journal could not be flushed nor written anew") }
    }

    /// Replaces the history by a snapshot; when that fails the history stays.
    private func rewrite() {
        let bytes = Self.magic + state.snapshot.flatMap { Self.entry([$0]) }
        do {
            try File.replace(path, with: bytes)
            file = try LogFile(path: path)
            size = bytes.count
            isInDoubt = false
        } catch {
            Self.logger.warning("journal not rewritten", ["file": path, "reason": "\(error)"])
        }
        sizeAfterRewrite = size
    }

    private func write(_ bytes: [UInt8], at position: Int) throws(StorageError) {
        var failure: StorageError?
        bytes.withUnsafeBytes { raw in
            do throws(StorageError) { try file.write(raw, at: position) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
