import Glibc

/// Distances of two binned distributions, with the zero filling that Evidently uses.
package enum Divergence {
    /// Population stability index: `Σ (p - q) ln(p / q)` over the shares p of the reference and q of the current data.
    ///
    /// An empty bin's share is replaced, see ``filledShares(_:)``, so the index is always finite.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func populationStabilityIndex(_ counts: BinCounts) throws(UndefinedStatistic) -> Double {
        try requireRows(counts)
        var sum = CompensatedSum()
        for (p, q) in zip(filledShares(counts.reference), filledShares(counts.current)) {
            sum.add((p - q) * log(p / q))
        }
        return sum.value
    }

    /// Kullback-Leibler divergence of the reference from the current data, in nats, after filling and renormalising.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func kullbackLeibler(_ counts: BinCounts) throws(UndefinedStatistic) -> Double {
        try requireRows(counts)
        let reference = filledShares(counts.reference)
        let current = filledShares(counts.current)
        let totals = (reference.reduce(0, +), current.reduce(0, +))
        var sum = CompensatedSum()
        for (p, q) in zip(reference, current) {
            sum.add(p / totals.0 * log((p / totals.0) / (q / totals.1)))
        }
        return sum.value
    }

    /// Jensen-Shannon distance, the square root of the divergence in nats: between 0 and `sqrt(ln 2)`.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func jensenShannon(_ counts: BinCounts) throws(UndefinedStatistic) -> Double {
        try requireRows(counts)
        var sum = CompensatedSum()
        for (p, q) in zip(shares(counts.reference), shares(counts.current)) {
            let middle = (p + q) / 2
            if p > 0 { sum.add(p * log(p / middle)) }
            if q > 0 { sum.add(q * log(q / middle)) }
        }
        return (max(0, sum.value) / 2).squareRoot()
    }

    /// Total variation distance: half the sum of the absolute differences of the shares.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func totalVariation(_ counts: BinCounts) throws(UndefinedStatistic) -> Double {
        try requireRows(counts)
        return zip(shares(counts.reference), shares(counts.current)).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    }

    /// The largest absolute difference of any share (NannyML's and Vertex's L-infinity).
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func largestDifference(_ counts: BinCounts) throws(UndefinedStatistic) -> Double {
        try requireRows(counts)
        return zip(shares(counts.reference), shares(counts.current)).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// The value that the population stability index stays below in 99.9 of 100 windows when nothing has changed.
    ///
    /// Under no change the index is about `χ²(k - 1)·(1/n + 1/m)`; the quantile is Wilson and Hilferty's. A limit
    /// below this value alarms by chance alone.
    package static func stabilityNoiseLevel(_ counts: BinCounts) -> Double {
        let bins = zip(counts.reference, counts.current).reduce(0) { $0 + ($1.0 + $1.1 > 0 ? 1 : 0) }
        let rows = (Double(counts.reference.reduce(0, +)), Double(counts.current.reduce(0, +)))
        guard bins > 1, rows.0 > 0, rows.1 > 0 else { return 0 }
        let freedom = Double(bins - 1)
        let spread = 2 / (9 * freedom)
        return freedom * pow(1 - spread + 3.090232306167813 * spread.squareRoot(), 3) * (1 / rows.0 + 1 / rows.1)
    }

    /// The shares of `counts`, empty bins replaced by a millionth of the smallest share, or by 0.0001 when the
    /// smallest is larger than that; not renormalised.
    static func filledShares(_ counts: [Int]) -> [Double] {
        let shares = shares(counts)
        let smallest = shares.filter { $0 > 0 }.min() ?? 1
        let replacement = smallest <= 0.0001 ? smallest / 1_000_000 : 0.0001
        return shares.map { $0 == 0 ? replacement : $0 }
    }

    static func shares(_ counts: [Int]) -> [Double] {
        let total = Double(counts.reduce(0, +))
        return counts.map { Double($0) / total }
    }

    static func requireRows(_ counts: BinCounts) throws(UndefinedStatistic) {
        if counts.reference.allSatisfy({ $0 == 0 }) { throw UndefinedStatistic(.emptyReference) }
        if counts.current.allSatisfy({ $0 == 0 }) { throw UndefinedStatistic(.emptyCurrent) }
    }
}
