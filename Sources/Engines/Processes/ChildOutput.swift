internal import CPlatform
internal import Files
internal import Glibc
internal import Primitives
internal import Synchronization

/// The pipe from a child to its log file, with the last lines kept in memory.
final class ChildOutput: Sendable {
    private static let tailLimit = 64 << 10

    let writeEnd: Int32
    private let readEnd: Int32
    private let log: Int32
    private let limitBytes: Int
    private let lastBytes = Mutex<[UInt8]>([])

    init(logPath: String, limitBytes: Int) throws {
        try Directory.create(Directory.parent(of: logPath))
        let log = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard log >= 0 else { throw SystemError(call: "open", subject: logPath) }
        var ends: [Int32] = [-1, -1]
        guard martlet_pipe(&ends) == 0 else {
            let failure = SystemError(call: "pipe2", subject: logPath)
            close(log)
            throw failure
        }
        self.log = log
        self.limitBytes = limitBytes
        readEnd = ends[0]
        writeEnd = ends[1]
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(readEnd)
        close(log)
    }

    /// The parent's copy of the end that the child writes to; without this the pipe would never end.
    func closeWriteEnd() {
        close(writeEnd)
    }

    var tail: String {
        let bytes = lastBytes.withLock { $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Copies the output until the process behind `pidfd` has ended and the pipe is empty; blocks its thread.
    func copy(untilEndOf pidfd: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var logged = 0
        var pipeIsOpen = true
        while true {
            var watched = [pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)]
            if pipeIsOpen { watched.append(pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)) }
            guard poll(&watched, nfds_t(watched.count), -1) >= 0 || errno == EINTR else { return }
            let hasEnded = watched[0].revents != 0
            pipeIsOpen = drain(&buffer, &logged) && pipeIsOpen
            if hasEnded { break }
        }
        if logged > limitBytes {
            let note = Array("\n[output cut: \(logged - limitBytes) bytes beyond the limit were dropped]\n".utf8)
            _ = write(log, note, note.count)
        }
    }

    /// Takes what is in the pipe; false where no process holds its other end any more.
    private func drain(_ buffer: inout [UInt8], _ logged: inout Int) -> Bool {
        while true {
            let count = read(readEnd, &buffer, buffer.count)
            if count == 0 { return false }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            keepTail(buffer[..<count])
            // A full disk must not stop the child: its log is then shorter, and the tail in memory still tells.
            let room = min(count, max(0, limitBytes - logged))
            if room > 0 { _ = write(log, buffer, room) }
            logged += count
        }
    }

    private func keepTail(_ bytes: ArraySlice<UInt8>) {
        lastBytes.withLock { last in
            last.append(contentsOf: bytes)
            if last.count > 2 * ChildOutput.tailLimit { last.removeFirst(last.count - ChildOutput.tailLimit) }
        }
    }
}
