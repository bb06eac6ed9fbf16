internal import Primitives

/// Lets users in by PLAIN and SCRAM-SHA-256.
///
/// PLAIN sends the password as it is, so it is offered only to clients on this machine (a TLS terminator beside the log
/// is one).
package struct UserAuthenticator: BrokerAuthenticator {
    private let users: any BrokerUsers
    private let strangers: StrangerKeys

    /// An authenticator for users.
    package init(users: any BrokerUsers) {
        self.users = users
        strangers = StrangerKeys()
    }

    /// What is offered.
    package func mechanisms(onThisMachine: Bool) -> [String] {
        onThisMachine ? [ScramExchange.mechanism, PlainExchange.mechanism] : [ScramExchange.mechanism]
    }

    /// Begins an exchange.
    package func begin(mechanism: String) -> any AuthenticationExchange {
        mechanism == PlainExchange.mechanism ? PlainExchange(keys: keys) : ScramExchange(keys: keys)
    }

    /// Keys for every name: those of somebody unknown fit no password.
    private func keys(of user: String) -> PasswordKeys {
        users.passwordKeys(of: user) ?? strangers.keys(of: user)
    }
}

/// Keys for users that do not exist, the same for the same name, so that a client cannot tell who exists.
private struct StrangerKeys: Sendable {
    private let secret = RandomID.bytes(32)

    func keys(of user: String) -> PasswordKeys {
        let name = Array(user.utf8)
        func derived(_ purpose: UInt8) -> [UInt8] { HMACSHA256.code(of: [purpose] + name, key: secret) }
        let keys = PasswordKeys(
            salt: Array(derived(0).prefix(16)),
            iterations: PasswordKeys.standardIterations,
            storedKey: derived(1),
            serverKey: derived(2)
        )
        guard let keys else { preconditionFailure("the lengths are those of keys") }
        return keys
    }
}
