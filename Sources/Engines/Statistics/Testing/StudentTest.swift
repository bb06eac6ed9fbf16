/// Student's test of two means.
package enum StudentTest {
    /// How the spread is estimated.
    package enum Variance: Sendable, Hashable {
        /// One spread for both sides, as Evidently assumes.
        case pooled
        /// One for each side (Welch): right also when the spreads differ.
        case separate
    }

    /// Compares the means of both sides, two-sided; equal to `scipy.stats.ttest_ind`.
    ///
    /// - Throws: `UndefinedStatistic` with fewer than 2 values on a side (with one spread, on both), or when both sides are the same constant.
    package static func test(
        reference: SortedSample,
        current: SortedSample,
        variance: Variance = .separate
    ) throws(UndefinedStatistic) -> TestResult {
        try requireValues(reference, current)
        return try test(
            (Double(reference.count), reference.mean, reference.squaredDeviations),
            (Double(current.count), current.mean, current.squaredDeviations),
            variance
        )
    }

    /// Compares the means of two columns without sorting them.
    ///
    /// - Throws: `UndefinedStatistic` with fewer than 2 values on a side (with one spread, on both), or when both sides are the same constant.
    package static func test(
        reference: NumberColumn,
        current: NumberColumn,
        variance: Variance = .separate
    ) throws(UndefinedStatistic) -> TestResult {
        if reference.isEmpty { throw UndefinedStatistic(.emptyReference) }
        if current.isEmpty { throw UndefinedStatistic(.emptyCurrent) }
        return try test(
            (Double(reference.count), reference.mean, reference.squaredDeviations),
            (Double(current.count), current.mean, current.squaredDeviations),
            variance
        )
    }

    /// Count, mean and squared deviations of a side.
    private typealias Side = (count: Double, mean: Double, deviations: Double)

    private static func test(
        _ reference: Side,
        _ current: Side,
        _ variance: Variance
    ) throws(UndefinedStatistic) -> TestResult {
        let (n, m) = (reference.count, current.count)
        // One spread for both can be had from one side alone.
        guard variance == .pooled ? n + m > 2 : n > 1 && m > 1 else { throw UndefinedStatistic(.tooFewRows) }
        let (first, second) = (reference.deviations, current.deviations)
        let squaredError: Double
        let freedom: Double
        switch variance {
        case .pooled:
            freedom = n + m - 2
            squaredError = (first + second) / freedom * (1 / n + 1 / m)
        case .separate:
            let (a, b) = (first / (n - 1) / n, second / (m - 1) / m)
            squaredError = a + b
            // As shares of the sum: the squares of great or small variances leave the range of numbers.
            let (share, rest) = (a / squaredError, b / squaredError)
            freedom = 1 / (share * share / (n - 1) + rest * rest / (m - 1))
        }
        guard squaredError > 0 else {
            // Neither side varies: they are one constant, or certainly two.
            guard reference.mean != current.mean else { throw UndefinedStatistic(.zeroVariance) }
            return TestResult(statistic: (reference.mean < current.mean ? -1 : 1) * .greatestFiniteMagnitude, pValue: 0)
        }
        let t = (reference.mean - current.mean) / squaredError.squareRoot()
        let pValue = 2 * SpecialFunctions.studentSurvival(abs(t), freedom: freedom)
        return TestResult(statistic: t, pValue: pValue)
    }
}
