import Foundation

/// A file of inputs and of the numbers that the original libraries gave for them.
enum GoldenFile {
    /// The cases of `name`, each an object.
    static func cases(_ name: String) throws -> [GoldenValue] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).json")
        let tree = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return GoldenValue(tree)["cases"].array
    }

    /// The cases of `name` by their `id`.
    static func byID(_ name: String) throws -> [String: GoldenValue] {
        Dictionary(try cases(name).map { ($0["id"].string, $0) }) { first, _ in first }
    }
}

/// One value of a golden file; "NaN" and "Infinity" stand as strings in it.
struct GoldenValue {
    private let tree: Any?

    init(_ tree: Any?) {
        self.tree = tree
    }

    subscript(key: String) -> GoldenValue {
        GoldenValue((tree as? [String: Any])?[key])
    }

    var exists: Bool { tree != nil && !(tree is NSNull) }

    var array: [GoldenValue] { (tree as? [Any])?.map { GoldenValue($0) } ?? [] }

    var object: [String: GoldenValue] { (tree as? [String: Any])?.mapValues { GoldenValue($0) } ?? [:] }

    var string: String { tree as? String ?? "" }

    var bool: Bool { (tree as? NSNumber)?.boolValue ?? false }

    var int: Int { (tree as? NSNumber)?.intValue ?? 0 }

    var double: Double {
        if let number = tree as? NSNumber { return number.doubleValue }
        return switch tree as? String {
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: .nan
        }
    }

    var doubles: [Double] { array.map(\.double) }

    var ints: [Int] { array.map(\.int) }

    var strings: [String] { array.map(\.string) }

    var categories: [String?] { array.map { $0.exists ? $0.string : nil } }

    var bools: [Bool] { array.map { $0.int == 1 } }
}

/// Whether `value` equals `expected` within `relative`, or within `absolute` when both are small.
func agrees(_ value: Double, _ expected: Double, relative: Double = 1e-9, absolute: Double = 1e-12) -> Bool {
    abs(value - expected) <= max(absolute, relative * abs(expected))
}

/// Whether two p-values agree as the reference asks: within 1e-9, and within 1e-8 of their size when they are small.
func agreesAsPValue(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-9 && abs(value - expected) <= max(1e-12, 1e-7 * abs(expected))
}
