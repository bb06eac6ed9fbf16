import Glibc

/// The Epps-Singleton test: compares the characteristic functions of both samples at two points.
///
/// Epps and Singleton (1986) with the choices of Goerg and Kaiser (2009); equal to
/// `scipy.stats.epps_singleton_2samp` with its default points. Unlike Kolmogorov-Smirnov it is fit for discrete values.
package enum EppsSingleton {
    private static let points = [0.4, 0.8]

    /// Compares `current` with `reference`; the p-value is that of χ² with as many degrees as the covariance has rank.
    ///
    /// - Throws: `UndefinedStatistic` with fewer than 5 values on a side, or when the middle half of all values is one
    ///   value.
    package static func twoSample(
        reference: SortedSample,
        current: SortedSample
    ) throws(UndefinedStatistic) -> TestResult {
        try requireValues(reference, current)
        guard reference.count >= 5, current.count >= 5 else { throw UndefinedStatistic(.tooFewRows) }
        let halfRange = try pooledInterquartileRange(reference, current) / 2
        guard halfRange > 0 else { throw UndefinedStatistic(.zeroVariance) }
        let (n, m) = (Double(reference.count), Double(current.count))
        let total = n + m
        let (left, right) = (Waves(reference.values, halfRange), Waves(current.values, halfRange))
        // A spread so small that its inverse is no number.
        guard (left.means + right.means).allSatisfy(\.isFinite) else { throw UndefinedStatistic(.outOfRange) }
        var covariance = SymmetricMatrix(order: 2 * points.count)
        for i in 0..<covariance.order {
            for j in 0...i {
                covariance[i, j] = total / n * left.covariance[i, j] + total / m * right.covariance[i, j]
            }
        }
        let (inverse, rank) = covariance.pseudoInverse()
        let difference = zip(left.means, right.means).map { $0 - $1 }
        guard rank > 0 else {
            // Neither side varies: they are one constant, or certainly two.
            guard difference.contains(where: { $0 != 0 }) else { throw UndefinedStatistic(.zeroVariance) }
            return TestResult(statistic: .greatestFiniteMagnitude, pValue: 0)
        }
        var statistic = total * inverse.quadraticForm(difference)
        if max(n, m) < 25 {
            statistic /= 1 + pow(total, -0.45) + 10.1 * (pow(n, -1.7) + pow(m, -1.7))
        }
        let pValue = SpecialFunctions.chiSquaredSurvival(statistic, freedom: Double(rank))
        return TestResult(statistic: statistic, pValue: pValue)
    }

    /// Cosines and sines of a sample at the points: their means, and their covariance with divisor n.
    private struct Waves {
        let means: [Double]
        let covariance: SymmetricMatrix

        init(_ values: [Double], _ scale: Double) {
            let frequencies = EppsSingleton.points.map { $0 / scale }
            let order = 2 * frequencies.count
            var sums = [CompensatedSum](repeating: CompensatedSum(), count: order)
            for value in values {
                let waves = Self.waves(value, frequencies)
                for index in 0..<order { sums[index].add(waves[index]) }
            }
            let means = sums.map { $0.value / Double(values.count) }
            var products = [CompensatedSum](repeating: CompensatedSum(), count: order * order)
            for value in values {
                let waves = Self.waves(value, frequencies)
                for i in 0..<order {
                    for j in 0...i { products[i * order + j].add((waves[i] - means[i]) * (waves[j] - means[j])) }
                }
            }
            var covariance = SymmetricMatrix(order: order)
            for i in 0..<order {
                for j in 0...i { covariance[i, j] = products[i * order + j].value / Double(values.count) }
            }
            self.means = means
            self.covariance = covariance
        }

        private static func waves(_ value: Double, _ frequencies: [Double]) -> InlineArray<4, Double> {
            [
                cos(frequencies[0] * value), cos(frequencies[1] * value), sin(frequencies[0] * value),
                sin(frequencies[1] * value),
            ]
        }
    }

    private static func pooledInterquartileRange(
        _ reference: SortedSample,
        _ current: SortedSample
    ) throws(UndefinedStatistic) -> Double {
        let pooled = SortedSample(reference.values + current.values)
        return try pooled.quantile(0.75) - pooled.quantile(0.25)
    }
}
