/// The energy distance of two samples; equal to `scipy.stats.energy_distance`.
package enum EnergyDistance {
    /// `sqrt(2∫(F - G)²)`: in the square root of the column's unit, so not comparable between columns.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func distance(
        reference: SortedSample,
        current: SortedSample
    ) throws(UndefinedStatistic) -> Double {
        try requireValues(reference, current)
        let scale = 1 / (Double(reference.count) * Double(current.count))
        let (n, m) = (reference.count, current.count)
        var area = CompensatedSum()
        var previous = 0.0
        var gap = 0
        mergePass(reference.values, current.values) { value, below, currentBelow in
            if gap != 0 {
                let difference = Double(gap) * scale
                area.add(difference * difference * (value - previous))
            }
            previous = value
            gap = below * m - currentBelow * n
        }
        return (2 * area.value).squareRoot()
    }
}
