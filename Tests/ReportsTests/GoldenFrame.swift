import Files
import JSON
import Reports
import Statistics

/// The two frames of the golden reports, read as pandas reads them.
struct GoldenFrame {
    let rows: Int
    private let names: [String]
    private let cells: [[String]]

    static let numerical: Set<String> = [
        "age", "income", "score", "const", "income_copy", "target", "proba", "amount", "amount_pred", "x", "y", "z",
    ]

    init(_ name: String) throws {
        let text = String(decoding: try File.read(Self.path("\(name).csv"), limit: 4 << 20), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        names = lines[0]
        cells = Array(lines.dropFirst())
        rows = cells.count
    }

    static func path(_ name: String) -> String {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(folder)/Golden/\(name)"
    }

    func texts(_ column: String) -> [String?] {
        let index = names.firstIndex(of: column) ?? 0
        return cells.map { $0[index].isEmpty ? nil : $0[index] }
    }

    func numbers(_ column: String) -> [Double] {
        texts(column).map { $0.map { Double($0) ?? ($0 == "-inf" ? -.infinity : .infinity) } ?? .nan }
    }

    func column(_ name: String) -> ReportColumn {
        Self.numerical.contains(name)
            ? ReportColumn(name: name, numbers: numbers(name))
            : ReportColumn(name: name, categories: CategoryCounts(texts(name)))
    }

    /// The cases of `evidently_reports` by id.
    static func report(_ id: String) throws -> JSONValue {
        let golden = try JSONValue.parse(try File.read(path("evidently_reports.json"), limit: 4 << 20))
        let found = golden["cases"]?.arrayValue?.first { $0["id"] == .string(id) }
        return found ?? .null
    }
}

/// Whether two numbers agree within 1e-9 of their size.
func agrees(_ value: Double?, _ expected: Double?) -> Bool {
    guard let value, let expected else { return value == nil && expected == nil }
    return abs(value - expected) <= max(1e-12, 1e-9 * abs(expected))
}
