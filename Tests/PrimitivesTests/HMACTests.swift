import Primitives
import Testing

/// The test vectors of RFC 4231.
@Suite struct HMACTests {
    private func hex(_ message: [UInt8], _ key: [UInt8]) -> String {
        Hex.encode(HMAC.sha256(message, key: key))
    }

    @Test func givesTheCodesOfTheStandard() {
        #expect(
            hex(Array("Hi There".utf8), [UInt8](repeating: 0x0B, count: 20))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        #expect(
            hex(Array("what do ya want for nothing?".utf8), Array("Jefe".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        #expect(
            hex([UInt8](repeating: 0xDD, count: 50), [UInt8](repeating: 0xAA, count: 20))
                == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        )
    }

    @Test func hashesKeysThatAreLongerThanABlock() {
        let key = [UInt8](repeating: 0xAA, count: 131)
        #expect(
            hex(Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8), key)
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }
}
