internal import Glibc
package import Primitives

/// Owns an open file and closes it.
///
/// Calls block, at most for a disk's time. Not thread-safe in itself; positioned reads and writes may be shared.
package struct FileDescriptor: ~Copyable {
    /// The system's number for the file.
    package let number: Int32
    /// The path it was opened with, for errors.
    package let path: String

    /// How to open a file.
    package enum Mode: Sendable {
        /// Must exist; read only.
        case read
        /// Read and write; made where missing.
        case readWrite
        /// Write only from the end; made where missing.
        case append
        /// Write only; must not exist yet.
        case createNew
    }

    /// Opens `path`; throws ``SystemError``.
    ///
    /// New files are readable by the owner and group only.
    package init(path: String, mode: Mode) throws(SystemError) {
        let flags: Int32 =
            switch mode {
            case .read: O_RDONLY
            case .readWrite: O_RDWR | O_CREAT
            case .append: O_WRONLY | O_CREAT | O_APPEND
            case .createNew: O_WRONLY | O_CREAT | O_EXCL
            }
        let number = open(path, flags | O_CLOEXEC, 0o640)
        guard number >= 0 else { throw SystemError(call: "open", subject: path) }
        self.number = number
        self.path = path
    }

    deinit {
        close(number)
    }

    /// The length in bytes.
    package var length: Int {
        get throws(SystemError) {
            var status = stat()
            guard fstat(number, &status) == 0 else { throw SystemError(call: "fstat", subject: path) }
            return Int(status.st_size)
        }
    }

    /// Writes all of `bytes` at the file's own position.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = Glibc.write(number, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError(call: "write", subject: path) }
            written += count
        }
    }

    /// Writes all of `bytes` at the file's own position.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { buffer in
            do throws(SystemError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Writes all of `bytes` at `offset`, leaving the file's own position where it is.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = pwrite(number, rest.baseAddress, rest.count, off_t(offset + written))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError(call: "pwrite", subject: path) }
            written += count
        }
    }

    /// Reads up to `buffer.count` bytes at `offset`; fewer only at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(number, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError(call: "pread", subject: path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Cuts or extends the file to `length` bytes.
    package func truncate(to length: Int) throws(SystemError) {
        guard ftruncate(number, off_t(length)) == 0 else { throw SystemError(call: "ftruncate", subject: path) }
    }

    /// Waits until the content is on the disk, with as much metadata as reading it back needs.
    package func synchronize() throws(SystemError) {
        guard fdatasync(number) == 0 else { throw SystemError(call: "fdatasync", subject: path) }
    }
}
