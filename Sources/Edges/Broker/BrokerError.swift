internal import Glibc
internal import LogStorage
internal import Primitives

/// Why the log cannot start.
package struct BrokerError: Error, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Equatable, Sendable {
        private enum Kind { case address, setting, storage, system }
        private let kind: Kind

        /// The address cannot be listened on.
        package static let address = Code(kind: .address)
        /// A setting is unknown or cannot have its value.
        package static let setting = Code(kind: .setting)
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

    static func setting(_ name: String, _ value: String, _ rule: String) -> BrokerError {
        BrokerError(code: .setting, message: "'\(value)' is not a value of the log's setting \(name): \(rule)")
    }

    static func unknownSetting(_ name: String, _ known: [String]) -> BrokerError {
        let names = known.joined(separator: ", ")
        return BrokerError(code: .setting, message: "the log has no setting '\(name)'; it has \(names)")
    }

    static func storage(_ error: StorageError) -> BrokerError {
        BrokerError(code: .storage, message: "the log cannot be opened: \(error.message)")
    }

    static func system(_ call: String) -> BrokerError {
        BrokerError(code: .system, message: SystemError(call: call, subject: "log").description)
    }
}
