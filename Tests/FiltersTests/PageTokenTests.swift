import Testing

@testable import Filters

@Suite struct PageTokenTests {
    @Test func aTokenReturnsAsItWasGiven() throws {
        let token = PageToken(offset: 42, fingerprints: [PageToken.fingerprint("a"), PageToken.fingerprint("")])
        #expect(try PageToken(parsing: token.text) == token)
        #expect(try PageToken(parsing: nil) == nil)
        #expect(try PageToken(parsing: "") == nil)
    }

    @Test func otherTextIsRefused() {
        let garbage = #expect(throws: FilterError.self) { try PageToken(parsing: "evilhax") }
        #expect(garbage?.message == "Invalid page token, could not base64-decode")
        let negative = #expect(throws: FilterError.self) { try PageToken(parsing: "LTE=") }
        #expect(negative?.message == "Invalid page token, decoded value=-1")
    }
}
