/// Keyed hashes (RFC 2104).
package enum HMAC {
    private static let blockLength = 64

    /// HMAC-SHA-256 of a message: 32 bytes.
    ///
    /// - Parameters:
    ///   - message: what to hash.
    ///   - key: the secret, of any length.
    /// - Returns: the code.
    package static func sha256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var block = key.count > blockLength ? hash([key]) : key
        block += [UInt8](repeating: 0, count: blockLength - block.count)
        let inner = hash([block.map { $0 ^ 0x36 }, message])
        return hash([block.map { $0 ^ 0x5C }, inner])
    }

    private static func hash(_ parts: [[UInt8]]) -> [UInt8] {
        var hash = SHA256()
        for part in parts { hash.update(part) }
        return hash.digest()
    }
}
