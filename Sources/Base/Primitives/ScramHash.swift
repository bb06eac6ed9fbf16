/// The hashes that SCRAM is offered with, by the names of their mechanisms (RFC 5802, RFC 7677).
package enum ScramHash: String, Sendable, CaseIterable {
    case sha256 = "SCRAM-SHA-256"
    case sha512 = "SCRAM-SHA-512"

    /// The length of a digest and of a code in bytes.
    package var length: Int {
        switch self {
        case .sha256: HMACSHA256.codeLength
        case .sha512: HMACSHA512.codeLength
        }
    }

    /// `H(bytes)`.
    package func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: SHA256.digest(bytes)
        case .sha512: SHA512.digest(bytes)
        }
    }

    /// `HMAC(key, bytes)`.
    package func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: HMACSHA256.code(of: bytes, key: key)
        case .sha512: HMACSHA512.code(of: bytes, key: key)
        }
    }

    /// `Hi(password, salt, iterations)`; about one microsecond of processor time an iteration.
    package func stretch(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        switch self {
        case .sha256: HMACSHA256.stretch(password: password, salt: salt, iterations: iterations)
        case .sha512: HMACSHA512.stretch(password: password, salt: salt, iterations: iterations)
        }
    }
}
