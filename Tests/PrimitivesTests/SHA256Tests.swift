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

    @Test("can go on after a digest was taken")
    func continues() {
        var hash = SHA256()
        hash.update(Array("a".utf8))
        #expect(hash.digest().count == SHA256.digestLength)
        hash.update(Array("bc".utf8))
        #expect(Hex.encode(hash.digest()) == SHA256.hex(Array("abc".utf8)))
    }
}
