import Glibc

/// Tests whether the mix of categories of the current data is the mix of the reference.
package enum ContingencyTests {
    /// Pearson's χ² test of homogeneity, with Yates' correction for two categories.
    ///
    /// Equal to `scipy.stats.chi2_contingency`. This is the right test for drift: unlike Evidently's one-sample form it
    /// knows that the reference is a sample too. One common category gives a p-value of 1.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func chiSquared(
        _ counts: BinCounts,
        correction: Bool = true
    ) throws(UndefinedStatistic) -> TestResult {
        let table = try Table(counts)
        guard table.freedom > 0 else { return TestResult(statistic: 0, pValue: 1) }
        let statistic = table.sum { observed, expected in
            var difference = abs(observed - expected)
            if correction, table.freedom == 1 { difference -= min(0.5, difference) }
            return difference * difference / expected
        }
        return table.result(statistic)
    }

    /// The likelihood ratio test G of homogeneity, with Yates' correction for two categories.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func likelihoodRatio(
        _ counts: BinCounts,
        correction: Bool = false
    ) throws(UndefinedStatistic) -> TestResult {
        let table = try Table(counts)
        guard table.freedom > 0 else { return TestResult(statistic: 0, pValue: 1) }
        let statistic = table.sum { observed, expected in
            var observed = observed
            if correction, table.freedom == 1 {
                let difference = expected - observed
                observed += min(0.5, abs(difference)) * (difference < 0 ? -1 : 1)
            }
            return observed > 0 ? 2 * observed * log(observed / expected) : 0
        }
        return table.result(statistic)
    }

    /// Cramér's V, the strength of the difference between 0 and 1.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty or there is one category only.
    package static func cramersV(_ counts: BinCounts) throws(UndefinedStatistic) -> Double {
        let table = try Table(counts)
        guard table.freedom > 0 else { throw UndefinedStatistic(.zeroVariance) }
        return (try chiSquared(counts, correction: false).statistic / table.total).squareRoot()
    }

    /// The one-sample χ² test that Evidently makes: the reference's mix is taken as the truth.
    ///
    /// For `compat: evidently-0.7` only: its false alarms reach 70 of 100 with 20 categories. A category that only the
    /// current data has gives a p-value of 0.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty or there is one category only.
    package static func evidentlyChiSquared(_ counts: BinCounts) throws(UndefinedStatistic) -> TestResult {
        try Divergence.requireRows(counts)
        let pairs = zip(counts.reference, counts.current).filter { $0.0 + $0.1 > 0 }
        guard pairs.count > 1 else { throw UndefinedStatistic(.zeroVariance) }
        let scale = Double(counts.current.reduce(0, +)) / Double(counts.reference.reduce(0, +))
        guard pairs.allSatisfy({ $0.0 > 0 }) else {
            return TestResult(statistic: .greatestFiniteMagnitude, pValue: 0)
        }
        let statistic = pairs.reduce(0.0) { sum, pair in
            let expected = Double(pair.0) * scale
            return sum + (Double(pair.1) - expected) * (Double(pair.1) - expected) / expected
        }
        let freedom = Double(pairs.count - 1)
        return TestResult(
            statistic: statistic,
            pValue: SpecialFunctions.chiSquaredSurvival(statistic, freedom: freedom)
        )
    }

    /// The one-sample likelihood ratio test that Evidently makes of sides of equal length; for `compat: evidently-0.7` only.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty, there is one category only, or the sides are not of one length.
    package static func evidentlyLikelihoodRatio(_ counts: BinCounts) throws(UndefinedStatistic) -> TestResult {
        try Divergence.requireRows(counts)
        guard counts.reference.reduce(0, +) == counts.current.reduce(0, +) else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        let pairs = zip(counts.reference, counts.current).filter { $0.0 + $0.1 > 0 }
        guard pairs.count > 1 else { throw UndefinedStatistic(.zeroVariance) }
        guard pairs.allSatisfy({ $0.0 > 0 }) else {
            return TestResult(statistic: .greatestFiniteMagnitude, pValue: 0)
        }
        var sum = CompensatedSum()
        for (expected, observed) in pairs where observed > 0 {
            sum.add(2 * Double(observed) * log(Double(observed) / Double(expected)))
        }
        return TestResult(
            statistic: sum.value,
            pValue: SpecialFunctions.chiSquaredSurvival(max(0, sum.value), freedom: Double(pairs.count - 1))
        )
    }

    /// Fisher's exact test of a table of two categories, two-sided; the statistic is the odds ratio.
    ///
    /// One common category gives a p-value of 1.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty or there are more than two categories.
    package static func fisherExact(_ counts: BinCounts) throws(UndefinedStatistic) -> TestResult {
        try Divergence.requireRows(counts)
        let pairs = zip(counts.reference, counts.current).filter { $0.0 + $0.1 > 0 }
        guard pairs.count > 1 else { return TestResult(statistic: 1, pValue: 1, method: .exact) }
        guard pairs.count == 2 else { throw UndefinedStatistic(.tooManyCategories) }
        let (a, b, c, d) = (pairs[0].0, pairs[1].0, pairs[0].1, pairs[1].1)
        let (row, column, total) = (a + b, a + c, a + b + c + d)
        let observed = logHypergeometric(a, row, column, total)
        var tail = CompensatedSum()
        for k in max(0, row + column - total)...min(row, column) {
            let value = logHypergeometric(k, row, column, total)
            if value <= observed + 1e-7 { tail.add(exp(value)) }
        }
        let odds = b * c == 0 ? Double.greatestFiniteMagnitude : Double(a) * Double(d) / (Double(b) * Double(c))
        return TestResult(statistic: odds, pValue: tail.value, method: .exact)
    }

    /// The z test of two proportions with a pooled spread; two equal constants give a p-value of 1.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty.
    package static func proportions(
        reference: (hits: Int, rows: Int),
        current: (hits: Int, rows: Int)
    ) throws(UndefinedStatistic) -> TestResult {
        guard reference.rows > 0 else { throw UndefinedStatistic(.emptyReference) }
        guard current.rows > 0 else { throw UndefinedStatistic(.emptyCurrent) }
        let (n, m) = (Double(reference.rows), Double(current.rows))
        let pooled = Double(reference.hits + current.hits) / (n + m)
        let spread = pooled * (1 - pooled) * (1 / n + 1 / m)
        guard spread > 0 else { return TestResult(statistic: 0, pValue: 1) }
        let z = (Double(reference.hits) / n - Double(current.hits) / m) / spread.squareRoot()
        return TestResult(statistic: z, pValue: 2 * SpecialFunctions.normalSurvival(abs(z)))
    }

    private static func logHypergeometric(_ k: Int, _ row: Int, _ column: Int, _ total: Int) -> Double {
        logChoose(column, k) + logChoose(total - column, row - k) - logChoose(total, row)
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double {
        lgamma(Double(n) + 1).0 - lgamma(Double(k) + 1).0 - lgamma(Double(n - k) + 1).0
    }
}

/// A 2×k table of counts with what independence would expect.
private struct Table {
    let rows: (Double, Double)
    let cells: [(Double, Double)]

    init(_ counts: BinCounts) throws(UndefinedStatistic) {
        try Divergence.requireRows(counts)
        cells = zip(counts.reference, counts.current).filter { $0.0 + $0.1 > 0 }.map { (Double($0.0), Double($0.1)) }
        rows = (Double(counts.reference.reduce(0, +)), Double(counts.current.reduce(0, +)))
    }

    var total: Double { rows.0 + rows.1 }

    var freedom: Int { cells.count - 1 }

    func sum(_ term: (Double, Double) -> Double) -> Double {
        var sum = CompensatedSum()
        for cell in cells {
            let column = cell.0 + cell.1
            sum.add(term(cell.0, column * rows.0 / total))
            sum.add(term(cell.1, column * rows.1 / total))
        }
        return sum.value
    }

    func result(_ statistic: Double) -> TestResult {
        TestResult(
            statistic: statistic,
            pValue: SpecialFunctions.chiSquaredSurvival(statistic, freedom: Double(freedom))
        )
    }
}
