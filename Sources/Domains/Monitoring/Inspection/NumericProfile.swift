internal import Glibc
internal import Statistics

/// A numeric column of the reference: sorted, binned and described once, to look at window after window with.
struct NumericProfile: Sendable {
    /// Interquartile ranges beyond the quartiles from which a value is an outlier: Tukey's outer fences.
    static let fence = 3.0

    let comparison: ReferenceProfile
    let summary: NumericSummary?
    let missingShare: Double
    private let edges: [Double]
    private let counts: [Int]

    init(_ values: [Double]) {
        comparison = ReferenceProfile(values)
        let sample = comparison.sample
        summary = NumericSummary(sample)
        missingShare = values.isEmpty ? 0 : Double(values.count - sample.count) / Double(values.count)
        edges = NumericProfile.edges(sample)
        counts = NumericProfile.counts(sample, edges)
    }

    /// How far a value lies beyond the nearer quartile in interquartile ranges; 0 between them, and where the middle
    /// half of the reference is one value.
    func distance(of value: Double) -> Double {
        guard let summary else { return 0 }
        let range = summary.upperQuartile - summary.lowerQuartile
        guard range > 0 else { return 0 }
        return max(0, summary.lowerQuartile - value, value - summary.upperQuartile) / range
    }

    /// Both sides in bins that the reference has fixed.
    func histogram(_ current: SortedSample) -> ColumnHistogram {
        ColumnHistogram(bins: .edges(edges), reference: counts, current: Self.counts(current, edges))
    }

    /// The values alone, where there is no reference.
    static func histogram(alone current: SortedSample) -> ColumnHistogram {
        let edges = edges(current)
        return ColumnHistogram(bins: .edges(edges), reference: [], current: counts(current, edges))
    }

    /// Twenty bins of equal width over the middle 99 of 100 values; one bin where these are all equal.
    private static func edges(_ sample: SortedSample) -> [Double] {
        guard let low = try? sample.quantile(0.005), let high = try? sample.quantile(0.995) else { return [] }
        guard high > low, (high - low).isFinite else { return [low, low] }
        let bins = min(20, max(2, sample.distinctCount(limit: 20)))
        return (0...bins).map { low + (high - low) * Double($0) / Double(bins) }
    }

    private static func counts(_ sample: SortedSample, _ edges: [Double]) -> [Int] {
        guard edges.count > 2 else { return edges.isEmpty ? [] : [sample.count] }
        let inner = edges.dropFirst().dropLast().map { sample.count(below: $0) }
        let positions = [0] + inner + [sample.count]
        return zip(positions.dropFirst(), positions).map { $0 - $1 }
    }
}

extension NumericSummary {
    /// Describes the finite values; nil where there is none.
    init?(_ sample: SortedSample) {
        guard let least = sample.values.first, let greatest = sample.values.last,
            let lower = try? sample.quantile(0.25), let middle = try? sample.quantile(0.5),
            let upper = try? sample.quantile(0.75)
        else { return nil }
        let freedom = Double(sample.count - 1)
        self.init(
            minimum: least,
            lowerQuartile: lower,
            median: middle,
            upperQuartile: upper,
            maximum: greatest,
            mean: sample.mean,
            deviation: freedom > 0 ? (sample.squaredDeviations / freedom).squareRoot() : 0
        )
    }
}
