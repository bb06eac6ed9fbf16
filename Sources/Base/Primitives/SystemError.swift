internal import Glibc

/// A failed call to the operating system.
package struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The call, for example `open`.
    package let call: String
    /// The file, port or other thing that the call was about.
    package let subject: String
    /// The `errno` that the call left.
    package let number: Int32

    /// Describes the failure of `call` about `subject`; reads `errno` unless a number is given.
    package init(call: String, subject: String, number: Int32 = errno) {
        self.call = call
        self.subject = subject
        self.number = number
    }

    /// True where the disk or a quota is full.
    package var isDiskFull: Bool { number == ENOSPC || number == EDQUOT }

    /// True where the file or folder does not exist.
    package var isNotFound: Bool { number == ENOENT }

    /// The system's own sentence for the number.
    package var reason: String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }

    package var description: String { "\(call) \(subject): \(reason)" }
}
