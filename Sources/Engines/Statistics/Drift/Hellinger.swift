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
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func distance(
        reference: SortedSample,
        current: SortedSample
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
        return try distance(
            BinCounts(
                reference: BinCounts.histogram(reference, edges: edges),
                current: BinCounts.histogram(current, edges: edges)
            )
        )
    }
}
