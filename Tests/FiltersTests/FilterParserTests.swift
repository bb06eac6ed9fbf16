import SQLStore
import Testing

@testable import Filters

@Suite struct FilterParserTests {
    private func clause(
        _ entity: String?,
        _ key: String,
        _ comparator: FilterComparator,
        _ value: FilterValue
    ) -> FilterExpression {
        .clause(
            FilterClause(identifier: FilterIdentifier(entity: entity, key: key), comparator: comparator, value: value)
        )
    }

    @Test func theEmptyFilterMatchesEverything() throws {
        #expect(try FilterParser.parse("") == .everything)
        #expect(try FilterParser.parse(nil) == .everything)
    }

    @Test func clausesMayBeWrittenInManyWays() throws {
        #expect(try FilterParser.parse("metrics.a>1") == clause("metrics", "a", .greater, .number("1")))
        #expect(
            try FilterParser.parse("metrics.a.b >= -.5e+3")
                == clause("metrics", "a.b", .greaterOrEqual, .number("-.5e+3"))
        )
        #expect(
            try FilterParser.parse("tags.`a-b/c` = 'x\"y'")
                == clause("tags", "a-b/c", .equal, .string("x\"y", quote: "'"))
        )
        #expect(
            try FilterParser.parse("params.\"a b\" iLiKe \"%x'\"")
                == clause("params", "a b", .ilike, .string("%x'", quote: "\""))
        )
        #expect(
            try FilterParser.parse("run_id not  in ('a', \"b\",)")
                == clause(nil, "run_id", .notWithin, .list(["a", "b"]))
        )
        #expect(try FilterParser.parse("tag.x is\tnot null") == clause("tag", "x", .isNotNull, .none))
        #expect(try FilterParser.parse("`run name` = 'a'") == clause(nil, "run name", .equal, .string("a", quote: "'")))
        #expect(try FilterParser.parse("params.1x = ''") == clause("params", "1x", .equal, .string("", quote: "'")))
    }

    @Test func andBindsCloserThanOrAndParenthesesGroup() throws {
        let parsed = try FilterParser.parse("a = 1 and b = 2 OR NOT (c = 3 Or d = 4)")
        let expected = FilterExpression.any([
            .all([clause(nil, "a", .equal, .number("1")), clause(nil, "b", .equal, .number("2"))]),
            .not(.any([clause(nil, "c", .equal, .number("3")), clause(nil, "d", .equal, .number("4"))])),
        ])
        #expect(parsed == expected)
        #expect(parsed.conjunction == nil)
    }

    @Test(arguments: ["AND a = 1", "a = 1 AND", "AND AND a = 1 AND AND"])
    func strayAndsAreTolerated(text: String) throws {
        #expect(try FilterParser.parse(text) == clause(nil, "a", .equal, .number("1")))
    }

    @Test(arguments: [
        ("   ", "Invalid filter '   '. Could not be parsed."),
        ("x", "Invalid clause(s) in filter string: 'x'"),
        ("metrics.x >", "Invalid clause(s) in filter string: 'metrics.x', '>'"),
        ("metrics.x > 1 2", "Invalid clause(s) in filter string: '2'"),
        ("metrics.x == 1", "Invalid comparator '=='"),
        ("metrics.x <> 1", "Invalid comparator '<>'"),
        ("params.a-b = 'x'", "Expected 'Identifier' found 'params.a-b'"),
        ("a = 1; b = 2", "Search filter contained multiple expression"),
        ("run_id IN ()", "expected a non-empty list"),
        ("run_id IN (1,)", "different type in list: (1,)"),
        ("run_id IN (1)", "different type in list: (1,)"),
        ("a = 1;", "Invalid clause(s) in filter string: ';'"),
        ("a = 'x'; b = 2", "multiple expression \"a = 'x'; b = 2\"."),
        ("> 1", "Invalid clause(s) in filter string: '>', '1'"),
        ("a = 'x", "Invalid clause(s)"),
        ("a = 1 OR", "Invalid clause(s)"),
        ("(a = 1", "Invalid clause(s)"),
        ("a = 1)", "Invalid clause(s)"),
        ("a BETWEEN 1 AND 2", "Invalid clause(s) in filter string: 'a', 'BETWEEN', '1', '2'"),
        ("a NOT LIKE 'x'", "Invalid clause(s)"),
        ("OR a = 1", "Invalid"),
    ])
    func mistakesAreNamed(text: String, fragment: String) {
        let error = #expect(throws: FilterError.self) { try FilterParser.parse(text) }
        #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
    }

    @Test func depthAndSizeAreBounded() {
        let deep = String(repeating: "(", count: 1_000) + "a = 1" + String(repeating: ")", count: 1_000)
        let wide = Array(repeating: "a = 1", count: 1_000).joined(separator: " AND ")
        let long = "a = '" + String(repeating: "x", count: 100_000) + "'"
        for text in [deep, wide, long] {
            #expect(throws: FilterError.self) { try FilterParser.parse(text) }
        }
    }

    @Test func ordersTakeADirectionInAnyCase() throws {
        let order = try FilterOrder(parsing: " metrics.`a b`  dEsC ")
        #expect(order.identifier == FilterIdentifier(entity: "metrics", key: "a b"))
        #expect(!order.isAscending)
        #expect(try FilterOrder(parsing: "name").isAscending)
    }

    @Test(arguments: ["", "a, b", "a DESC NULLS LAST", "a,"])
    func unreadableOrdersSaySo(text: String) {
        let error = #expect(throws: FilterError.self) { try FilterOrder(parsing: text) }
        #expect(error?.message == "Invalid order_by clause '\(text)'. Could not be parsed.")
    }

    @Test func anUnknownDirectionIsNamed() {
        let error = #expect(throws: FilterError.self) { try FilterOrder(parsing: "name FOO") }
        #expect(error?.message == "Invalid ordering key in order_by clause 'name FOO'.")
    }

    @Test func conditionsKeepTheirArgumentsInOrder() throws {
        let expression = try FilterParser.parse("a = 'x' OR NOT b IN ('y', 'z')")
        let condition = SQLCondition(expression) { .text($0.identifier.key, $0.comparator, $0.value) }
        #expect(condition.sql == "(a = ?) OR (NOT (b IN (?, ?)))")
        #expect(condition.arguments == [.text("x"), .text("y"), .text("z")])
    }
}
