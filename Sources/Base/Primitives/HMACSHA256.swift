internal import CSodium

/// HMAC with SHA-256 (RFC 2104) of bytes that arrive in parts, through libsodium.
///
/// A value: a copy goes on from the same point, which spares the work on the key.
package struct HMACSHA256: Sendable {
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

    /// The code of all bytes so far, 32 of them; more may follow afterwards.
    package func code() -> [UInt8] {
        var copy = state
        return [UInt8](unsafeUninitializedCapacity: Self.codeLength) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            crypto_auth_hmacsha256_final(&copy, start)
            count = Self.codeLength
        }
    }

    /// The code of `bytes` under a key.
    package static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = HMACSHA256(key: key)
        code.update(bytes)
        return code.code()
    }

    /// PBKDF2 (RFC 8018, section 5.2) with this code and one block of 32 bytes.
    ///
    /// Takes about one microsecond of processor time an iteration: call it where that may be.
    package static func stretch(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        precondition(iterations > 0, "PBKDF2 needs at least one iteration")
        let keyed = HMACSHA256(key: password)
        var first = keyed
        first.update(salt + [0, 0, 0, 1])
        var block = first.code()
        var sum = block
        for _ in 1..<max(iterations, 1) {
            var next = keyed.state
            crypto_auth_hmacsha256_update(&next, block, UInt64(block.count))
            crypto_auth_hmacsha256_final(&next, &block)
            for index in sum.indices { sum[index] ^= block[index] }
        }
        return sum
    }
}

/// Comparing secrets.
package enum ConstantTime {
    /// Whether two texts of bytes are equal, in a time that tells nothing of where they differ.
    package static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        first.count == second.count && sodium_memcmp(first, second, UInt(first.count)) == 0
    }
}
