import Testing

@testable import JSON

struct JSONFieldNamesTests {
    private func places(_ names: [String], _ text: String) throws -> [Int?] {
        let fields = JSONFieldNames(names)
        var found: [Int?] = []
        var due = 0
        try JSONDocument(parsing: Array(text.utf8)).root.forEachMember { key, _ in
            let place = fields.index(of: key, due: due)
            if let place { due = place + 1 }
            found.append(place)
        }
        return found
    }

    @Test func `names are found in their order, in any other, and beside names that are not looked for`() throws {
        let names = ["b", "a", "longer", "", "é"]
        #expect(try places(names, #"{"b":1,"a":2,"longer":3,"":4,"é":5}"#) == [0, 1, 2, 3, 4])
        #expect(
            try places(names, #"{"é":5,"other":0,"a":2,"b":1,"":4,"longest":0,"longer":3}"#) == [
                4, nil, 1, 0, 3, nil, 2,
            ]
        )
        #expect(try places(names, #"{"a":2,"a":2,"\u0061":2}"#) == [1, 1, 1])
        #expect(try places([], #"{"a":2}"#) == [nil])
    }

    @Test func `among thousands of names each is found, and the first of equal ones`() throws {
        let names = (0..<3_000).map { "column \($0 * 7_919 % 3_000)" }
        let text = "{" + (0..<3_000).map { "\"column \($0)\":0" }.joined(separator: ",") + "}"
        let found = try places(names, text)
        #expect(found.enumerated().allSatisfy { place, index in index.map { names[$0] } == "column \(place)" })
        #expect(try places(["a", "b", "a"], #"{"x":0,"a":1}"#) == [nil, 0])
    }
}
