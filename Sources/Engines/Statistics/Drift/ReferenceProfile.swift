/// One reference column, sorted, described and binned once, to compare window after window with.
package struct ReferenceProfile: Sendable {
    /// The sorted reference.
    package let sample: SortedSample

    private let deviation: Double
    private let bins: FrozenBins

    /// Prepares `column`; the cost of sorting is paid here and never again.
    package init(_ column: [Double]) {
        let sample = SortedSample(column)
        self.sample = sample
        self.deviation = sample.populationDeviation
        self.bins = FrozenBins(reference: sample)
    }

    /// How to bin for the population stability index.
    package enum Binning: String, Sendable, Hashable, CaseIterable {
        /// Bins fixed by the reference: all windows on one scale.
        case frozen
        /// Evidently's bins, made anew from both sides for each window.
        case evidently
    }

    /// Compares the values of one window with the reference, in one sort of the window and one merge pass.
    ///
    /// - Throws: `UndefinedStatistic` when either side has no finite value.
    package func compare(
        _ column: [Double],
        binning: Binning = .frozen,
        mode: KolmogorovSmirnov.Mode = .automatic
    ) throws(UndefinedStatistic) -> ColumnComparison {
        let current = SortedSample(column)
        try requireValues(sample, current)
        let (n, m) = (sample.count, current.count)
        var greatest = 0
        var gap = 0
        var previous = 0.0
        var area = CompensatedSum()
        mergePass(sample.values, current.values) { value, below, currentBelow in
            if gap != 0 { area.add(Double(gap) * (value - previous)) }
            previous = value
            gap = abs(below * m - currentBelow * n)
            if gap > greatest { greatest = gap }
        }
        let counts =
            switch binning {
            case .frozen: bins.counts(current)
            case .evidently: BinCounts.evidently(reference: sample, current: current)
            }
        let distance = area.value / (Double(n) * Double(m))
        return ColumnComparison(
            rows: m,
            missing: current.missing,
            infinite: current.infinite,
            kolmogorovSmirnov: KolmogorovSmirnov.result(
                scaledDistance: greatest,
                referenceCount: n,
                currentCount: m,
                mode: mode
            ),
            stabilityIndex: try Divergence.populationStabilityIndex(counts),
            stabilityNoiseLevel: Divergence.stabilityNoiseLevel(counts),
            wasserstein: distance,
            normedWasserstein: distance / max(deviation, 0.001)
        )
    }
}

/// What one window's column looks like against the reference.
package struct ColumnComparison: Sendable, Hashable {
    /// Finite values in the window.
    package let rows: Int

    /// NaN values in the window.
    package let missing: Int

    /// Infinite values in the window.
    package let infinite: Int

    /// The two-sample Kolmogorov-Smirnov test.
    package let kolmogorovSmirnov: TestResult

    /// The population stability index.
    package let stabilityIndex: Double

    /// What the stability index stays below 99.9 of 100 times if nothing changed.
    package let stabilityNoiseLevel: Double

    /// The Wasserstein distance in the column's unit.
    package let wasserstein: Double

    /// The Wasserstein distance in standard deviations of the reference.
    package let normedWasserstein: Double
}
