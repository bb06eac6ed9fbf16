import Testing

@testable import JSON

@Suite struct JSONCodableTests {
    private struct Part: Codable, Equatable {
        var numbers: [Double]
        var lists: [[Part]]
        var text: String?
        var word = UInt32.max
    }

    private enum Choice: Codable, Equatable {
        case none
        case some(Part, count: UInt64)
    }

    private struct Whole: Codable, Equatable {
        var choices: [Choice]
        var flags: [Bool]
        var nothing: Int?
        var single: Float
    }

    private let whole = Whole(
        choices: [
            .none,
            .some(
                Part(
                    numbers: [0.1 + 0.2, -.infinity, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 5],
                    lists: [[], [Part(numbers: [], lists: [], text: "é")]],
                    text: nil
                ),
                count: .max
            ),
        ],
        flags: [true, false],
        nothing: nil,
        single: 0.1
    )

    @Test func `a value comes back from its text digit for digit`() throws {
        let text = try JSONValue(encoding: whole).description
        #expect(try JSONValue.parse(text).decoded(as: Whole.self) == whole)
        let nan = try JSONValue.parse(try JSONValue(encoding: [Double.nan]).description).decoded(as: [Double].self)
        #expect(nan.count == 1 && nan[0].isNaN)
    }

    @Test(arguments: [
        #"{"numbers":[1],"lists":[]}"#, #"{"numbers":["x"],"lists":[],"word":1}"#,
        #"{"numbers":{},"lists":[],"word":1}"#,
        #"{"numbers":[],"lists":[],"word":-1}"#, #"{"numbers":[],"lists":[],"word":1.5}"#, "[]", "null",
    ])
    func `what is no such value is refused`(text: String) throws {
        let value = try JSONValue.parse(text)
        #expect(throws: DecodingError.self) { try value.decoded(as: Part.self) }
    }
}
