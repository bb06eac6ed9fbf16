internal import CPlatform
internal import Execution
internal import LogStorage

/// Brings parts of files into the page cache, on threads that may wait for the disk.
///
/// `sendfile` waits where a page is missing, and with it every client of the thread that calls it. So a part that is
/// not in memory is read here first: who reads old records waits for the disk, and nobody else does.
final class FileWarmer: Sendable {
    private static let probeBytes = 128 << 10
    private static let pieceBytes = 256 << 10

    private let pool = BlockingPool(name: "log-reader", threads: 2)

    /// Whether a part of a file seems to be in memory: looked at every 128 KiB, since the system reads in long runs.
    static func isWarm(_ file: LogFile, at position: Int, _ length: Int) -> Bool {
        var probe = position
        while probe < position + length {
            guard martlet_is_cached(file.descriptor, Int64(probe)) != 0 else { return false }
            probe += probeBytes
        }
        return martlet_is_cached(file.descriptor, Int64(position + max(0, length - 1))) != 0
    }

    /// Reads a part, and calls `done` on a thread of its own, also when it could not be read.
    func warm(_ file: LogFile, at position: Int, _ length: Int, done: @escaping @Sendable () -> Void) {
        pool.submit {
            Self.read(file, from: position, to: position + length)
            done()
        }
    }

    private static func read(_ file: LogFile, from start: Int, to end: Int) {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        var position = start
        while position < end {
            let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(pieceBytes, end - position)])
            // What cannot be read cannot be sent either: there the failure is met again, and told.
            guard let count = try? file.read(into: part, at: position), count > 0 else { return }
            position += count
        }
    }
}
