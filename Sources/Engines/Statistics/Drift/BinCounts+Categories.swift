extension BinCounts {
    /// One bin per category of either side; a missing value (nil) is left out.
    package init(categories reference: [String?], current: [String?]) {
        let referenceCounts = Self.tally(reference)
        let currentCounts = Self.tally(current)
        let keys = Set(referenceCounts.keys).union(currentCounts.keys).sorted()
        self.init(
            reference: keys.map { referenceCounts[$0] ?? 0 },
            current: keys.map { currentCounts[$0] ?? 0 }
        )
    }

    private static func tally(_ column: [String?]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for case let category? in column { counts[category, default: 0] += 1 }
        return counts
    }
}
