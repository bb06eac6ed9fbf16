/// Hellinger distance of two numeric samples or two tables of categories: 0 for equal, 1 for disjoint.
package enum Hellinger {
    /// Over the categories of `counts`, or the distinct values of a numeric column with few of them.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func distance(_ counts: BinCounts) throws(UndefinedStatistic) -> Double {
        try Divergence.requireRows(counts)
        var sum = CompensatedSum()
        for (p, q) in zip(Divergence.shares(counts.reference), Divergence.shares(counts.current)) {
            sum.add((p * q).squareRoot())
        }
        return (1 - min(1, sum.value)).squareRoot()
    }

    /// Over equal-width bins as Evidently makes them: Sturges' number for the distinct values of both sides.
    ///
    /// - Parameters:
    ///   - reference: one side.
    ///   - current: the other side.
    ///   - compatibility: with Evidently, densities are taken over the width of each bin as it is rounded and integrated
    ///     over the mean width, which makes a difference far from zero.
    /// - Returns: the distance, 0…1.
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func distance(
        reference: SortedSample,
        current: SortedSample,
        compatibility: Compatibility = .none
    ) throws(UndefinedStatistic) -> Double {
        try requireValues(reference, current)
        var distinct = 0
        var range: (low: Double, high: Double)?
        mergePass(reference.values, current.values) { value, _, _ in
            distinct += 1
            range = (range?.low ?? value, value)
        }
        guard let range else { throw UndefinedStatistic(.emptyReference) }
        let edges = BinCounts.sturgesEdges(low: range.low, high: range.high, count: distinct)
        let counts = BinCounts(
            reference: BinCounts.histogram(reference, edges: edges),
            current: BinCounts.histogram(current, edges: edges)
        )
        return compatibility == .evidently ? distance(counts, edges) : try distance(counts)
    }

    private static func distance(_ counts: BinCounts, _ edges: [Double]) -> Double {
        let totals = (Double(counts.reference.reduce(0, +)), Double(counts.current.reduce(0, +)))
        let mean = (edges[edges.count - 1] - edges[0]) / Double(edges.count - 1)
        var sum = 0.0
        for bin in counts.reference.indices {
            let width = edges[bin + 1] - edges[bin]
            let densities = (
                Double(counts.reference[bin]) / width / totals.0, Double(counts.current[bin]) / width / totals.1
            )
            sum += (densities.0 * densities.1).squareRoot() * mean
        }
        return (1 - max(0, min(1, sum))).squareRoot()
    }
}
