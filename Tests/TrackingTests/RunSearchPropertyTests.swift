import Filters
import TestSupport
import Testing

@testable import Tracking

/// Random expressions over random runs: the database finds what a plain evaluation of the expression finds.
@Suite struct RunSearchPropertyTests {
    @Test(arguments: 0..<8)
    func searchesFindWhatTheExpressionMeans(seed: UInt64) async throws {
        let fixture = try await TrackingFixture()
        var random = SeededGenerator(seed: seed)
        var rows: [KnownRun] = []
        for index in 0..<30 { rows.append(KnownRun(index, using: &random)) }
        for row in rows { try await row.store(in: fixture) }
        for _ in 0..<60 {
            let (text, test) = RandomFilter.make(depth: 3, using: &random)
            let found = try await fixture.names(text, orderBy: ["run_name"])
            let expected = rows.filter { test($0) }.map(\.name).sorted()
            #expect(found == expected, "seed \(seed): \(text)")
        }
    }
}

/// A run as the test knows it.
private struct KnownRun {
    let name: String
    var metrics: [String: Double] = [:]
    var params: [String: String] = [:]
    var tags: [String: String] = [:]

    init(_ index: Int, using random: inout SeededGenerator) {
        name = "r" + String(100 + index)
        for key in ["m", "n"] where Bool.random(using: &random) {
            let numbers: [Double] = [0, -1.5, 2, .nan, .infinity]
            metrics[key] = numbers.randomElement(using: &random)
        }
        for key in ["p", "q"] where Bool.random(using: &random) { params[key] = RandomFilter.text(using: &random) }
        for key in ["t", "u"] where Bool.random(using: &random) { tags[key] = RandomFilter.text(using: &random) }
    }

    func store(in fixture: TrackingFixture) async throws {
        _ = try await fixture.run(name, metrics: metrics, params: params, tags: tags)
    }
}

/// Expressions as text together with what they mean.
private enum RandomFilter {
    typealias Test = (KnownRun) -> Bool

    static func text(using random: inout SeededGenerator) -> String {
        ["", "x", "X", "xy", "a%b", "a_b", "10", "9", "żółć"].randomElement(using: &random) ?? ""
    }

    static func make(depth: Int, using random: inout SeededGenerator) -> (String, Test) {
        switch depth == 0 ? 0 : Int.random(in: 0..<6, using: &random) {
        case 0, 1, 2: return clause(using: &random)
        case 3:
            let (left, leftTest) = make(depth: depth - 1, using: &random)
            let (right, rightTest) = make(depth: depth - 1, using: &random)
            return ("(\(left)) AND (\(right))", { leftTest($0) && rightTest($0) })
        case 4:
            let (left, leftTest) = make(depth: depth - 1, using: &random)
            let (right, rightTest) = make(depth: depth - 1, using: &random)
            return ("(\(left)) OR (\(right))", { leftTest($0) || rightTest($0) })
        default:
            let (inner, test) = make(depth: depth - 1, using: &random)
            return ("NOT (\(inner))", { !test($0) })
        }
    }

    private static func clause(using random: inout SeededGenerator) -> (String, Test) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return metric(using: &random)
        case 1: return pair("params", ["p", "q", "none"], { $0.params }, using: &random)
        case 2: return pair("tags", ["t", "u", "none"], { $0.tags }, using: &random)
        default:
            let name = "r\(Int.random(in: 100..<130, using: &random))"
            return ("attributes.run_name = '\(name)'", { $0.name == name })
        }
    }

    /// A missing metric never matches; not-a-number only differs; infinity is the greatest number.
    private static func metric(using random: inout SeededGenerator) -> (String, Test) {
        let key = ["m", "n", "none"].randomElement(using: &random) ?? "m"
        let numbers: [Double] = [0, -1.5, 2, 1e300]
        let number = numbers.randomElement(using: &random) ?? 0
        let comparator = ["=", "!=", ">", ">=", "<", "<="].randomElement(using: &random) ?? "="
        return (
            "metrics.\(key) \(comparator) \(number)",
            { run in
                guard let value = run.metrics[key] else { return false }
                switch comparator {
                case "=": return value == number
                case "!=": return value != number
                case ">": return value > number
                case ">=": return value >= number
                case "<": return value < number
                default: return value <= number
                }
            }
        )
    }

    /// A missing key matches nothing but IS NULL.
    private static func pair(
        _ entity: String,
        _ keys: [String],
        _ values: @escaping (KnownRun) -> [String: String],
        using random: inout SeededGenerator
    ) -> (String, Test) {
        let key = keys.randomElement(using: &random) ?? "p"
        let name = "\(entity).\(key)"
        let text = text(using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return ("\(name) = '\(text)'", { values($0)[key] == text })
        case 1: return ("\(name) != '\(text)'", { values($0)[key].map { $0 != text } ?? false })
        case 2: return ("\(name) IS NULL", { values($0)[key] == nil })
        case 3: return ("\(name) IS NOT NULL", { values($0)[key] != nil })
        case 4: return ("\(name) LIKE '\(text)%'", { values($0)[key].map { isLike($0, text + "%") } ?? false })
        default:
            return (
                "\(name) ILIKE '%\(text)'",
                { values($0)[key].map { isLike(ascii($0), ascii("%" + text)) } ?? false }
            )
        }
    }

    private static func ascii(_ text: String) -> String {
        String(text.map { $0.isASCII ? Character($0.lowercased()) : $0 })
    }

    /// SQL's LIKE: `%` is any run of characters, `_` any one.
    private static func isLike(_ text: String, _ pattern: String) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = String(pattern.dropFirst())
        if first == "%" {
            return isLike(text, rest) || (!text.isEmpty && isLike(String(text.dropFirst()), pattern))
        }
        guard let character = text.first, first == "_" || first == character else { return false }
        return isLike(String(text.dropFirst()), rest)
    }
}
