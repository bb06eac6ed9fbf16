import Testing

@testable import Primitives

struct PasswordKeysTests {
    /// RFC 4231, test cases 1, 2 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func codesAreThoseOfTheStandard(key: [UInt8], text: String, code: String) {
        #expect(Hex.encode(HMACSHA256.code(of: Array(text.utf8), key: key)) == code)
    }

    /// RFC 7914, section 11, its first 32 bytes; and two that hashlib.pbkdf2_hmac gave.
    @Test(arguments: [
        ("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
        ("password", "salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"),
        ("password", "salt", 4_096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
    ])
    func stretchingIsThatOfTheStandard(password: String, salt: String, iterations: Int, key: String) {
        let stretched = HMACSHA256.stretch(
            password: Array(password.utf8),
            salt: Array(salt.utf8),
            iterations: iterations
        )
        #expect(Hex.encode(stretched) == key)
    }

    @Test func onlyTheRightPasswordMatches() {
        let keys = PasswordKeys(password: Array("correct horse".utf8))
        #expect(keys.match(password: Array("correct horse".utf8)))
        #expect(!keys.match(password: Array("correct hors".utf8)))
        #expect(!keys.match(password: []))
    }

    @Test func keysOfImpossibleSizesAreRefused() throws {
        let half = [UInt8](repeating: 1, count: 16)
        let whole = [UInt8](repeating: 1, count: 32)
        let pair = try #require(PasswordKeys.Pair(storedKey: whole, serverKey: whole, for: .sha256))
        #expect(PasswordKeys(salt: half, iterations: 4_096, sha256: pair, sha512: nil) != nil)
        #expect(PasswordKeys(salt: [], iterations: 4_096, sha256: pair, sha512: nil) == nil)
        #expect(PasswordKeys(salt: half, iterations: 100, sha256: pair, sha512: nil) == nil)
        #expect(PasswordKeys.Pair(storedKey: half, serverKey: whole, for: .sha256) == nil)
        #expect(PasswordKeys.Pair(storedKey: whole, serverKey: half, for: .sha256) == nil)
        #expect(PasswordKeys.Pair(storedKey: whole, serverKey: whole, for: .sha512) == nil)
    }

    /// RFC 4231, test case 2, and what hashlib.pbkdf2_hmac gave.
    @Test func sha512IsThatOfTheStandard() {
        let code = HMACSHA512.code(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(
            Hex.encode(code)
                == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        )
        let stretched = HMACSHA512.stretch(
            password: Array("password".utf8),
            salt: Array("salt".utf8),
            iterations: 4_096
        )
        #expect(
            Hex.encode(stretched) == "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5"
                + "143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5"
        )
        #expect(
            Hex.encode(SHA512.digest(Array("abc".utf8)))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        )
    }

    @Test func secretsAreComparedWhole() {
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
    }
}
