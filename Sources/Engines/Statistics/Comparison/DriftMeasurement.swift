/// What one method finds between two sides of a column.
package struct DriftMeasurement: Sendable, Hashable {
    /// The p-value or the distance, as the method's ``DriftMethod/score`` says.
    package let score: Double
    /// The statistic of a test; nil for distances.
    package let statistic: Double?
    /// How a test found its p-value; nil for distances.
    package let method: TestResult.Method?

    init(_ result: TestResult) {
        score = result.pValue
        statistic = result.statistic
        method = result.method
    }

    init(distance: Double) {
        score = distance
        statistic = nil
        method = nil
    }
}

extension DriftMethod {
    /// Compares both sides of a column.
    ///
    /// With ``Compatibility/evidently`` the numbers are Evidently's own: a one-sample χ², a one-sided Mann-Whitney, a
    /// pooled t test, and one bin per value for any column with at most 20 values. Without, χ² knows that the
    /// reference is a sample, Mann-Whitney sees both directions, Welch's test does not assume one spread, and a
    /// continuous column with few rows is binned as what it is.
    ///
    /// - Throws: `UndefinedStatistic` where a side is empty, the method does not fit the column, or it has no value.
    package func measure(
        _ pair: ColumnPair,
        compatibility: Compatibility = .none
    ) throws(UndefinedStatistic) -> DriftMeasurement {
        try pair.requireValues()
        guard needsNumbers else { return try measureShares(pair, compatibility) }
        guard case .numbers(let reference, let current) = pair else { throw UndefinedStatistic(.needsNumbers) }
        switch self {
        case .kolmogorovSmirnov, .wasserstein:
            let contrast = try ColumnContrast(reference: reference, current: current)
            return measure(contrast, reference, current, compatibility)
        case .student:
            let variance: StudentTest.Variance = compatibility == .evidently ? .pooled : .separate
            return DriftMeasurement(try StudentTest.test(reference: reference, current: current, variance: variance))
        default: return try measureRanks(reference.sorted, current.sorted, compatibility)
        }
    }

    /// Kolmogorov-Smirnov or Wasserstein of two columns whose contrast is known.
    package func measure(
        _ contrast: ColumnContrast,
        _ reference: NumberColumn,
        _ current: NumberColumn,
        _ compatibility: Compatibility
    ) -> DriftMeasurement {
        guard self == .kolmogorovSmirnov else {
            return DriftMeasurement(distance: contrast.area / max(reference.populationDeviation, 0.001))
        }
        return DriftMeasurement(
            KolmogorovSmirnov.result(
                scaledDistance: contrast.scaledDistance,
                referenceCount: reference.count,
                currentCount: current.count,
                mode: compatibility == .evidently ? .scipy : .automatic
            )
        )
    }

    private func measureRanks(
        _ reference: SortedSample,
        _ current: SortedSample,
        _ compatibility: Compatibility
    ) throws(UndefinedStatistic) -> DriftMeasurement {
        switch self {
        case .andersonDarling:
            return DriftMeasurement(try AndersonDarling.twoSample(reference: reference, current: current))
        case .cramerVonMises:
            return DriftMeasurement(try CramerVonMises.twoSample(reference: reference, current: current))
        case .mannWhitney:
            let alternative: MannWhitney.Alternative = compatibility == .evidently ? .less : .twoSided
            return DriftMeasurement(
                try MannWhitney.test(reference: reference, current: current, alternative: alternative)
            )
        case .energy:
            return DriftMeasurement(distance: try EnergyDistance.distance(reference: reference, current: current))
        default:
            return DriftMeasurement(try EppsSingleton.twoSample(reference: reference, current: current))
        }
    }

    private func measureShares(
        _ pair: ColumnPair,
        _ compatibility: Compatibility
    ) throws(UndefinedStatistic) -> DriftMeasurement {
        let isEvidently = compatibility == .evidently
        switch self {
        case .populationStabilityIndex:
            return DriftMeasurement(distance: try Divergence.populationStabilityIndex(pair.bins(compatibility)))
        case .kullbackLeibler:
            return DriftMeasurement(distance: try Divergence.kullbackLeibler(pair.bins(compatibility)))
        case .jensenShannon:
            return DriftMeasurement(distance: try Divergence.jensenShannon(pair.bins(compatibility)))
        case .hellinger: return DriftMeasurement(distance: try hellinger(pair, compatibility))
        case .totalVariation:
            return DriftMeasurement(distance: try Divergence.totalVariation(pair.bins(compatibility)))
        case .largestDifference:
            return DriftMeasurement(distance: try Divergence.largestDifference(pair.bins(compatibility)))
        case .chiSquared:
            return DriftMeasurement(
                isEvidently
                    ? try ContingencyTests.evidentlyChiSquared(pair.valueCounts)
                    : try ContingencyTests.chiSquared(pair.valueCounts, correction: false)
            )
        case .likelihoodRatio:
            let counts = pair.valueCounts
            // Evidently's fails for sides of unequal length.
            let isOneSample = isEvidently && counts.reference.reduce(0, +) == counts.current.reduce(0, +)
            return DriftMeasurement(
                isOneSample
                    ? try ContingencyTests.evidentlyLikelihoodRatio(counts)
                    : try ContingencyTests.likelihoodRatio(counts)
            )
        case .fisherExact: return DriftMeasurement(try ContingencyTests.fisherExact(pair.valueCounts))
        default: return DriftMeasurement(try proportions(pair, isEvidently: isEvidently))
        }
    }

    private func hellinger(
        _ pair: ColumnPair,
        _ compatibility: Compatibility
    ) throws(UndefinedStatistic) -> Double {
        if case .numbers(let reference, let current) = pair {
            return try Hellinger.distance(
                reference: reference.sorted,
                current: current.sorted,
                compatibility: compatibility
            )
        }
        return try Hellinger.distance(pair.valueCounts)
    }

    /// The share of the first value against the rest; Evidently asks this of more than two values as well.
    private func proportions(_ pair: ColumnPair, isEvidently: Bool) throws(UndefinedStatistic) -> TestResult {
        let counts = pair.valueCounts
        let present = zip(counts.reference, counts.current).filter { $0 + $1 > 0 }
        guard isEvidently || present.count <= 2 else { throw UndefinedStatistic(.tooManyCategories) }
        var first = present.first ?? (0, 0)
        if case .categories(let reference, let current) = pair,
            let category = CategoryCounts.first(of: reference, current)
        {
            first = (reference.count(of: category), current.count(of: category))
        }
        return try ContingencyTests.proportions(
            reference: (first.0, counts.reference.reduce(0, +)),
            current: (first.1, counts.current.reduce(0, +))
        )
    }
}

extension ColumnPair {
    /// The bins for distances of shares: categories, distinct values, or equal widths over both sides.
    ///
    /// Evidently gives each value of a column with at most 20 of them a bin of its own, also when the column is
    /// continuous and merely short, so that any two such columns are as far apart as can be. Without compatibility a
    /// column whose values hardly repeat is binned by width.
    package func bins(_ compatibility: Compatibility) -> BinCounts {
        guard case .numbers(let reference, let current) = self else { return valueCounts }
        let distinct = reference.distinctCount(limit: 21)
        if compatibility == .none, distinct <= 20, distinct * 2 > reference.count {
            return BinCounts.byWidth(reference: reference, current: current)
        }
        return BinCounts.evidently(reference: reference, current: current)
    }
}
