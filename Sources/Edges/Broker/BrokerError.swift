internal import Glibc
internal import LogStorage
internal import Primitives

/// Why the log cannot start.
package struct BrokerError: Error, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Equatable, Sendable {
        private enum Kind { case address, storage, system }
        private let kind: Kind

        /// The address cannot be listened on.
        package static let address = Code(kind: .address)
        /// The folder cannot be opened.
        package static let storage = Code(kind: .storage)
        /// The operating system refused something else.
        package static let system = Code(kind: .system)
    }

    /// The kind.
    package let code: Code
    /// What failed and what to do.
    package let message: String

    /// The message.
    package var description: String { message }

    static func portInUse(_ host: String, _ port: Int) -> BrokerError {
        BrokerError(
            code: .address,
            message: "port \(port) of \(host) is in use by another program; stop it or choose another port for the log"
        )
    }

    static func address(_ host: String, _ port: Int, _ reason: String) -> BrokerError {
        BrokerError(code: .address, message: "the log cannot listen on \(host):\(port): \(reason)")
    }

    static func openToAnybody(_ host: String) -> BrokerError {
        BrokerError(
            code: .address,
            message: "\(host) can be reached from other machines, and clients need not say who they are; "
                + "listen on 127.0.0.1, set up users, or allow anonymous clients"
        )
    }

    static func storage(_ error: StorageError) -> BrokerError {
        BrokerError(code: .storage, message: "the log cannot be opened: \(error.message)")
    }

    static func system(_ call: String) -> BrokerError {
        BrokerError(code: .system, message: SystemError(call: call, subject: "log").description)
    }
}
