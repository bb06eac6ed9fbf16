internal import Files
internal import Glibc
internal import KafkaWire
internal import Primitives

/// One file of a partition's log: batches back to back from a base offset on.
///
/// Belongs to the partition's thread. Bytes are only ever added at the end, or cut from the end while nobody was told of
/// them.
final class Segment {
    /// The offset that names the file; the first batch is here or later.
    let baseOffset: Int64
    private let directory: String
    private var openFile: LogFile?
    private var loadedIndex: SegmentIndex?
    /// The bytes of whole batches.
    private(set) var size: Int
    /// The offset after the last batch.
    private(set) var nextOffset: Int64
    /// The largest time of a record, -1 without any.
    private(set) var maxTimestamp: Int64
    /// When the first batch came since the segment was made or opened.
    private(set) var firstAppendTime: Int64?
    /// When the last batch came.
    private(set) var lastWrite: Int64
    /// Whether the index file is there and covers everything.
    private(set) var isSealed: Bool

    /// An empty segment in a new file.
    init(creating baseOffset: Int64, in directory: String) throws(StorageError) {
        self.baseOffset = baseOffset
        self.directory = directory
        size = 0
        nextOffset = baseOffset
        maxTimestamp = -1
        lastWrite = 0
        isSealed = false
        loadedIndex = SegmentIndex()
        try? File.remove(Self.path(directory, baseOffset, "index"))
        let file = try LogFile(path: Self.path(directory, baseOffset, "log"))
        try file.truncate(to: 0)
        openFile = file
    }

    /// A segment as recovery found it.
    init(baseOffset: Int64, in directory: String, found seal: SegmentSeal, isSealed: Bool, file: LogFile?) {
        self.baseOffset = baseOffset
        self.directory = directory
        size = seal.logLength
        nextOffset = seal.nextOffset
        maxTimestamp = seal.maxTimestamp
        lastWrite = Self.modificationTime(Self.path(directory, baseOffset, "log"))
        self.isSealed = isSealed
        loadedIndex = isSealed ? nil : seal.index
        openFile = file
    }

    static func path(_ directory: String, _ baseOffset: Int64, _ kind: String) -> String {
        let digits = String(baseOffset)
        return "\(directory)/\(String(repeating: "0", count: max(0, 20 - digits.count)))\(digits).\(kind)"
    }

    /// The log file's path.
    var logPath: String { Self.path(directory, baseOffset, "log") }
    private var indexPath: String { Self.path(directory, baseOffset, "index") }

    /// The log file, opened when needed.
    func file() throws(StorageError) -> LogFile {
        if let openFile { return openFile }
        let file = try LogFile(path: logPath)
        openFile = file
        return file
    }

    private func index() throws(StorageError) -> SegmentIndex {
        if let loadedIndex { return loadedIndex }
        let index: SegmentIndex
        if let seal = SegmentSeal.read(from: indexPath) {
            index = seal.index
        } else {
            index = try SegmentRecovery.scan(file(), baseOffset: baseOffset).seal.index
        }
        loadedIndex = index
        return index
    }

    private static func modificationTime(_ path: String) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        return Int64(status.st_mtim.tv_sec) * 1000
    }

    // MARK: Writing

    /// Adds one stamped batch at the end; on failure the file is cut back to where it was.
    ///
    /// - Throws: ``StorageError``, with the code `offline` when the file could not be cut back.
    func append(_ bytes: UnsafeRawBufferPointer, _ header: RecordBatchHeader, now: Int64) throws(StorageError) {
        precondition(
            header.baseOffset >= nextOffset && bytes.count == header.totalBytes,
            "batches are appended in order"
        )
        let file = try file()
        if isSealed { unseal() }
        do throws(StorageError) {
            try file.write(bytes, at: size)
        } catch {
            do throws(StorageError) { try file.truncate(to: size) } catch {
                throw .offline(logPath, "a failed write could not be undone (\(error))")
            }
            throw error
        }
        loadedIndex?.note(offset: header.baseOffset, position: size, maxTimestampBefore: maxTimestamp)
        size += bytes.count
        nextOffset = header.nextOffset
        maxTimestamp = max(maxTimestamp, header.maxTimestamp)
        firstAppendTime = firstAppendTime ?? now
        lastWrite = now
    }

    private func unseal() {
        // The index file stays: it still vouches for the bytes before the new batch.
        loadedIndex = loadedIndex ?? (try? index())
        isSealed = false
    }

    /// Writes the index file.
    ///
    /// Only after the log file was flushed: the seal says that it is whole.
    func seal() throws(StorageError) {
        guard !isSealed else { return }
        let seal = SegmentSeal(
            logLength: size,
            nextOffset: nextOffset,
            maxTimestamp: maxTimestamp,
            index: try index()
        )
        try seal.write(to: indexPath)
        isSealed = true
    }

    /// Takes over a rewritten file; who still reads from the old one may finish.
    func replace(with result: Compaction.Result) throws(StorageError) {
        try? File.remove(indexPath)
        do throws(SystemError) { try File.move(result.path, to: logPath) } catch { throw .system(error) }
        openFile = nil
        loadedIndex = nil
        size = result.seal.logLength
        maxTimestamp = result.seal.maxTimestamp
        try result.seal.write(to: indexPath)
    }

    /// Lets go of the descriptor and the index of a sealed segment; both come back when needed.
    func rest() {
        guard isSealed else { return }
        openFile = nil
        loadedIndex = nil
    }

    /// Removes the files; who still reads from the open one may finish.
    func remove() {
        openFile = nil
        try? File.remove(logPath)
        try? File.remove(indexPath)
    }

    // MARK: Finding

    /// The first batch that holds an offset or a later one, from a place known to be before it.
    func locate(_ offset: Int64, from known: Int = 0) throws(StorageError) -> Int {
        let start = max(known, try index().entry(atOrBefore: offset)?.position ?? 0)
        var scanner = BatchScanner(try file(), from: start, to: size)
        while let (header, position) = try scanner.next() {
            if header.lastOffset >= offset { return position }
        }
        return size
    }

    /// The end of the last whole batch within `maximumBytes` of a position, and the base offset after it.
    ///
    /// Nil when not even the first batch fits.
    func boundary(after position: Int, maximumBytes: Int) throws(StorageError) -> (end: Int, next: Int64)? {
        let limit = position + maximumBytes
        let start = max(position, try index().entry(atOrBeforePosition: limit)?.position ?? position)
        var scanner = BatchScanner(try file(), from: start, to: size)
        var found: (end: Int, next: Int64)? = nil
        while let (header, at) = try scanner.next() {
            if at > position { found = (at, header.baseOffset) }
            guard at + header.totalBytes <= limit else { break }
            found = (at + header.totalBytes, header.nextOffset)
        }
        return found
    }

    /// The header of the batch at a position.
    func header(at position: Int) throws(StorageError) -> RecordBatchHeader? {
        var scanner = BatchScanner(try file(), from: position, to: size)
        return try scanner.next()?.header
    }

    /// Calls `body` with each batch's header and position from a place on, until it returns false.
    func forEachBatch(
        from start: Int = 0,
        _ body: (RecordBatchHeader, Int) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var scanner = BatchScanner(try file(), from: start, to: size)
        while let (header, position) = try scanner.next() {
            guard try body(header, position) else { return }
        }
    }

    /// Where to look for the first record of a time or later.
    func placeBefore(time: Int64) throws(StorageError) -> Int {
        try index().entry(beforeTime: time)?.position ?? 0
    }

    /// The bytes of one batch.
    func batchBytes(at position: Int, _ header: RecordBatchHeader) throws(StorageError) -> [UInt8] {
        var failure: StorageError?
        let file = try file()
        let bytes = [UInt8](unsafeUninitializedCapacity: header.totalBytes) { buffer, count in
            do throws(StorageError) {
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position)
            } catch {
                failure = error
                count = 0
            }
        }
        if let failure { throw failure }
        guard bytes.count == header.totalBytes else { throw .corrupt(logPath, "a batch ends beyond the file") }
        return bytes
    }
}
