/// What is kept of a password: enough to check it, not enough to log in with it elsewhere.
///
/// The keys of SCRAM (RFC 5802, section 3; RFC 7677) for each hash; those of SHA-256 also serve to check a password that
/// is sent as it is.
package struct PasswordKeys: Sendable, Equatable {
    /// The two keys for one hash.
    package struct Pair: Sendable, Equatable {
        /// `H(HMAC(salted password, "Client Key"))`.
        package let storedKey: [UInt8]
        /// `HMAC(salted password, "Server Key")`.
        package let serverKey: [UInt8]

        /// Keys that were made before; nil where a length cannot be.
        package init?(storedKey: [UInt8], serverKey: [UInt8], for hash: ScramHash) {
            guard storedKey.count == hash.length, serverKey.count == hash.length else { return nil }
            self.storedKey = storedKey
            self.serverKey = serverKey
        }

        fileprivate init(salted: [UInt8], for hash: ScramHash) {
            storedKey = hash.digest(hash.code(of: Array("Client Key".utf8), key: salted))
            serverKey = hash.code(of: Array("Server Key".utf8), key: salted)
        }
    }

    /// The random bytes that make equal passwords look different.
    package let salt: [UInt8]
    /// How often the password was hashed.
    package let iterations: Int
    /// The keys for SHA-256.
    package let sha256: Pair
    /// The keys for SHA-512; passwords of before it was offered have none.
    package let sha512: Pair?

    /// The iterations for new passwords; RFC 7677 asks for at least 4,096.
    package static let standardIterations = 8_192
    /// The iterations that are taken from outside.
    package static let iterationRange = 4_096...1_000_000

    /// Keys that were made before; nil where the salt or the iterations cannot be.
    package init?(salt: [UInt8], iterations: Int, sha256: Pair, sha512: Pair?) {
        guard !salt.isEmpty, Self.iterationRange.contains(iterations) else { return nil }
        self.salt = salt
        self.iterations = iterations
        self.sha256 = sha256
        self.sha512 = sha512
    }

    /// Makes the keys of a password with a salt, a new one as a rule; takes some twenty milliseconds of processor time.
    package init(
        password: [UInt8],
        salt: [UInt8] = RandomID.bytes(16),
        iterations: Int = PasswordKeys.standardIterations
    ) {
        func pair(_ hash: ScramHash) -> Pair {
            Pair(salted: hash.stretch(password: password, salt: salt, iterations: iterations), for: hash)
        }
        self.salt = salt
        self.iterations = iterations
        sha256 = pair(.sha256)
        sha512 = pair(.sha512)
    }

    /// The keys for a hash; nil where there are none.
    package func pair(for hash: ScramHash) -> Pair? {
        switch hash {
        case .sha256: sha256
        case .sha512: sha512
        }
    }

    /// Whether it is this password; takes some ten milliseconds.
    package func match(password: [UInt8]) -> Bool {
        let salted = ScramHash.sha256.stretch(password: password, salt: salt, iterations: iterations)
        return ConstantTime.areEqual(Pair(salted: salted, for: .sha256).storedKey, sha256.storedKey)
    }
}
