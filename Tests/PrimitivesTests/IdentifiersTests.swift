import Testing

@testable import Primitives

@Suite struct IdentifiersTests {
    @Test func `hexadecimal text reads back to the same bytes in either case`() {
        let bytes = [UInt8](0...255)
        let text = Hex.encode(bytes)
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test(arguments: ["0", "zz", "0g", "é0"])
    func `text that is not hexadecimal is refused`(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func `identifiers have their length and do not repeat`() {
        let identifiers = Set((0..<1_000).map { _ in RandomID.hex() })
        #expect(identifiers.count == 1_000)
        #expect(identifiers.allSatisfy { $0.utf8.count == 32 })
    }

    @Test func `a UUID says its version and variant`() {
        let parts = RandomID.uuid().split(separator: "-")
        #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
        #expect(parts[2].first == "4")
        #expect("89ab".contains(parts[3].prefix(1)))
    }
}
