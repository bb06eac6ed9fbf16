/// Which values of a column are unusual, by the column itself.
package struct OutlierRules: Sendable {
    private let column: NumberColumn
    private let sorted: SortedSample

    /// Prepares a column.
    ///
    /// - Throws: `UndefinedStatistic` when it has no finite value.
    package init(_ column: [Double]) throws(UndefinedStatistic) {
        self.column = NumberColumn(column)
        guard !self.column.isEmpty else { throw UndefinedStatistic(.emptyReference) }
        sorted = self.column.sorted
    }

    /// An interval outside of which values are unusual.
    package struct Fences: Sendable, Hashable {
        /// The least usual value.
        package let lower: Double
        /// The greatest usual value.
        package let upper: Double

        /// Whether a value lies outside.
        package func isOutside(_ value: Double) -> Bool { value < lower || value > upper }
    }

    /// More than `limit` standard deviations (denominator n) from the mean.
    ///
    /// One outlier can hide another: the deviation
    /// grows with both.
    package func standardScores(limit: Double = 3) -> Fences {
        let reach = limit * column.populationDeviation
        return Fences(lower: column.mean - reach, upper: column.mean + reach)
    }

    /// Tukey's fences: more than `factor` interquartile ranges beyond the quartiles (numpy's linear quartiles).
    package func tukey(factor: Double = 1.5) -> Fences {
        // The sample is not empty and the fractions are inside 0…1.
        let (low, high) = ((try? sorted.quantile(0.25)) ?? 0, (try? sorted.quantile(0.75)) ?? 0)
        return Fences(lower: low - factor * (high - low), upper: high + factor * (high - low))
    }

    /// The median of the absolute distances from the median.
    package var medianAbsoluteDeviation: Double {
        let middle = median
        return (try? SortedSample(sorted.values.map { abs($0 - middle) }).quantile(0.5)) ?? 0
    }

    /// Modified z scores (Iglewicz and Hoaglin 1993): `0.6745·|x - median| / MAD` above `limit`.
    ///
    /// Where more than half of the values are equal, any other value is unusual.
    package func medianDeviations(limit: Double = 3.5) -> Fences {
        let reach = limit * medianAbsoluteDeviation / 0.6745
        return Fences(lower: median - reach, upper: median + reach)
    }

    private var median: Double { (try? sorted.quantile(0.5)) ?? 0 }
}
