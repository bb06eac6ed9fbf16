/// What is kept of a password: enough to check it, not enough to log in with it elsewhere.
///
/// The keys of SCRAM-SHA-256 (RFC 5802, section 3; RFC 7677), which also serve to check a password that is sent as it
/// is.
package struct PasswordKeys: Sendable, Equatable {
    /// The random bytes that make equal passwords look different.
    package let salt: [UInt8]
    /// How often the password was hashed.
    package let iterations: Int
    /// `SHA256(HMAC(salted password, "Client Key"))`.
    package let storedKey: [UInt8]
    /// `HMAC(salted password, "Server Key")`.
    package let serverKey: [UInt8]

    /// The iterations for new passwords; RFC 7677 asks for at least 4,096.
    package static let standardIterations = 8_192
    /// The iterations that are taken from outside.
    package static let iterationRange = 4_096...1_000_000

    /// Keys that were made before; nil where a length or the iterations cannot be.
    package init?(salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]) {
        guard !salt.isEmpty, Self.iterationRange.contains(iterations),
            storedKey.count == SHA256.digestLength, serverKey.count == HMACSHA256.codeLength
        else { return nil }
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Makes the keys of a password with a new salt; takes some ten milliseconds of processor time.
    package init(password: [UInt8]) {
        salt = RandomID.bytes(16)
        iterations = Self.standardIterations
        let salted = HMACSHA256.stretch(password: password, salt: salt, iterations: iterations)
        storedKey = Self.storedKey(salted)
        serverKey = HMACSHA256.code(of: Array("Server Key".utf8), key: salted)
    }

    /// Whether it is this password; takes as long as making the keys.
    package func match(password: [UInt8]) -> Bool {
        let salted = HMACSHA256.stretch(password: password, salt: salt, iterations: iterations)
        return ConstantTime.areEqual(Self.storedKey(salted), storedKey)
    }

    private static func storedKey(_ salted: [UInt8]) -> [UInt8] {
        SHA256.digest(HMACSHA256.code(of: Array("Client Key".utf8), key: salted))
    }
}
