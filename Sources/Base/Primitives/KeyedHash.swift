/// A keyed hash (RFC 2104) of bytes that arrive in parts, and what is made of it.
package protocol KeyedHash: Sendable {
    /// The length of a code in bytes.
    static var codeLength: Int { get }

    /// Starts with a key of any length and no bytes.
    init(key: [UInt8])

    /// Takes in the next bytes.
    mutating func update(_ bytes: [UInt8])

    /// Puts the code of all bytes into a block of ``codeLength``; what was begun ends with it.
    mutating func finish(into block: inout [UInt8])
}

extension KeyedHash {
    /// The code of all bytes so far; more may follow afterwards.
    package func code() -> [UInt8] {
        var copy = self
        var block = [UInt8](repeating: 0, count: Self.codeLength)
        copy.finish(into: &block)
        return block
    }

    /// The code of `bytes` under a key.
    package static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = Self(key: key)
        code.update(bytes)
        return code.code()
    }

    /// PBKDF2 (RFC 8018, section 5.2) with this code and one block of its length.
    ///
    /// Takes about one microsecond of processor time an iteration: call it where that may be.
    package static func stretch(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        precondition(iterations > 0, "PBKDF2 needs at least one iteration")
        let keyed = Self(key: password)
        var first = keyed
        first.update(salt + [0, 0, 0, 1])
        var block = first.code()
        var sum = block
        for _ in 1..<max(iterations, 1) {
            var next = keyed
            next.update(block)
            next.finish(into: &block)
            for index in sum.indices { sum[index] ^= block[index] }
        }
        return sum
    }
}
