import Testing

@testable import JSON

@Suite struct JSONWritingTests {
    private func text(_ value: JSONValue, pretty: Bool = false) -> String {
        String(decoding: value.serialized(pretty: pretty), as: UTF8.self)
    }

    @Test func `a value is written compactly, members in their order`() {
        let value: JSONValue = ["b": [1, -2.5, nil, true], "a": ["x": "é\"\\\n\u{1}"], "e": [:], "f": []]
        #expect(text(value) == #"{"b":[1,-2.5,null,true],"a":{"x":"é\"\\\n\u0001"},"e":{},"f":[]}"#)
    }

    @Test func `a pretty text breaks lines and indents`() {
        #expect(text(["a": [1, 2], "b": [:]], pretty: true) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}")
    }

    @Test(arguments: [
        0.1, Double.leastNonzeroMagnitude, Double.leastNormalMagnitude / 3, 1.7976931348623157e308, -0.0, 1e21,
        123_456_789.123_456_78, 1.0, 3e15, 2.0 / 3.0,
    ])
    func `a double reads back as the same double`(value: Double) throws {
        let back = try JSONValue.parse(JSONValue.double(value).serialized()).doubleValue
        #expect(back?.bitPattern == value.bitPattern)
    }

    @Test func `what JSON has no word for becomes null or a string`() {
        #expect(JSONValue.array([.double(.nan), .double(.infinity)]).serialized() == Array("[null,null]".utf8))
        let written = JSONValue.double(-.infinity).serialized(nonFinite: .string)
        #expect(written == Array("\"-Infinity\"".utf8))
    }

    @Test func `random values read back as they were written`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let value = Self.random(depth: 0, using: &generator)
            #expect(try JSONValue.parse(value.serialized()) == value)
            #expect(try JSONValue.parse(value.serialized(pretty: true)) == value)
        }
    }

    private static func random(depth: Int, using generator: inout SystemRandomNumberGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 7 : 5), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2: .int(.random(in: .min ... .max, using: &generator))
        case 3: .double(.random(in: -1e10...1e10, using: &generator))
        case 4:
            .string(
                String((0..<5).map { _ in ["a", "\"", "\\", "é", "😀", "\n", "\u{7}"].randomElement() ?? "" }.joined())
            )
        case 5: .array((0..<3).map { _ in random(depth: depth + 1, using: &generator) })
        default: .object(JSONObject((0..<20).map { ("k\($0)", random(depth: depth + 1, using: &generator)) }))
        }
    }
}
