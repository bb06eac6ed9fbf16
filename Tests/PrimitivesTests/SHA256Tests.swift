import Primitives
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    @Test(
        "gives the digests of the standard's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func examples(text: String, digest: String) {
        #expect(SHA256.hex(Array(text.utf8)) == digest)
    }

    @Test("does not depend on how the bytes are cut into parts")
    func parts() {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: 77) {
            hash.update(Array(bytes[start..<min(start + 77, bytes.count)]))
        }
        #expect(Hex.encode(hash.digest()) == SHA256.hex(bytes))
    }

    @Test("takes blocks as it takes single bytes", arguments: [0, 1, 55, 56, 63, 64, 65, 127, 128, 129, 4_096, 10_007])
    func blocks(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ $0 >> 8) }
        var single = SHA256()
        for byte in bytes { single.update([byte]) }
        #expect(SHA256.hex(bytes) == Hex.encode(single.digest()))
    }

    @Test("gives the digest of the standard's long example")
    func long() {
        let digest = SHA256.hex(Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(digest == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("can go on after a digest was taken")
    func continues() {
        var hash = SHA256()
        hash.update(Array("a".utf8))
        #expect(hash.digest().count == SHA256.digestLength)
        hash.update(Array("bc".utf8))
        #expect(Hex.encode(hash.digest()) == SHA256.hex(Array("abc".utf8)))
    }
}
