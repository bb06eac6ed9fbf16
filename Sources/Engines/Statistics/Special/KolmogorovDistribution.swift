import Glibc

/// The distribution of the two-sided Kolmogorov-Smirnov statistic of one sample of n values.
///
/// The choice of algorithm by region follows Simard and L'Ecuyer, "Computing the two-sided Kolmogorov-Smirnov
/// distribution" (2011), with the borders that SciPy's `kstwo` uses; equal to it within 1e-9.
package enum KolmogorovDistribution {
    /// The probability that the statistic of a sample of `count` values exceeds `distance`.
    ///
    /// Answers 1 for a distance of 0 or less and 0 for one of 1 or more; `count` below 1 counts as 1.
    package static func survival(_ distance: Double, count: Int) -> Double {
        let n = max(1, count)
        guard distance < 1 else { return 0 }
        guard distance > 0 else { return 1 }
        return min(1, max(0, survivalInside(distance, n)))
    }

    /// The limit law as n grows: the probability that `sqrt(n)·D` exceeds `argument`.
    package static func limitSurvival(_ argument: Double) -> Double {
        guard argument > 0 else { return 1 }
        if argument < 1.18 {
            let base = exp(-Double.pi * Double.pi / (8 * argument * argument))
            var sum = 0.0
            for odd in stride(from: 1.0, through: 21, by: 2) { sum += pow(base, odd * odd) }
            return max(0, 1 - (2 * Double.pi).squareRoot() / argument * sum)
        }
        var sum = 0.0
        for k in stride(from: 1.0, through: 20, by: 1) {
            let term = exp(-2 * k * k * argument * argument)
            sum += k.truncatingRemainder(dividingBy: 2) == 1 ? term : -term
        }
        return min(1, 2 * sum)
    }

    private static func survivalInside(_ x: Double, _ count: Int) -> Double {
        let n = Double(count)
        let scaled = n * x
        if scaled <= 0.5 { return 1 }
        if scaled <= 1 { return 1 - smallDistanceProbability(n, scaled) }
        if scaled >= n - 1 { return 2 * pow(1 - x, n) }
        if x >= 0.5 { return 2 * oneSidedSurvival(x, count) }
        let square = scaled * x
        if count <= 140 {
            return square <= 4 ? 1 - matrixProbability(count, x) : 2 * oneSidedSurvival(x, count)
        }
        if square >= 370 { return 0 }
        if square >= 2.2 { return 2 * oneSidedSurvival(x, count) }
        if count <= 100_000, n * pow(x, 1.5) <= 1.4 { return 1 - matrixProbability(count, x) }
        return 1 - pelzGoodProbability(n, x)
    }

    /// `n!·(2x - 1/n)^n`, the exact law for `½ < nx ≤ 1` (Ruben and Gambino).
    private static func smallDistanceProbability(_ n: Double, _ scaled: Double) -> Double {
        let factor = 2 * scaled - 1
        if n <= 140 {
            var product = 1.0
            for i in 1...Int(n) { product *= Double(i) / n * factor }
            return product
        }
        let logFactorialShare = 0.5 * log(2 * Double.pi * n) - n + stirlingError(n)
        return exp(logFactorialShare + n * log(factor))
    }

    /// Smirnov's law of the one-sided statistic: the probability that it exceeds `x`.
    ///
    /// All terms are positive. For large n the terms are samples of a smooth function that vanishes at both ends with
    /// all its derivatives, so the sum over every k-th term, times k, has the same digits.
    static func oneSidedSurvival(_ x: Double, _ count: Int) -> Double {
        let n = Double(count)
        let step = count > 20_000 ? max(1, count / 8192) : 1
        var sum = CompensatedSum()
        for j in stride(from: 0, through: Int(n * (1 - x)), by: step) {
            let successes = Double(j)
            let expected = n * x + successes
            let probability = binomialProbability(
                successes: successes,
                trials: n,
                successesExpected: expected,
                failuresExpected: n - expected
            )
            sum.add(n * x / expected * probability)
        }
        return min(1, sum.value * Double(step))
    }

    /// The matrix power of Marsaglia, Tsang and Wang (2003) for the probability of a distance below `x`.
    private static func matrixProbability(_ count: Int, _ x: Double) -> Double {
        let n = Double(count)
        let k = Int(n * x) + 1
        let size = 2 * k - 1
        var power = ScaledMatrix.durbin(size: size, h: Double(k) - n * x).raised(to: count)
        var result = power.elements[(k - 1) * size + k - 1]
        for i in 1...count {
            result *= Double(i) / n
            if result < 1e-140 {
                result *= 1e140
                power.exponent -= 140
            }
        }
        return result * pow(10, Double(power.exponent))
    }

    /// The asymptotic expansion of Pelz and Good (1976) to the term in `n^(-3/2)`.
    private static func pelzGoodProbability(_ n: Double, _ x: Double) -> Double {
        let z = n.squareRoot() * x
        let (z2, z4, z6) = (z * z, z * z * z * z, z * z * z * z * z * z)
        let (pi2, pi4) = (Double.pi * Double.pi, pow(Double.pi, 4))
        let pi6 = pi2 * pi4
        let halfRoot = (Double.pi / 2).squareRoot()
        var (k0, k1, k2, k3) = (0.0, 0.0, 0.0, 0.0)
        for index in 0..<24 {
            let half = Double(index) + 0.5
            let (h2, h4) = (half * half, half * half * half * half)
            let weight = 2 * exp(-pi2 * h2 / (2 * z2))
            k0 += weight
            k1 += weight * (pi2 * h2 - z2)
            k2 += weight * (6 * z6 + 2 * z4 + pi2 * h2 * (2 * z4 - 5 * z2) + pi4 * h4 * (1 - 2 * z2))
            k3 +=
                weight
                * (pi6 * h4 * h2 * (5 - 30 * z2) + pi4 * h4 * (-60 * z2 + 212 * z4)
                    + pi2 * h2 * (135 * z4 - 96 * z6) - 30 * z6 - 90 * z6 * z2)
        }
        var (whole2, whole3) = (0.0, 0.0)
        for index in 1..<24 {
            let square = Double(index * index)
            let weight = 2 * exp(-pi2 * square / (2 * z2))
            whole2 += weight * square
            whole3 += weight * (-pi4 * square * square + 3 * pi2 * square * z2)
        }
        let first = k0 * (2 * Double.pi).squareRoot() / (2 * z)
        let second = k1 * halfRoot / (6 * z4)
        let third = k2 * halfRoot / (72 * z6 * z) - whole2 * pi2 * halfRoot / (36 * z * z2)
        let fourth = k3 * halfRoot / (6480 * z6 * z4) + whole3 * halfRoot / (216 * z6)
        let root = n.squareRoot()
        return first + second / root + third / n + fourth / (n * root)
    }
}
