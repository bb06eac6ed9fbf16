import Files
import JSON
import Synchronization

/// A file of inputs and of the numbers that the original libraries gave for them.
enum GoldenFile {
    private static let files = Mutex<[String: GoldenValue]>([:])

    /// The cases of `name`, each an object.
    static func cases(_ name: String) throws -> [GoldenValue] {
        if let known = files.withLock({ $0[name] }) { return known.array }
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let bytes = try File.read("/\(folder)/Golden/\(name).json", limit: 16 << 20)
        let cases = GoldenValue(try JSONValue.parse(bytes))["cases"]
        files.withLock { $0[name] = cases }
        return cases.array
    }

    /// The cases of `name` by their `id`.
    static func byID(_ name: String) throws -> [String: GoldenValue] {
        Dictionary(try cases(name).map { ($0["id"].string, $0) }) { first, _ in first }
    }
}

/// One value of a golden file; "NaN" and "Infinity" stand as strings in it.
struct GoldenValue: Sendable {
    private let tree: JSONValue?

    init(_ tree: JSONValue?) {
        self.tree = tree
    }

    subscript(key: String) -> GoldenValue { GoldenValue(tree?[key]) }

    var exists: Bool { tree != nil && tree?.isNull == false }

    var array: [GoldenValue] { tree?.arrayValue?.map { GoldenValue($0) } ?? [] }

    var string: String { tree?.stringValue ?? "" }

    var bool: Bool { tree?.boolValue ?? (tree?.doubleValue == 1) }

    var int: Int { Int(tree?.doubleValue ?? 0) }

    var double: Double {
        if let number = tree?.doubleValue { return number }
        return switch tree?.stringValue {
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: .nan
        }
    }

    var doubles: [Double] { array.map(\.double) }

    var ints: [Int] { array.map(\.int) }

    var categories: [String?] { array.map { $0.exists ? $0.string : nil } }

    var bools: [Bool] { array.map(\.bool) }
}

/// Whether `value` equals `expected` within `relative`, or within `absolute` when both are small.
func agrees(_ value: Double, _ expected: Double, relative: Double = 1e-9, absolute: Double = 1e-12) -> Bool {
    abs(value - expected) <= max(absolute, relative * abs(expected))
}

/// Whether two p-values agree as the reference asks: within 1e-9, and within 1e-8 of their size when they are small.
func agreesAsPValue(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-9 && abs(value - expected) <= max(1e-12, 1e-7 * abs(expected))
}
