internal import KafkaWire

/// Goes over the batches of a log file from a position, reading headers in small pieces.
///
/// For finding one's way in bytes that are known to be good; ``SegmentRecovery`` is for those that are not.
struct BatchScanner: ~Copyable {
    private static let pieceBytes = 16 << 10

    private let file: LogFile
    private let end: Int
    private let piece: UnsafeMutableRawBufferPointer
    private var pieceStart = 0
    private var pieceCount = 0
    private(set) var position: Int

    /// A scanner from one position to another, both at the borders of batches.
    init(_ file: LogFile, from start: Int, to end: Int) {
        self.file = file
        self.end = end
        position = start
        piece = .allocate(byteCount: Self.pieceBytes, alignment: 16)
    }

    deinit { piece.deallocate() }

    /// The next batch's header and where the batch begins; nil at the end.
    mutating func next() throws(StorageError) -> (header: RecordBatchHeader, position: Int)? {
        guard position < end else { return nil }
        if position < pieceStart || position + RecordBatchHeader.byteCount > pieceStart + pieceCount {
            pieceStart = position
            pieceCount = try file.read(into: piece, at: position)
        }
        let bytes = UnsafeRawBufferPointer(rebasing: piece[(position - pieceStart)..<pieceCount])
        guard let header = RecordBatchHeader(bytes), header.isSane, position + header.totalBytes <= end else {
            throw .corrupt(file.path, "no record batch at byte \(position)")
        }
        defer { position += header.totalBytes }
        return (header, position)
    }
}
