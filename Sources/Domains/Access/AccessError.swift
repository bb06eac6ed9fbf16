/// Why access control refused an act.
package struct AccessError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of refusal; open, so that a new kind breaks no caller.
    package struct Code: Sendable, Hashable {
        private enum Kind { case invalid, unknownUser, userExists, tooMany }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// A name or a password cannot be one.
        package static let invalid = Code(.invalid)
        /// There is no such user.
        package static let unknownUser = Code(.unknownUser)
        /// The name is taken.
        package static let userExists = Code(.userExists)
        /// There is no room for more users.
        package static let tooMany = Code(.tooMany)
    }

    /// The kind of refusal.
    package let code: Code
    /// What was refused and why; never a password.
    package let message: String

    package var description: String { message }

    static func invalid(_ message: String) -> AccessError { AccessError(code: .invalid, message: message) }

    static func unknownUser(_ name: String) -> AccessError {
        AccessError(code: .unknownUser, message: "there is no user '\(name)'; martlet users list shows who there is")
    }

    static func userExists(_ name: String) -> AccessError {
        AccessError(
            code: .userExists,
            message: "there is a user '\(name)' already; remove it first to give a new password"
        )
    }

    static func tooMany(_ limit: Int) -> AccessError {
        AccessError(code: .tooMany, message: "there are \(limit) users, and no room for more: remove some")
    }
}
