/// The Mann-Whitney U test of whether one sample tends to be larger than the other.
///
/// Equal to `scipy.stats.mannwhitneyu` with its default choice of method.
package enum MannWhitney {
    /// Which shift counts as evidence.
    package enum Alternative: Sendable, Hashable {
        /// Either direction: the right default for drift.
        case twoSided
        /// The reference lies below the current data only. Evidently asks this, and so never sees a downward shift.
        case less
    }

    /// Compares `current` with `reference`; the statistic is the U of the reference.
    ///
    /// The p-value is exact when one side has at most 8 values and there are no ties, else normal with corrections for
    /// ties and continuity.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func test(
        reference: SortedSample,
        current: SortedSample,
        alternative: Alternative = .twoSided
    ) throws(UndefinedStatistic) -> TestResult {
        try requireValues(reference, current)
        let (n, m) = (reference.count, current.count)
        let ranks = rankSums(reference, current)
        let statistic = ranks.doubledWins / 2
        let other = Double(n) * Double(m) - statistic
        let extreme = alternative == .less ? other : max(statistic, other)
        let sides: Double = alternative == .less ? 1 : 2
        if min(n, m) <= 8, ranks.tieTerm == 0 {
            let pValue = sides * exactSurvival(extreme, n, m)
            return TestResult(statistic: statistic, pValue: pValue, method: .exact)
        }
        let total = Double(n + m)
        let spread = Double(n) * Double(m) / 12 * (total + 1 - ranks.tieTerm / (total * (total - 1)))
        guard spread > 0 else { return TestResult(statistic: statistic, pValue: 1) }
        let z = (extreme - Double(n) * Double(m) / 2 - 0.5) / spread.squareRoot()
        return TestResult(statistic: statistic, pValue: sides * SpecialFunctions.normalSurvival(z))
    }

    /// Twice the pairs in which the reference is larger, ties counted once, and `Σ(t³ - t)` over tied groups.
    private static func rankSums(
        _ reference: SortedSample,
        _ current: SortedSample
    ) -> (doubledWins: Double, tieTerm: Double) {
        var doubledWins = 0.0
        var tieTerm = 0.0
        var before = (0, 0)
        mergePass(reference.values, current.values) { _, below, currentBelow in
            let tied = (below - before.0) + (currentBelow - before.1)
            doubledWins += Double(below - before.0) * Double(before.1 + currentBelow)
            tieTerm += Double(tied) * (Double(tied) * Double(tied) - 1)
            before = (below, currentBelow)
        }
        return (doubledWins, tieTerm)
    }

    /// The share of arrangements whose U is at least `u`: the coefficients of a Gaussian binomial.
    private static func exactSurvival(_ u: Double, _ n: Int, _ m: Int) -> Double {
        let (small, large) = (min(n, m), max(n, m))
        var counts = [Double](repeating: 0, count: small * large + 1)
        counts[0] = 1
        for factor in 1...small {
            let raised = large + factor
            if raised < counts.count {
                for index in stride(from: counts.count - 1, through: raised, by: -1) {
                    counts[index] -= counts[index - raised]
                }
            }
            for index in factor..<max(factor, counts.count) { counts[index] += counts[index - factor] }
        }
        let first = Int(u.rounded(.up))
        let total = counts.reduce(0, +)
        return first >= counts.count ? 0 : counts[first...].reduce(0, +) / total
    }
}
