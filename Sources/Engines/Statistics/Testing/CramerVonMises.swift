import Glibc

/// The two-sample Cramér-von Mises test: the squared distance of the distribution functions, summed over all values.
///
/// Equal to `scipy.stats.cramervonmises_2samp`.
package enum CramerVonMises {
    /// Compares `current` with `reference`; the p-value is exact while both sides have at most 20 values.
    ///
    /// - Throws: `UndefinedStatistic` with fewer than 2 values on a side.
    package static func twoSample(
        reference: SortedSample,
        current: SortedSample
    ) throws(UndefinedStatistic) -> TestResult {
        try requireValues(reference, current)
        let (n, m) = (reference.count, current.count)
        guard n > 1, m > 1 else { throw UndefinedStatistic(.tooFewRows) }
        let statistic = statistic(reference, current)
        if max(n, m) <= 20 {
            return TestResult(statistic: statistic, pValue: exactSurvival(statistic, n, m), method: .exact)
        }
        let (x, y) = (Double(n), Double(m))
        let total = x + y
        let product = x * y
        let mean = (1 + 1 / total) / 6
        let variance =
            (total + 1) * (4 * product * total - 3 * (x * x + y * y) - 2 * product) / (45 * total * total * 4 * product)
        let scaled = 1.0 / 6 + (statistic - mean) / (45 * variance).squareRoot()
        return TestResult(statistic: statistic, pValue: scaled < 0.003 ? 1 : 1 - limitProbability(scaled))
    }

    /// The probability that the statistic stays below `x` as both sides grow.
    package static func limitProbability(_ x: Double) -> Double {
        var sum = 0.0
        for index in 0..<200 {
            let k = Double(index)
            let y = 4 * k + 1
            let q = y * y / (16 * x)
            let weight = exp(lgamma(k + 0.5).0 - lgamma(k + 1).0) / (pow(Double.pi, 1.5) * x.squareRoot())
            let term = weight * y.squareRoot() * exp(-2 * q) * SpecialFunctions.scaledBesselK(0.25, q)
            sum += term
            if abs(term) < 1e-7 { break }
        }
        return sum
    }

    private static func statistic(_ reference: SortedSample, _ current: SortedSample) -> Double {
        let (n, m) = (Double(reference.count), Double(current.count))
        var sums = (CompensatedSum(), CompensatedSum())
        var before = (0, 0)
        mergePass(reference.values, current.values) { _, below, currentBelow in
            let tied = (below - before.0) + (currentBelow - before.1)
            let rank = Double(before.0 + before.1) + (Double(tied) + 1) / 2
            for position in before.0..<below { sums.0.add(squared(rank - Double(position + 1))) }
            for position in before.1..<currentBelow { sums.1.add(squared(rank - Double(position + 1))) }
            before = (below, currentBelow)
        }
        let weighted = n * sums.0.value + m * sums.1.value
        return weighted / (n * m * (n + m)) - (4 * n * m - 1) / (6 * (n + m))
    }

    /// The share of all arrangements of n and m values whose statistic is at least as large.
    private static func exactSurvival(_ statistic: Double, _ n: Int, _ m: Int) -> Double {
        let common = n * m / greatestCommonDivisor(n, m)
        let (a, b) = (common / n, common / m)
        let total = Double(n + m)
        let scale = total * total * Double(common) * Double(common) / (Double(n) * Double(m))
        let observed = Int((statistic * scale + 1e-6).rounded(.down))
        var row = [[Int: Double]](repeating: [:], count: m + 1)
        for i in 0...n {
            for j in 0...m {
                var counts: [Int: Double] = i == 0 && j == 0 ? [0: 1] : [:]
                if i > 0 { counts.merge(row[j], uniquingKeysWith: +) }
                if j > 0 { counts.merge(row[j - 1], uniquingKeysWith: +) }
                let gap = i * a - j * b
                row[j] = Dictionary(uniqueKeysWithValues: counts.map { ($0.key + gap * gap, $0.value) })
            }
        }
        let all = row[m].values.reduce(0, +)
        return row[m].filter { $0.key >= observed }.values.reduce(0, +) / all
    }

    private static func squared(_ value: Double) -> Double { value * value }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}
