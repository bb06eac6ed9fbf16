/// How often each category of a column comes, in the natural order of the categories; missing values are apart.
package struct CategoryCounts: Sendable, Hashable {
    /// The categories, each once.
    package private(set) var categories: [String] = []
    /// The rows of each of them.
    package private(set) var counts: [Int] = []
    /// Rows without a value.
    package var missing: Int

    private var positions: [String: Int] = [:]

    /// Takes counted categories in their order; equal ones are added up.
    package init(_ pairs: some Sequence<(category: String, count: Int)>, missing: Int = 0) {
        self.missing = missing
        for (category, count) in pairs { add(category, count) }
    }

    /// Counts a column; nil is a missing value.
    ///
    /// Categories come in order of their UTF-8 bytes.
    package init(_ column: some Sequence<String?>) {
        var tally: [String: Int] = [:]
        var missing = 0
        for value in column {
            if let value { tally[value, default: 0] += 1 } else { missing += 1 }
        }
        let ordered = tally.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        self.init(ordered.map { (category: $0.key, count: $0.value) }, missing: missing)
    }

    /// Adds `count` rows of `category`.
    package mutating func add(_ category: String, _ count: Int = 1) {
        if let position = positions[category] {
            counts[position] += count
        } else {
            positions[category] = categories.count
            categories.append(category)
            counts.append(count)
        }
    }

    /// Adds all that another has counted.
    package mutating func merge(_ other: CategoryCounts) {
        for (category, count) in zip(other.categories, other.counts) { add(category, count) }
        missing += other.missing
    }

    /// Rows with a value.
    package var rows: Int { counts.reduce(0, +) }

    /// Whether `category` came.
    package func contains(_ category: String) -> Bool { positions[category] != nil }

    /// The category that comes first in the order of both; nil where neither has any.
    ///
    /// Each has its own in their natural order; two that do not know each other's first one are compared as numbers, or by
    /// their UTF-8 bytes.
    static func first(of one: CategoryCounts, _ other: CategoryCounts) -> String? {
        guard let a = one.firstPresent, let b = other.firstPresent else {
            return one.firstPresent ?? other.firstPresent
        }
        if other.count(of: a) > 0 { return b }
        if one.count(of: b) > 0 { return a }
        if let x = Double(a), let y = Double(b) { return x < y ? a : b }
        return a.utf8.lexicographicallyPrecedes(b.utf8) ? a : b
    }

    private var firstPresent: String? { zip(categories, counts).first { $0.1 > 0 }?.0 }

    /// The rows of `category`; 0 where it never came.
    package func count(of category: String) -> Int { positions[category].map { counts[$0] } ?? 0 }
}

extension BinCounts {
    /// One bin per category of either side.
    package init(reference: CategoryCounts, current: CategoryCounts) {
        let unseen = current.categories.filter { !reference.contains($0) }
        let keys = reference.categories + unseen
        self.init(
            reference: keys.map { reference.count(of: $0) },
            current: keys.map { current.count(of: $0) }
        )
    }
}
