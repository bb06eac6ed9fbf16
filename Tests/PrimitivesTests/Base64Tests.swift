import Testing

@testable import Primitives

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("\u{0}~?>ÿ", "AH4/PsO/"),
    ])
    func textsOfTheStandardGoBothWays(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test(arguments: ["evilhax", "Zg=", "Zg", "Z===", "Zm9v!mFy", "====", "Zg==Zg=="])
    func otherTextsAreRefused(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
