internal import Glibc
package import Primitives

/// Holds a folder for one process: a second one is told who has it.
///
/// The lock is the system's (`flock`), so that it ends with the process however that ends.
package final class DirectoryLock: Sendable {
    private let number: Int32

    /// Why a folder could not be locked.
    package enum Failure: Error, CustomStringConvertible {
        /// Another process has the folder; its id where it is known.
        case held(directory: String, processID: String?)
        /// The lock file could not be opened or written.
        case system(SystemError)

        package var description: String {
            switch self {
            case .held(let directory, let processID):
                "the folder \(directory) is in use by another martlet"
                    + (processID.map { " (process \($0))" } ?? "") + ": stop it, or give another folder with --data"
            case .system(let error): "\(error)"
            }
        }
    }

    /// Locks `directory`, which must exist; throws ``Failure``.
    package init(directory: String) throws(Failure) {
        let path = "\(directory)/martlet.lock"
        let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard number >= 0 else { throw .system(SystemError(call: "open", subject: path)) }
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            let holder = DirectoryLock.content(of: number)
            close(number)
            if failure == EWOULDBLOCK { throw .held(directory: directory, processID: holder) }
            throw .system(SystemError(call: "flock", subject: path, number: failure))
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(number, 0) == 0, pwrite(number, text, text.count, 0) == text.count else {
            let failure = SystemError(call: "write", subject: path)
            close(number)
            throw .system(failure)
        }
        self.number = number
    }

    deinit {
        // A child that was forked and has not yet become its program holds a copy of the descriptor: closing ours
        // would leave the folder locked until it has, unlocking does not.
        flock(number, LOCK_UN)
        close(number)
    }

    private static func content(of number: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(number, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
}
