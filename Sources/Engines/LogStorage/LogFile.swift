internal import Files
internal import Glibc
internal import Primitives

/// An open file of the log, shared by the loop that writes it, the flusher, and answers still being sent from it.
///
/// The file closes when the last of them lets go, so a segment that retention unlinks stays readable to the end.
package final class LogFile: Sendable {
    private let file: FileDescriptor

    /// The path that it was opened with.
    package var path: String { file.path }
    /// The descriptor, valid as long as this object lives.
    package var descriptor: Int32 { file.number }

    /// Opens a file, making it where it is missing.
    init(path: String) throws(StorageError) {
        do { file = try FileDescriptor(path: path, mode: .readWrite) } catch { throw .system(error) }
    }

    /// The length of the file.
    func length() throws(StorageError) -> Int {
        do { return try file.length } catch { throw .system(error) }
    }

    /// Reads up to the buffer's size from a position; fewer only at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(StorageError) -> Int {
        do { return try file.read(into: buffer, at: position) } catch { throw .system(error) }
    }

    /// Writes all bytes at a position.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(file.number, rest.baseAddress, rest.count, off_t(position + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system(SystemError(call: "pwrite", subject: path)) }
            done += count
        }
    }

    /// Cuts the file.
    func truncate(to length: Int) throws(StorageError) {
        do { try file.truncate(to: length) } catch { throw .system(error) }
    }

    /// Says when the file was last written to.
    func setModificationTime(milliseconds: Int64) throws(StorageError) {
        let time = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
        guard futimens(file.number, [time, time]) == 0 else {
            throw .system(SystemError(call: "futimens", subject: path))
        }
    }

    /// Waits until the content is on the disk.
    func synchronize() throws(StorageError) {
        do { try file.synchronize() } catch { throw .system(error) }
    }
}
