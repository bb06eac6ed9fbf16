/// The greatest gap and the area between the distribution functions of two columns, and their quartiles, all exact.
///
/// Long columns are not sorted for it. Both are counted in fine buckets of equal width; within a bucket where the
/// difference of the distribution functions cannot change its sign, the area follows from the sums of the values, and
/// where it cannot reach the greatest gap found at the borders, the gap needs no look. Only the values of the remaining
/// buckets, and of those in which a quartile lies, are taken out and sorted. O(n) for columns that spread over the
/// buckets, O(n log n) at worst.
package struct ColumnContrast: Sendable, Hashable {
    /// The greatest distance of the distribution functions, times n·m: a whole number.
    package let scaledDistance: Int
    /// The area between the distribution functions: the Wasserstein distance.
    package let area: Double
    /// The values at 0.25, 0.5 and 0.75 of the reference, interpolated as numpy does.
    package let referenceQuartiles: [Double]
    /// The same of the current data.
    package let currentQuartiles: [Double]
    /// Both columns in bins of equal width, for pictures; nil where the contrast was found without fine buckets, or these
    /// are too wide for it.
    package let histogram: PairedHistogram?

    /// The shares of the quartiles.
    static let quartiles = [0.25, 0.5, 0.75]

    /// Contrasts two columns.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package init(reference: NumberColumn, current: NumberColumn) throws(UndefinedStatistic) {
        if reference.isEmpty { throw UndefinedStatistic(.emptyReference) }
        if current.isEmpty { throw UndefinedStatistic(.emptyCurrent) }
        if !(reference.isSorted && current.isSorted), let buckets = BucketedPair(reference, current) {
            self = buckets.contrast()
        } else {
            try self.init(reference: reference.sorted, current: current.sorted)
        }
    }

    init(
        scaledDistance: Int,
        area: Double,
        referenceQuartiles: [Double],
        currentQuartiles: [Double],
        histogram: PairedHistogram? = nil
    ) {
        self.scaledDistance = scaledDistance
        self.area = area
        self.referenceQuartiles = referenceQuartiles
        self.currentQuartiles = currentQuartiles
        self.histogram = histogram
    }

    /// Contrasts two sorted columns in one merge pass.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package init(reference: SortedSample, current: SortedSample) throws(UndefinedStatistic) {
        try requireValues(reference, current)
        let (n, m) = (reference.count, current.count)
        var greatest = 0
        var gap = 0
        var previous = 0.0
        var sum = CompensatedSum()
        mergePass(reference.values, current.values) { value, below, currentBelow in
            if gap != 0 { sum.add(Double(gap) * (value - previous)) }
            previous = value
            gap = abs(below * m - currentBelow * n)
            if gap > greatest { greatest = gap }
        }
        var quartiles: (reference: [Double], current: [Double]) = ([], [])
        for share in Self.quartiles {
            quartiles.reference.append(try reference.quantile(share))
            quartiles.current.append(try current.quantile(share))
        }
        self.init(
            scaledDistance: greatest,
            area: sum.value / (Double(n) * Double(m)),
            referenceQuartiles: quartiles.reference,
            currentQuartiles: quartiles.current
        )
    }
}
