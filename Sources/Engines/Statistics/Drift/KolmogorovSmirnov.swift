/// The two-sample Kolmogorov-Smirnov test.
///
/// Asks whether the greatest distance of the two empirical distribution functions is larger than chance allows.
/// Equal to `scipy.stats.ks_2samp(..., alternative="two-sided")`.
package enum KolmogorovSmirnov {
    /// How to find the p-value.
    package enum Mode: Sendable, Hashable {
        /// Exact while both samples have at most 10,000 values and their product is at most 10 million.
        case automatic
        /// Exact while both samples have at most 10,000 values, whatever that costs (SciPy's `auto`).
        case scipy
        /// Counts lattice paths: O(n·m) time, memory of the smaller sample.
        case exact
        /// The law of one sample of `n·m/(n+m)` values.
        case asymptotic
    }

    /// Compares `current` with `reference`.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func twoSample(
        reference: SortedSample,
        current: SortedSample,
        mode: Mode = .automatic
    ) throws(UndefinedStatistic) -> TestResult {
        try requireValues(reference, current)
        let (n, m) = (reference.count, current.count)
        var greatest = 0
        mergePass(reference.values, current.values) { _, below, currentBelow in
            greatest = max(greatest, abs(below * m - currentBelow * n))
        }
        return result(scaledDistance: greatest, referenceCount: n, currentCount: m, mode: mode)
    }

    /// The test's result for a distance of `scaledDistance / (n·m)`.
    static func result(scaledDistance: Int, referenceCount n: Int, currentCount m: Int, mode: Mode) -> TestResult {
        let statistic = Double(scaledDistance) / (Double(n) * Double(m))
        if isExact(n, m, mode) {
            let pValue = exactSurvival(scaledDistance: scaledDistance, n, m)
            return TestResult(statistic: statistic, pValue: pValue, method: .exact)
        }
        let effective = (Double(n) * Double(m) / Double(n + m)).rounded(.toNearestOrEven)
        let pValue = KolmogorovDistribution.survival(statistic, count: Int(effective))
        return TestResult(statistic: statistic, pValue: pValue, method: .asymptotic)
    }

    private static func isExact(_ n: Int, _ m: Int, _ mode: Mode) -> Bool {
        switch mode {
        case .automatic: max(n, m) <= 10_000 && n * m <= 10_000_000
        case .scipy: max(n, m) <= 10_000
        case .exact: true
        case .asymptotic: false
        }
    }

    /// The share of all lattice paths from (0, 0) to (n, m) that come as far from the diagonal as was observed.
    ///
    /// Runs the recursion for the share that *leaves* the band, a sum of positive terms, so small p-values keep their
    /// digits; only cells within the band are visited.
    private static func exactSurvival(scaledDistance h: Int, _ n: Int, _ m: Int) -> Double {
        guard h > 0 else { return 1 }
        let (rows, columns) = (max(n, m), min(n, m))
        let reciprocals = (0...(rows + columns)).map { 1 / Double(max(1, $0)) }
        var outside = [Double](repeating: 1, count: columns + 1)
        for column in 0...columns where column * rows < h { outside[column] = 0 }
        outside.withUnsafeMutableBufferPointer { outside in
            for row in 1...rows {
                let center = row * columns
                let low = center < h ? 0 : (center - h) / rows + 1
                let high = min(columns, (center + h - 1) / rows)
                guard low <= high else { continue }
                var left = 1.0
                for column in low...high {
                    let share = Double(row) * outside[column] + Double(column) * left
                    left = share * reciprocals[row + column]
                    outside[column] = left
                }
            }
        }
        return outside[columns]
    }
}
