import JSON
import Testing

@testable import YAML

@Suite struct YAMLTests {
    @Test func `a project's file reads as its value`() throws {
        let text = """
            # a comment
            metadata: {version: 2.0, name: weather}
            topics:
              - name: weather      # one a day
                configuration: {partitions: 1, retentionInMinutes: -1}
              - name: "12"
            empty:
            text: |
              two
              lines
            """
        let value = try YAML.parse(text)
        #expect(value["metadata"] == ["version": 2.0, "name": "weather"])
        #expect(value["topics"]?[0]?["configuration"] == ["partitions": 1, "retentionInMinutes": -1])
        #expect(value["topics"]?[1] == ["name": "12"])
        #expect(value["empty"] == .null)
        #expect(value["text"] == "two\nlines")
    }

    @Test(arguments: [
        ("yes", JSONValue.string("yes")), ("0x1F", 31), ("0o17", 15), ("+5", 5), (".5", 0.5), ("1.", 1.0),
        ("1e3", .double(1_000)), ("1_000", "1_000"), ("'5'", "5"), ("!!str 5", "5"), ("~", .null),
        (".inf", .double(.infinity)),
        ("12:30", "12:30"), ("2026-01-01", "2026-01-01"), ("", .null),
    ])
    func `scalars follow the core schema`(text: String, value: JSONValue) throws {
        #expect(try YAML.parse(text) == value)
    }

    @Test(arguments: [
        ("a: [1, 2", 2), ("a: 1\nb: {c: 1}}\n", 2), ("a: 1\na: 2", 2), ("a: *nothing", 1), ("a: 1\n---\nb: 2", 2),
        ("[a]: 1", 1), ("\ta: 1", 1),
    ])
    func `a fault is told with its line`(text: String, line: Int) {
        let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
        #expect(error?.line == line)
    }

    @Test func `an alias stands for its anchor`() throws {
        #expect(try YAML.parse("a: &x [1, 2]\nb: *x") == ["a": [1, 2], "b": [1, 2]])
    }

    @Test func `aliases cannot grow a small text without bound`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let uses = (0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", ")
            text += "a\(level): &a\(level) [\(uses)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
        #expect(error?.message.contains("more than 200000 values") == true)
    }

    @Test func `nesting is bounded`() {
        let error = #expect(throws: YAMLError.self) { try YAML.parse(String(repeating: "[", count: 1_000)) }
        #expect(error?.message.contains("deeper than 64") == true)
    }
}
