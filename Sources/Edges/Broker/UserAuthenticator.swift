internal import Primitives

/// Lets users in by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512.
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
        ScramHash.allCases.map(\.rawValue) + (onThisMachine ? [PlainExchange.mechanism] : [])
    }

    /// Begins an exchange.
    package func begin(mechanism: String) -> any AuthenticationExchange {
        if let hash = ScramHash(rawValue: mechanism) { return ScramExchange(hash: hash, keys: keys) }
        return PlainExchange(keys: keys)
    }

    /// Whether there is such a user now.
    package func knows(_ user: String) -> Bool { users.passwordKeys(of: user) != nil }

    /// Keys for every name: those of somebody unknown fit no password, and neither do those that a user does not have.
    private func keys(of user: String) -> PasswordKeys {
        guard let keys = users.passwordKeys(of: user) else { return strangers.keys(of: user) }
        return keys.sha512 == nil ? strangers.completed(keys, of: user) : keys
    }
}

/// Keys for users that do not exist, the same for the same name, so that a client cannot tell who exists.
private struct StrangerKeys: Sendable {
    private let secret = RandomID.bytes(32)

    func keys(of user: String) -> PasswordKeys {
        let salt = Array(derived(0, user).prefix(16))
        return made(salt, PasswordKeys.standardIterations, pair(.sha256, user), user)
    }

    func completed(_ keys: PasswordKeys, of user: String) -> PasswordKeys {
        made(keys.salt, keys.iterations, keys.sha256, user)
    }

    private func made(_ salt: [UInt8], _ iterations: Int, _ sha256: PasswordKeys.Pair, _ user: String) -> PasswordKeys {
        let pair = pair(.sha512, user)
        guard let keys = PasswordKeys(salt: salt, iterations: iterations, sha256: sha256, sha512: pair) else {
            preconditionFailure("salt and iterations are those of keys")
        }
        return keys
    }

    private func pair(_ hash: ScramHash, _ user: String) -> PasswordKeys.Pair {
        func key(_ purpose: UInt8) -> [UInt8] {
            let bytes = derived(purpose, user) + derived(purpose + 1, user)
            return Array(bytes.prefix(hash.length))
        }
        guard let pair = PasswordKeys.Pair(storedKey: key(1), serverKey: key(3), for: hash) else {
            preconditionFailure("the lengths are those of the hash")
        }
        return pair
    }

    private func derived(_ purpose: UInt8, _ user: String) -> [UInt8] {
        HMACSHA256.code(of: [purpose] + Array(user.utf8), key: secret)
    }
}
