internal import Statistics

/// A column of categories of the reference, counted once.
struct CategoricalProfile: Sendable {
    /// Categories that get a bin of their own; the rarer ones share one.
    static let binLimit = 200
    /// Bins that people are shown.
    static let shownLimit = 15

    let missingShare: Double
    /// Every category of the reference.
    let known: Set<String>
    /// The categories with a bin of their own, the most frequent first.
    private let ordered: [String]
    private let places: [String: Int]
    /// Rows of the reference by bin; the last two are rarer ones, and ones never seen.
    private let counts: [Int]

    init(_ values: [String?]) {
        var tally: [String: Int] = [:]
        for case let value? in values { tally[Cell.cut(value), default: 0] += 1 }
        let present = tally.values.reduce(0, +)
        missingShare = values.isEmpty ? 0 : Double(values.count - present) / Double(values.count)
        known = Set(tally.keys)
        let all = tally.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        ordered = all.prefix(Self.binLimit).map(\.key)
        places = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, $0) })
        counts = all.prefix(Self.binLimit).map(\.value) + [all.dropFirst(Self.binLimit).reduce(0) { $0 + $1.value }, 0]
    }

    /// Compares the categories of a window with the reference.
    ///
    /// - Throws: `UndefinedStatistic` when either side has no value.
    func compare(_ tally: [String: Int]) throws(UndefinedStatistic) -> (measures: DriftMeasures, noise: Double) {
        let current = self.current(tally)
        let used = counts.indices.filter { counts[$0] + current[$0] > 0 }
        let bins = BinCounts(reference: used.map { counts[$0] }, current: used.map { current[$0] })
        let test = try ContingencyTests.chiSquared(bins)
        let measures = DriftMeasures(
            test: .chiSquared,
            statistic: test.statistic,
            pValue: test.pValue,
            adjustedPValue: test.pValue,
            stabilityIndex: try Divergence.populationStabilityIndex(bins),
            wasserstein: nil,
            normedWasserstein: nil,
            jensenShannon: try Divergence.jensenShannon(bins)
        )
        return (measures, Divergence.stabilityNoiseLevel(bins))
    }

    /// The most frequent categories of the reference on both sides; everything else in the last bin.
    func histogram(_ tally: [String: Int]) -> ColumnHistogram {
        let shown = Array(ordered.prefix(Self.shownLimit))
        let current = shown.map { tally[$0] ?? 0 }
        let rest = tally.values.reduce(0, +) - current.reduce(0, +)
        let reference = Array(counts.prefix(shown.count))
        return ColumnHistogram(
            bins: .categories(shown + ["(other)"]),
            reference: reference + [counts.reduce(0, +) - reference.reduce(0, +)],
            current: current + [rest]
        )
    }

    /// The categories alone, where there is no reference.
    static func histogram(alone tally: [String: Int]) -> ColumnHistogram {
        let all = tally.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = all.prefix(shownLimit)
        return ColumnHistogram(
            bins: .categories(shown.map(\.key) + ["(other)"]),
            reference: [],
            current: shown.map(\.value) + [all.dropFirst(shownLimit).reduce(0) { $0 + $1.value }]
        )
    }

    private func current(_ tally: [String: Int]) -> [Int] {
        var current = counts.map { _ in 0 }
        for (category, count) in tally {
            let bin = places[category] ?? (known.contains(category) ? counts.count - 2 : counts.count - 1)
            current[bin] += count
        }
        return current
    }
}
