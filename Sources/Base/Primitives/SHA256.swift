internal import CCrypto

/// SHA-256 (FIPS 180-4) of bytes that arrive in parts, through OpenSSL, which uses the processor's instructions for it.
///
/// A value: a copy goes on from the same point.
package struct SHA256: Sendable {
    private var state = SHA256_CTX()

    /// The length of a digest in bytes.
    package static let digestLength = 32

    /// Starts with no bytes.
    package init() {
        SHA256_Init(&state)
    }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        SHA256_Update(&state, start, bytes.count)
    }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all bytes so far, 32 of them; more may follow afterwards.
    package func digest() -> [UInt8] {
        var copy = state
        return [UInt8](unsafeUninitializedCapacity: SHA256.digestLength) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            SHA256_Final(start, &copy)
            count = SHA256.digestLength
        }
    }

    /// The digest of `bytes`, 32 of them.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }

    /// The digest of `bytes` as 64 lowercase hexadecimal digits.
    package static func hex(_ bytes: [UInt8]) -> String {
        Hex.encode(digest(bytes))
    }
}
