internal import Primitives

/// Why the log cannot be opened, read or written.
package struct StorageError: Error, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Equatable, Sendable {
        private enum Kind { case full, system, corrupt, offline, invalid }
        private let kind: Kind

        /// No room on the disk; goes away by itself.
        package static let full = Code(kind: .full)
        /// The operating system refused.
        package static let system = Code(kind: .system)
        /// Bytes on disk are not what was written.
        package static let corrupt = Code(kind: .corrupt)
        /// The partition is out of order after an earlier failure.
        package static let offline = Code(kind: .offline)
        /// A setting or a name that cannot be.
        package static let invalid = Code(kind: .invalid)
    }

    /// The kind.
    package let code: Code
    /// What failed and what to do.
    package let message: String

    /// The message.
    package var description: String { message }

    static func system(_ error: SystemError) -> StorageError {
        guard error.isDiskFull else { return StorageError(code: .system, message: error.description) }
        return StorageError(code: .full, message: "\(error.description); make room on the disk")
    }

    static func corrupt(_ path: String, _ what: String) -> StorageError {
        StorageError(code: .corrupt, message: "\(path): \(what)")
    }

    static func offline(_ path: String, _ reason: String) -> StorageError {
        StorageError(code: .offline, message: "\(path) is offline: \(reason)")
    }

    static func invalid(_ message: String) -> StorageError { StorageError(code: .invalid, message: message) }
}
