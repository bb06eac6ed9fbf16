import JSON
import Statistics
import Testing

@testable import Reports

struct ProfileReportTests {
    private static func profile(_ values: [Double], _ texts: [String]) -> ProfileReport {
        var (quantiles, moments, distinct) = (QuantileSketch(k: 64), ShapeMoments(), DistinctSketch())
        for value in values {
            quantiles.add(value)
            moments.add(value)
            distinct.add(value)
        }
        var (items, words) = (FrequentItems(capacity: 4), DistinctSketch())
        for text in texts {
            items.add(text)
            words.add(text)
        }
        return ProfileReport(
            current: DatasetLabel(name: "some.csv", rows: values.count + 3),
            columns: [
                ColumnProfile(
                    name: "x",
                    type: .number,
                    counts: (values.count + 3, 2, 1),
                    distinct: distinct,
                    sketches: .numbers(quantiles, moments)
                ),
                ColumnProfile(
                    name: "word",
                    type: .text,
                    counts: (texts.count, 0, 0),
                    distinct: words,
                    sketches: .categories(items)
                ),
            ],
            skipped: [SkippedColumn(name: "at", reason: "a profile takes no times")]
        )
    }

    private static let made = profile(
        (0..<2_000).map { Double($0 * 7_919 % 2_003) / 7 },
        (0..<500).map { "w\($0 * $0 % 23)" }
    )

    @Test func `a profile made of its JSON equals it`() throws {
        for profile in [Self.made, Self.profile([], [])] {
            let text = profile.json.serialized()
            #expect(try SavedProfile(json: try JSONValue.parse(text), name: "a.json").profile == profile)
        }
    }

    private static let spoiled: [(path: [String], value: JSONValue?, words: String)] = [
        (["kind"], "drift", "no profile"), (["current"], nil, "'current'"), (["merged"], [1], "'merged'"),
        (["merged"], [["name": "b", "rows": .int(1 << 53)]], "too many rows"), (["skipped"], nil, "'skipped'"),
        (["columns"], 3, "'columns'"), (["columns", "0", "column"], 3, "'columns[0].column'"),
        (["columns", "1", "column"], "x", "comes twice"), (["columns", "0", "type"], "time", "'type'"),
        (["columns", "0", "type"], "text", "frequent"), (["columns", "1", "type"], "number", "'state.quantiles'"),
        (["columns", "0", "rows"], -1, "'rows'"), (["columns", "0", "rows"], 2.5, "'rows'"),
        (["columns", "0", "missing"], 3, "as many as"), (["columns", "1", "infinite"], 1, "'infinite'"),
        (["current", "rows"], 10, "more rows"), (["columns", "0", "state"], nil, "'state'"),
        (["columns", "0", "state", "distinct", "precision"], 11, "4096 registers"),
        (["columns", "0", "state", "distinct", "registers"], "0g", "hexadecimal"),
        (["columns", "0", "state", "distinct", "registers"], "ff", "1 registers"),
        (["columns", "0", "state", "quantiles", "k"], .int(.max), "'state.quantiles.k'"),
        (["columns", "0", "state", "quantiles", "count"], 1, "its count is 1"),
        (["columns", "0", "state", "quantiles", "min"], nil, "'state.quantiles.min'"),
        (["columns", "0", "state", "quantiles", "coin"], "-", "'state.quantiles.coin'"),
        (["columns", "0", "state", "quantiles", "levels"], [["a"]], "arrays of numbers"),
        (["columns", "0", "state", "moments"], nil, "'state.moments' is missing"),
        (["columns", "0", "state", "moments", "count"], 3, "'state.moments.count'"),
        (["columns", "0", "state", "moments", "mean"], 1e6, "between minimum and maximum"),
        (["columns", "0", "state", "moments", "second"], -1, "is no sketch"),
        (["columns", "1", "state", "frequent", "counts"], [["a"]], "pairs"),
        (["columns", "1", "state", "frequent", "counts"], [["a", 1], ["a", 1]], "each value once"),
        (["columns", "1", "state", "frequent", "counts"], [["a", -1]], "is no sketch"),
        (["columns", "1", "state", "frequent", "counts"], [[.string(String(repeating: "a", count: 129)), 1]], "128"),
        (["columns", "1", "state", "frequent", "error"], 400, "is no sketch"),
    ]

    @Test(arguments: spoiled.indices)
    func `what is no profile is refused with its file and column`(index: Int) throws {
        let (path, value, words) = Self.spoiled[index]
        let json = try #require(Self.changed(Self.made.json, path[...], value))
        let error = #expect(throws: ReportError.self) { try SavedProfile(json: json, name: "a.json") }
        let message = try #require(error?.message)
        #expect(message.hasPrefix("a.json") && message.contains(words), "\(message)")
        if path.contains("state") { #expect(message.contains("column \(path[1] == "0" ? "x" : "word")"), "\(message)") }
    }

    private static func changed(_ json: JSONValue, _ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue? {
        guard let name = path.first else { return value }
        let rest = path.dropFirst()
        if var elements = json.arrayValue, let place = Int(name) {
            elements[place] = changed(elements[place], rest, value) ?? .null
            return .array(elements)
        }
        guard var object = json.objectValue else { return nil }
        object[name] = rest.isEmpty ? value : changed(object[name] ?? .null, rest, value)
        return .object(object)
    }

    @Test func `merged halves are like the whole`() throws {
        let values = (0..<4_000).map { Double($0 * 7_919 % 4_001) }
        let texts = (0..<4_000).map { "w\($0 * $0 % 97)" }
        let whole = Self.profile(values, texts)
        var half = Self.profile(Array(values.prefix(1_500)), Array(texts.prefix(1_500)))
        let rest = Self.profile(Array(values.dropFirst(1_500)), Array(texts.dropFirst(1_500)))
        try half.merge(SavedProfile(name: "rest.json", profile: rest))
        guard case .numbers(let quantiles, let moments?) = half.columns[0].sketches,
            case .numbers(_, let all?) = whole.columns[0].sketches,
            case .categories(let items) = half.columns[1].sketches
        else { return #expect(Bool(false)) }
        #expect(half.rows == 4_006 && half.columns[0].missing == 4 && half.columns[0].infinite == 2)
        #expect(half.columns.map(\.distinct) == whole.columns.map(\.distinct))
        for fraction in [0.1, 0.5, 0.9] {
            let rank = Double(values.count { $0 <= (try? quantiles.quantile(fraction)) ?? 0 }) / 4_000
            #expect(abs(rank - fraction) <= quantiles.rankError)
        }
        for part in [\ShapeMoments.mean, \.sampleVariance, \.skewness, \.kurtosis] {
            #expect(abs(moments[keyPath: part] - all[keyPath: part]) <= 1e-9 * abs(all[keyPath: part]))
        }
        for item in items.top(20) {
            let count = texts.count { $0 == item.value }
            #expect(item.lowerBound <= count && count <= item.upperBound)
        }
        #expect(try SavedProfile(json: half.json, name: "half").profile == half)
    }

    @Test func `columns of two types, or left out on one side, do not merge, but empty ones do`() throws {
        func one(_ type: ColumnProfile.Kind, _ rows: Int, missing: Int, k: Int = 64) -> ProfileReport {
            var sketch = QuantileSketch(k: k)
            var items = FrequentItems(capacity: 4)
            for value in 0..<(rows - missing) {
                sketch.add(Double(value))
                items.add("\(value)")
            }
            let column = ColumnProfile(
                name: "x",
                type: type,
                counts: (rows, missing, 0),
                distinct: DistinctSketch(),
                sketches: type == .number ? .numbers(sketch, nil) : .categories(items)
            )
            return ProfileReport(current: DatasetLabel(name: "a", rows: rows), columns: [column], skipped: [])
        }
        let left = ProfileReport(
            current: DatasetLabel(name: "b", rows: 3),
            columns: [],
            skipped: [SkippedColumn(name: "x", reason: "a profile takes no times")]
        )
        let numbers = one(.number, 5, missing: 0)
        for other in [one(.text, 5, missing: 4), one(.number, 5, missing: 0, k: 65), left] {
            for (first, second) in [(numbers, other), (other, numbers)] {
                var report = first
                let error = #expect(throws: ReportError.self) {
                    try report.merge(SavedProfile(name: "day.json", profile: second))
                }
                #expect(error?.message.contains("column x") == true && error?.message.contains("day.json") == true)
            }
        }
        let empty = one(.text, 7, missing: 7)
        for (first, second) in [(numbers, empty), (empty, numbers)] {
            var report = first
            try report.merge(SavedProfile(name: "day.json", profile: second))
            #expect(report.columns[0].type == .number && report.columns[0].rows == 12 && report.columns[0].missing == 7)
        }
    }

    @Test func `a long text is cut between characters of Unicode`() {
        #expect(ProfileReading.cut(String(repeating: "a", count: 200)).utf8.count == 128)
        #expect(ProfileReading.cut(String(repeating: "€", count: 50)) == String(repeating: "€", count: 42))
    }
}
