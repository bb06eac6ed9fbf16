internal import KafkaWire

/// Checks who a client is; access control gives the log its own.
package protocol BrokerAuthenticator: Sendable {
    /// The mechanisms that are offered, for example `PLAIN`.
    var mechanisms: [String] { get }

    /// Begins an exchange of a mechanism that is offered.
    func begin(mechanism: String) -> any AuthenticationExchange
}

/// One client's way through a mechanism.
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
    /// The client is who it says.
    case succeed(user: String, token: [UInt8])
    /// It is not, or the token is malformed.
    case fail
}

/// How far a connection is with saying who it is.
enum Authentication {
    /// Nobody asked.
    case notRequired
    /// No mechanism chosen yet.
    case expected
    /// In the middle of a mechanism.
    case underWay(any AuthenticationExchange)
    /// Known.
    case done(user: String)

    /// Whether a request may be answered now.
    func allows(_ key: ApiKey) -> Bool {
        switch self {
        case .notRequired, .done: true
        case .expected, .underWay: key == .apiVersions || key == .saslHandshake || key == .saslAuthenticate
        }
    }
}
