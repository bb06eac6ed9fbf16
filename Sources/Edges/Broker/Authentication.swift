internal import KafkaWire
package import Primitives

/// The users that may log in; access control gives the log its own.
package protocol BrokerUsers: Sendable {
    /// What is kept of a user's password, nil where there is no such user.
    ///
    /// Must not block. A change counts from the next login on.
    func passwordKeys(of user: String) -> PasswordKeys?
}

/// Checks who a client is, by mechanisms of SASL.
package protocol BrokerAuthenticator: Sendable {
    /// The mechanisms that are offered, for example `PLAIN`, to a client that is on this machine or not.
    func mechanisms(onThisMachine: Bool) -> [String]

    /// Begins an exchange of a mechanism that is offered.
    func begin(mechanism: String) -> any AuthenticationExchange

    /// Whether there is such a user now; looked at when an exchange has succeeded, which may have begun long before.
    func knows(_ user: String) -> Bool
}

/// One client's way through a mechanism; a state machine that waits for nothing.
package protocol AuthenticationExchange {
    /// Takes the client's token.
    ///
    /// Must not block. Must take the same steps for an unknown user as for a wrong password.
    mutating func step(_ token: [UInt8]) -> AuthenticationStep
}

/// What comes after a client's token.
package enum AuthenticationStep: Equatable, Sendable {
    /// Another token for the client, and one of its own expected.
    case proceed([UInt8])
    /// A password to check, which takes some milliseconds of a processor, elsewhere than on the loop.
    case check(PasswordCheck)
    /// The client is who it says.
    case succeed(user: String, token: [UInt8])
    /// It is not, or the token is malformed.
    case fail
}

/// A password that a client sent.
package struct PasswordCheck: Equatable, Sendable {
    /// Who the client says it is.
    package let user: String
    /// What it sent.
    package let password: [UInt8]
    /// What is kept of the user's password.
    package let keys: PasswordKeys

    /// A check to be made.
    package init(user: String, password: [UInt8], keys: PasswordKeys) {
        self.user = user
        self.password = password
        self.keys = keys
    }

    /// Whether the password is right; takes some milliseconds.
    var succeeds: Bool { keys.match(password: password) }
}

/// How far a connection is with saying who it is.
enum Authentication {
    /// Nobody asked; it may say so all the same.
    case optional
    /// No mechanism chosen yet.
    case expected
    /// In the middle of a mechanism.
    case underWay(any AuthenticationExchange)
    /// A password is being checked, or a failure is about to be told.
    case deciding
    /// Known.
    case done(user: String)

    /// Whether a request may be answered now.
    func allows(_ key: ApiKey) -> Bool {
        switch self {
        case .optional, .done: true
        case .expected, .underWay, .deciding:
            key == .apiVersions || key == .saslHandshake || key == .saslAuthenticate
        }
    }

    /// Who logged in; nil where nobody has.
    var user: String? {
        if case .done(let user) = self { return user }
        return nil
    }

    /// Whether the client has been let in.
    var isSettled: Bool {
        switch self {
        case .optional, .done: true
        case .expected, .underWay, .deciding: false
        }
    }
}
