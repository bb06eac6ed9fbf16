internal import CSodium

/// HMAC with SHA-512 (RFC 2104) of bytes that arrive in parts, through libsodium.
///
/// A value: a copy goes on from the same point, which spares the work on the key.
package struct HMACSHA512: KeyedHash {
    private var state = crypto_auth_hmacsha512_state()

    /// The length of a code in bytes.
    package static let codeLength = 64

    /// Starts with a key of any length and no bytes.
    package init(key: [UInt8]) {
        precondition(
            crypto_auth_hmacsha512_statebytes() == MemoryLayout<crypto_auth_hmacsha512_state>.size,
            "libsodium's HMAC state is not as declared"
        )
        crypto_auth_hmacsha512_init(&state, key, UInt(key.count))
    }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        crypto_auth_hmacsha512_update(&state, bytes, UInt64(bytes.count))
    }

    /// Puts the code of all bytes into a block; what was begun ends with it.
    package mutating func finish(into block: inout [UInt8]) {
        precondition(block.count == Self.codeLength, "a code has its length")
        crypto_auth_hmacsha512_final(&state, &block)
    }
}

/// SHA-512 (FIPS 180-4), through libsodium.
package enum SHA512 {
    /// The length of a digest in bytes.
    package static let digestLength = 64

    /// The digest of `bytes`, 64 of them.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestLength)
        crypto_hash_sha512(&digest, bytes, UInt64(bytes.count))
        return digest
    }
}
