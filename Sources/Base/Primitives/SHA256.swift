internal import CHash
internal import CSodium

/// SHA-256 (FIPS 180-4) of bytes that arrive in parts: whole blocks by the processor's own instructions where it has
/// them, everything else through libsodium, which does some 300 MB/s on one core.
///
/// A value: a copy goes on from the same point.
package struct SHA256: Sendable {
    private static let blockLength = 64

    private var state = crypto_hash_sha256_state()

    /// The length of a digest in bytes.
    package static let digestLength = 32

    /// Starts with no bytes.
    package init() {
        precondition(
            crypto_hash_sha256_statebytes() == MemoryLayout<crypto_hash_sha256_state>.size,
            "libsodium's SHA-256 state is not as declared"
        )
        crypto_hash_sha256_init(&state)
    }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // libsodium keeps the beginning of a block until its end comes; blocks can go past it only where it keeps none.
        let kept = Int(state.count >> 3) % SHA256.blockLength
        let head = kept == 0 ? 0 : min(SHA256.blockLength - kept, bytes.count)
        updateThroughSodium(UnsafeRawBufferPointer(rebasing: bytes[..<head]))
        let rest = UnsafeRawBufferPointer(rebasing: bytes[head...])
        updateThroughSodium(UnsafeRawBufferPointer(rebasing: rest[updateByBlocks(rest)...]))
    }

    /// Takes in the whole blocks at the beginning, if the processor can; how many bytes that were.
    private mutating func updateByBlocks(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let start = bytes.baseAddress, bytes.count >= SHA256.blockLength else { return 0 }
        let blocks = bytes.count / SHA256.blockLength
        let taken = withUnsafeMutableBytes(of: &state.state) { words in
            martlet_sha256_blocks(words.assumingMemoryBound(to: UInt32.self).baseAddress, start, blocks)
        }
        state.count += UInt64(taken * SHA256.blockLength) << 3
        return taken * SHA256.blockLength
    }

    private mutating func updateThroughSodium(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        crypto_hash_sha256_update(&state, start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
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
            crypto_hash_sha256_final(&copy, start)
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
