import Glibc

/// The two-sample Anderson-Darling test, which weighs the tails more than Kolmogorov-Smirnov does.
///
/// Scholz and Stephens (1987), midrank form; equal to `scipy.stats.anderson_ksamp` with its interpolated p-value.
package enum AndersonDarling {
    /// Compares `current` with `reference`; the p-value is interpolated between seven table values and so lies
    /// between 0.001 and 0.25.
    ///
    /// - Throws: `UndefinedStatistic` when a side is empty, all values are equal, or there are fewer than 4.
    package static func twoSample(
        reference: SortedSample,
        current: SortedSample
    ) throws(UndefinedStatistic) -> TestResult {
        try requireValues(reference, current)
        let (n, m) = (Double(reference.count), Double(current.count))
        let total = n + m
        guard total >= 4 else { throw UndefinedStatistic(.tooFewRows) }
        var sums = (CompensatedSum(), CompensatedSum())
        var before = (0, 0)
        var distinct = 0
        mergePass(reference.values, current.values) { _, below, currentBelow in
            distinct += 1
            let tied = Double(below - before.0 + currentBelow - before.1)
            let middle = Double(before.0 + before.1) + tied / 2
            let weight = tied / total / (middle * (total - middle) - total * tied / 4)
            let first = total * (Double(below) + Double(before.0)) / 2 - middle * n
            let second = total * (Double(currentBelow) + Double(before.1)) / 2 - middle * m
            if weight.isFinite {
                sums.0.add(weight * first * first)
                sums.1.add(weight * second * second)
            }
            before = (below, currentBelow)
        }
        guard distinct > 1 else { throw UndefinedStatistic(.zeroVariance) }
        let raw = (sums.0.value / n + sums.1.value / m) * (total - 1) / total
        let statistic = (raw - 1) / variance(n, m).squareRoot()
        return TestResult(statistic: statistic, pValue: pValue(statistic))
    }

    /// The variance of the raw statistic when both sides come from one law (k = 2).
    private static func variance(_ n: Double, _ m: Double) -> Double {
        let total = n + m
        let inverse = 1 / n + 1 / m
        var harmonic = 0.0
        var double = 0.0
        for i in stride(from: total - 1, to: 1, by: -1) {
            harmonic += 1 / i
            double += harmonic / (total - i + 1)
        }
        let (h, g) = (harmonic + 1, double)
        let a = (4 * g - 6) + (10 - 6 * g) * inverse
        let b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6
        let c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h
        let d = (2 * h + 6) * 4 - 8 * h
        return (((a * total + b) * total + c) * total + d) / ((total - 1) * (total - 2) * (total - 3))
    }

    /// The quadratic fit of ln(significance) over the seven critical values for two samples.
    private static func pValue(_ statistic: Double) -> Double {
        guard statistic >= criticalValues[0] else { return 0.25 }
        guard statistic <= criticalValues[6] else { return 0.001 }
        return exp(fit.0 + fit.1 * statistic + fit.2 * statistic * statistic)
    }

    private static let criticalValues: [Double] = {
        let b0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085]
        let b1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615]
        let b2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154]
        return b0.indices.map { b0[$0] + b1[$0] + b2[$0] }
    }()

    private static let fit: (Double, Double, Double) = {
        let levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001].map { log($0) }
        return quadraticFit(criticalValues, levels)
    }()

    /// Least squares for `a + bx + cx²`, about the mean of x so that the normal equations stay well conditioned.
    private static func quadraticFit(_ x: [Double], _ y: [Double]) -> (Double, Double, Double) {
        let center = x.reduce(0, +) / Double(x.count)
        var power = [Double](repeating: 0, count: 5)
        var moment = [Double](repeating: 0, count: 3)
        for (value, level) in zip(x, y) {
            let t = value - center
            for degree in 0..<5 { power[degree] += pow(t, Double(degree)) }
            for degree in 0..<3 { moment[degree] += level * pow(t, Double(degree)) }
        }
        func determinant(_ m: [[Double]]) -> Double {
            m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
        }
        let matrix = (0..<3).map { row in (0..<3).map { power[row + $0] } }
        let whole = determinant(matrix)
        let solved = (0..<3).map { column in
            var replaced = matrix
            for row in 0..<3 { replaced[row][column] = moment[row] }
            return determinant(replaced) / whole
        }
        let (a, b, c) = (solved[0], solved[1], solved[2])
        return (a - b * center + c * center * center, b - 2 * c * center, c)
    }
}
