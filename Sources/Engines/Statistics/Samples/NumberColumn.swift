/// The finite values of one numeric column in their own order, with their moments; sorting is put off until it pays.
///
/// The most asked questions about large columns (Kolmogorov-Smirnov, Wasserstein, histograms, moments) need no order, and
/// no memory either: a column may be read again for each of them from where it lies.
package struct NumberColumn: Sendable {
    /// Where the finite values are.
    private enum Storage: Sendable {
        case held([Double])
        case read(any NumberSource)
    }

    /// The number of finite values.
    package let count: Int
    /// How many values were NaN.
    package let missing: Int
    /// How many values were positive or negative infinity.
    package let infinite: Int
    /// The least value; infinite when empty.
    package let minimum: Double
    /// The greatest value; negative infinite when empty.
    package let maximum: Double
    /// The mean; 0 when empty.
    package let mean: Double
    /// Sum of squared deviations from the mean.
    package let squaredDeviations: Double

    /// Columns up to this many values are sorted at once: everything else about them is cheaper then.
    private static let eagerLimit = 1 << 14
    /// How many values a thinned column has.
    static let thinnedCount = 4_096

    private let storage: Storage
    private let eager: SortedSample?
    /// Of a column that is not held: values at even distances.
    private let sampled: [Double]

    /// Takes a column; NaN and infinities are counted and left out.
    ///
    /// O(n), or O(n log n) for short ones.
    package init(_ column: [Double]) {
        var scan = column.withUnsafeBufferPointer { ColumnScan($0) }
        let values: [Double]
        // One value that is not finite makes the sum so; a sum that is too large only costs the second look.
        if scan.mean.isFinite {
            (values, missing, infinite) = (column, 0, 0)
        } else {
            values = ColumnScan.finite(column)
            missing = column.count(where: \.isNaN)
            infinite = column.count - values.count - missing
            scan = values.withUnsafeBufferPointer { ColumnScan($0) }
        }
        count = values.count
        (minimum, maximum) = (scan.minimum, scan.maximum)
        (mean, squaredDeviations) = (scan.mean, scan.shifted.squaredDeviations)
        eager = values.count <= Self.eagerLimit ? SortedSample(values) : nil
        storage = .held(values)
        sampled = []
    }

    /// Surveys a column in one pass and leaves it where it is; what is asked later reads it again.
    ///
    /// - Parameters:
    ///   - source: the column; must show the same values each time.
    ///   - rows: how many values it has, about.
    package init(reading source: any NumberSource, rows: Int) {
        var survey = ColumnSurvey(rows: rows)
        source.forEachBlock { block in
            FiniteBlock.show(block) { finite, missing, infinite in
                survey.add(finite, missing: missing, infinite: infinite)
                return true
            }
        }
        count = survey.count
        (missing, infinite) = (survey.missing, survey.infinite)
        (minimum, maximum) = (survey.minimum, survey.maximum)
        (mean, squaredDeviations) = (survey.mean, survey.squaredDeviations)
        storage = .read(source)
        eager = nil
        sampled = survey.thinned
    }

    /// Shows the finite values in order and in blocks, until `body` says false.
    func forEachBlock(_ body: (UnsafeBufferPointer<Double>) -> Bool) {
        switch storage {
        case .held(let values): _ = values.withUnsafeBufferPointer(body)
        case .read(let source):
            source.forEachBlock { block in FiniteBlock.show(block) { finite, _, _ in body(finite) } }
        }
    }

    /// The finite values as they came; of a column that is not held, all of them are read.
    package var values: [Double] {
        if case .held(let values) = storage { return values }
        var values: [Double] = []
        values.reserveCapacity(count)
        forEachBlock { block in
            values.append(contentsOf: block)
            return true
        }
        return values
    }

    /// Some of the values at even distances, in no order; all of a short column.
    var thinned: [Double] {
        guard case .held(let values) = storage else { return sampled }
        let step = max(1, count / Self.thinnedCount)
        return stride(from: 0, to: count, by: step).map { values[$0] }
    }

    /// Whether no finite value is left.
    package var isEmpty: Bool { count == 0 }

    /// The values in order; sorts a long column anew each time.
    package var sorted: SortedSample { eager ?? SortedSample(values) }

    /// Whether its values repeat a lot, as whole numbers do; judged by some of them.
    var seemsTied: Bool {
        let some = SortedSample(thinned)
        return some.distinctCount(limit: some.count / 4 + 1) <= some.count / 4
    }

    /// Whether the values are in memory, else they are read again each time they are asked for.
    var isHeld: Bool {
        if case .held = storage { return true }
        return false
    }

    /// Whether ``sorted`` costs nothing.
    var isSorted: Bool { eager != nil }

    /// Standard deviation with denominator n; 0 when empty.
    package var populationDeviation: Double {
        isEmpty ? 0 : (squaredDeviations / Double(count)).squareRoot()
    }

    /// Standard deviation with denominator n - 1; nil with fewer than two values.
    package var sampleDeviation: Double? {
        count > 1 ? (squaredDeviations / Double(count - 1)).squareRoot() : nil
    }

    /// The number of distinct values, counted up to `limit` and no further.
    package func distinctCount(limit: Int) -> Int {
        if let eager { return eager.distinctCount(limit: limit) }
        var seen = DistinctTally(limit: limit)
        _ = seen.add(self)
        return min(limit, seen.values.count)
    }
}
