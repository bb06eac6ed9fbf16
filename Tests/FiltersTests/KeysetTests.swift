import SQLStore
import Testing

@testable import Filters

@Suite struct KeysetTests {
    private let order = Keyset([.init("time", isAscending: false), .init("name", isAscending: true)])

    @Test func aPlaceSurvivesItsTokenWhateverATextHolds() throws {
        for name in ["a", "", "x;y;", "ü,1", "after;3"] {
            let row = SQLRow(columns: ["id", "time", "name"], values: [.int(1), .int(-5), .text(name)])
            let token = try #require(try PageToken(parsing: order.place(of: row).text))
            let start = try order.start(token)
            #expect(start.condition.arguments == [.int(-5), .int(-5), .int(-5), .text(name)])
            #expect(start.condition.sql == "(time <= ?) AND (time < ? OR ((time = ?) AND (name > ?)))")
            #expect(start.offset == 0)
        }
    }

    @Test func tokensThatCountRowsAreUnderstood() throws {
        let start = try order.start(PageToken(offset: 7))
        #expect(start.offset == 7)
        #expect(start.condition == .always)
        #expect(try order.start(nil).offset == 0)
    }

    @Test(arguments: [["after"], ["after", "2", "i1"], ["after", "2,9", "i1tab"], ["after", "2,2", "x1ta"]])
    func tokensOfOtherSearchesAreRefused(parts: [String]) {
        #expect(throws: FilterError.self) { try order.start(PageToken(offset: 0, fingerprints: parts)) }
    }
}
