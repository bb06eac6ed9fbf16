/// Counts the values of columns that have few different ones, and stops where there are more.
struct DistinctTally {
    /// The values so far, in order of their first coming.
    private(set) var values: [Double] = []
    /// How often each came.
    private(set) var counts: [Int] = []

    private let limit: Int

    /// Above this many values a search through all of them is too slow; a set takes over.
    private static let scanLimit = 64

    /// A tally that gives up beyond `limit` values.
    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a column; false, with the counts incomplete, where more than the limit of values came.
    mutating func add(_ column: NumberColumn) -> Bool {
        var fits = true
        column.forEachBlock { block in
            fits = limit <= Self.scanLimit ? scan(block) : hash(block)
            return fits
        }
        return fits
    }

    private mutating func scan(_ column: UnsafeBufferPointer<Double>) -> Bool {
        for value in column {
            if let position = values.firstIndex(of: value) {
                counts[position] += 1
            } else {
                guard values.count < limit else { return false }
                values.append(value + 0.0)
                counts.append(1)
            }
        }
        return true
    }

    private mutating func hash(_ column: UnsafeBufferPointer<Double>) -> Bool {
        var positions = Dictionary(uniqueKeysWithValues: zip(values, values.indices))
        for value in column {
            if let position = positions[value] {
                counts[position] += 1
            } else {
                guard values.count < limit else { return false }
                positions[value] = values.count
                values.append(value + 0.0)
                counts.append(1)
            }
        }
        return true
    }

    /// How often `value` came.
    func count(of value: Double) -> Int { values.firstIndex(of: value).map { counts[$0] } ?? 0 }
}
