/// Why bytes from outside are not the message that they claim to be.
package struct WireError: Error, Equatable, CustomStringConvertible {
    /// The kinds of malformed input.
    package struct Code: Equatable, Sendable {
        private enum Kind { case truncated, malformed, limit, unsupported }
        private let kind: Kind

        /// The bytes end before the message does.
        package static let truncated = Code(kind: .truncated)
        /// A value that the protocol does not allow.
        package static let malformed = Code(kind: .malformed)
        /// Larger than this broker takes.
        package static let limit = Code(kind: .limit)
        /// An API or a version that is not offered.
        package static let unsupported = Code(kind: .unsupported)
    }

    /// The kind.
    package let code: Code
    /// What is wrong, without the bytes themselves.
    package let message: String

    /// The message.
    package var description: String { message }

    static func truncated(_ needed: Int, at position: Int, of count: Int) -> WireError {
        WireError(
            code: .truncated,
            message: "the message ends at byte \(count), but \(needed) more are read at \(position)"
        )
    }

    static func malformed(_ message: String) -> WireError { WireError(code: .malformed, message: message) }

    /// Larger than this broker takes.
    package static func limit(_ message: String) -> WireError { WireError(code: .limit, message: message) }

    static func unsupported(_ message: String) -> WireError { WireError(code: .unsupported, message: message) }
}

extension WireError {
    /// A record of our own journal that this version does not know.
    package static func unknownRecord(_ kind: Int8) -> WireError {
        WireError(code: .unsupported, message: "a journal record of kind \(kind) is not known here")
    }
}
