/// The earth mover's distance of two samples: the area between their distribution functions.
package enum Wasserstein {
    /// The distance in the column's own unit; equal to `scipy.stats.wasserstein_distance`.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func distance(
        reference: SortedSample,
        current: SortedSample
    ) throws(UndefinedStatistic) -> Double {
        try requireValues(reference, current)
        let (n, m) = (reference.count, current.count)
        var area = CompensatedSum()
        var previous = 0.0
        var gap = 0
        mergePass(reference.values, current.values) { value, below, currentBelow in
            if gap != 0 { area.add(Double(gap) * (value - previous)) }
            previous = value
            gap = abs(below * m - currentBelow * n)
        }
        return area.value / (Double(n) * Double(m))
    }

    /// The distance in standard deviations of the reference (never less than 0.001), as Evidently defines it.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func normed(
        reference: SortedSample,
        current: SortedSample
    ) throws(UndefinedStatistic) -> Double {
        try distance(reference: reference, current: current) / max(reference.populationDeviation, 0.001)
    }
}
