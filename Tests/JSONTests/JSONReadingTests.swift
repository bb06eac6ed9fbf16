import Testing

@testable import JSON

@Suite struct JSONReadingTests {
    private static let texts: [(String, JSONValue)] = [
        ("null", .null), ("true", true), (" [1, -2.5, \"a\\u00e9\\ud83d\\ude00\"] ", [1, -2.5, "aé😀"]),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)), ("1.0", .double(1)),
        ("1e3", .double(1_000)), ("18446744073709551615", .double(0x1p64)),
        ("123456789012345678901234567890", .double(1.2345678901234568e29)), ("\"\"", ""), ("{}", [:]), ("[[]]", [[]]),
    ]

    @Test(arguments: texts)
    func `a text reads as its value`(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(text) == value)
    }

    @Test(arguments: [
        ("", 0), ("[1,]", 3), ("{\"a\" 1}", 5), ("{a:1}", 1), ("01", 0), ("1 2", 2), ("[1", 2), ("\"a", 2), ("nul", 3),
        ("\"\\x\"", 3), ("\"\u{1}\"", 1), ("-", 1), ("1.", 2), ("NaN", 0), ("'a'", 0), ("\u{FEFF}1", 0),
    ])
    func `a text that is not JSON is refused with the byte`(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
        #expect(error?.code == .malformed)
        #expect(error?.offset == offset)
    }

    private static let broken: [[UInt8]] = [
        [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], Array("\"\\ud800\"".utf8), Array("\"\\udc00\"".utf8),
    ]

    @Test(arguments: broken)
    func `text that is not Unicode is refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue.parse(bytes) }
    }

    @Test func `the last of equal keys wins, and the order of keys stays`() throws {
        let value = try JSONValue.parse(#"{"b":1,"a":2,"b":3}"#)
        #expect(value.objectValue?.keys == ["b", "a"])
        #expect(value["b"] == 3)
        #expect(try JSONDocument(parsing: Array(#"{"b":1,"b":3}"#.utf8)).root["b"]?.intValue == 3)
    }

    @Test func `nesting is allowed up to the limit and no deeper`() throws {
        let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        _ = try JSONValue.parse(deep(64))
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(deep(65)) }
        #expect(error?.code == .tooDeep)
        #expect(throws: JSONError.self) { try JSONValue.parse(deep(1_000_000)) }
    }

    @Test func `bare NaN and infinity are taken only when asked for`() throws {
        let options = JSONOptions(allowNaN: true)
        let value = try JSONValue.parse("[NaN, Infinity, -Infinity]", options: options)
        #expect(value[0]?.doubleValue?.isNaN == true)
        #expect(value[1] == .double(.infinity))
        #expect(value[2] == .double(-.infinity))
    }

    @Test func `a number beyond a double is refused`() {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse("[1e999]") }
        #expect(error?.code == .numberOutOfRange)
    }

    @Test func `a document is read in place`() throws {
        let text = #"{"metrics":[{"key":"loss","value":0.5,"step":3},{"key":"acc","value":1,"step":-4}],"x":null}"#
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        var seen: [String] = []
        root["metrics"]?.forEachElement { metric in
            let key = metric["key"]?.stringValue ?? ""
            seen.append("\(key) \(metric["value"]?.doubleValue ?? 0) \(metric["step"]?.intValue ?? 0)")
        }
        #expect(seen == ["loss 0.5 3", "acc 1.0 -4"])
        #expect(root["x"]?.isNull == true)
        #expect(root["y"] == nil)
        var keys: [String] = []
        root.forEachMember { key, _ in keys.append(key.text) }
        #expect(keys == ["metrics", "x"])
    }

    @Test func `both readers give the same tape`() throws {
        let text = #"{"a":[1,2.5,"x\ny",{"b":[]}],"c":true,"d":-7,"e":{"f":null}}"#
        let bytes = Array(text.utf8)
        let fast = try bytes.withUnsafeBytes { try #require(ParserPool.shared.parse($0, maximumDepth: 64)) }
        let slow = try bytes.withUnsafeBytes { buffer in
            var builder = TapeBuilder(buffer, options: JSONOptions())
            return try builder.build()
        }
        // The root word differs: simdjson's names the end of the tape.
        #expect(fast.words.dropFirst().dropLast() == slow.words.dropFirst().dropLast())
        #expect(fast.strings == slow.strings)
    }

    @Test func `documents are parsed on many threads at once`() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<32 {
                group.addTask {
                    let text = "[" + (0..<500).map { "\"\(index)-\($0)\"" }.joined(separator: ",") + "]"
                    return try JSONValue.parse(text)[499] == .string("\(index)-499")
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
