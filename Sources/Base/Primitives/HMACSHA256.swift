internal import CSodium

/// HMAC with SHA-256 (RFC 2104) of bytes that arrive in parts, through libsodium.
///
/// A value: a copy goes on from the same point, which spares the work on the key.
package struct HMACSHA256: KeyedHash {
    private var state = crypto_auth_hmacsha256_state()

    /// The length of a code in bytes.
    package static let codeLength = 32

    /// Starts with a key of any length and no bytes.
    package init(key: [UInt8]) {
        precondition(
            crypto_auth_hmacsha256_statebytes() == MemoryLayout<crypto_auth_hmacsha256_state>.size,
            "libsodium's HMAC state is not as declared"
        )
        crypto_auth_hmacsha256_init(&state, key, UInt(key.count))
    }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        crypto_auth_hmacsha256_update(&state, bytes, UInt64(bytes.count))
    }

    /// Puts the code of all bytes into a block; what was begun ends with it.
    package mutating func finish(into block: inout [UInt8]) {
        precondition(block.count == Self.codeLength, "a code has its length")
        crypto_auth_hmacsha256_final(&state, &block)
    }
}

/// Comparing secrets.
package enum ConstantTime {
    /// Whether two texts of bytes are equal, in a time that tells nothing of where they differ.
    package static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        first.count == second.count && sodium_memcmp(first, second, UInt(first.count)) == 0
    }
}
