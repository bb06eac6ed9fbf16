import Glibc

/// Tail probabilities of the laws that the tests need, accurate to about 1e-13.
package enum SpecialFunctions {
    /// The probability that a standard normal exceeds `z`.
    package static func normalSurvival(_ z: Double) -> Double {
        0.5 * erfc(z / 2.0.squareRoot())
    }

    /// The probability that χ² with `freedom` degrees of freedom exceeds `x`.
    package static func chiSquaredSurvival(_ x: Double, freedom: Double) -> Double {
        guard x > 0 else { return 1 }
        guard x.isFinite else { return 0 }
        return upperGamma(freedom / 2, x / 2)
    }

    /// The probability that Student's t with `freedom` degrees of freedom exceeds `t`.
    package static func studentSurvival(_ t: Double, freedom: Double) -> Double {
        let square = t * t
        let tail =
            0.5 * regularizedBeta(freedom / 2, 0.5, x: freedom / (freedom + square), y: square / (freedom + square))
        return t >= 0 ? tail : 1 - tail
    }

    /// The regularized upper incomplete gamma function Q(a, x), for a > 0 and x ≥ 0.
    package static func upperGamma(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        let scale = exp(-x + a * log(x) - lgamma(a).0)
        if x < a + 1 { return 1 - scale * lowerGammaSeries(a, x) }
        return scale * upperGammaFraction(a, x)
    }

    /// The regularized incomplete beta function I_x(a, b), for a, b > 0; `y` is 1 - x, given apart for its digits.
    package static func regularizedBeta(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
        guard x > 0 else { return 0 }
        guard y > 0 else { return 1 }
        let scale = exp(lgamma(a + b).0 - lgamma(a).0 - lgamma(b).0 + a * log(x) + b * log(y))
        if x < (a + 1) / (a + b + 2) { return scale * betaFraction(a, b, x) / a }
        return 1 - scale * betaFraction(b, a, y) / b
    }

    /// `exp(x)` times the modified Bessel function of the second kind K of order `order`, for x > 0.
    ///
    /// The integral of `exp(-x(cosh t - 1)) cosh(νt)` by the trapezoid rule, which converges geometrically here.
    static func scaledBesselK(_ order: Double, _ x: Double) -> Double {
        let step = 1.0 / 64
        let end = acosh(1 + 745 / x)
        var sum = 0.5
        for index in 1...max(1, Int(end / step)) {
            let t = Double(index) * step
            let half = sinh(t / 2)
            sum += exp(-2 * x * half * half) * cosh(order * t)
        }
        return sum * step
    }

    private static func lowerGammaSeries(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        for k in 1...100_000 {
            term *= x / (a + Double(k))
            sum += term
            if term < sum * 1e-17 { break }
        }
        return sum
    }

    /// Lentz's method for the continued fraction of the upper incomplete gamma function.
    private static func upperGammaFraction(_ a: Double, _ x: Double) -> Double {
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var product = d
        for k in 1...100_000 {
            let factor = -Double(k) * (Double(k) - a)
            b += 2
            d = 1 / awayFromZero(factor * d + b)
            c = awayFromZero(b + factor / c)
            product *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return product
    }

    /// Lentz's method for the continued fraction of the incomplete beta function.
    private static func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        var c = 1.0
        var d = 1 / awayFromZero(1 - (a + b) * x / (a + 1))
        var product = d
        for k in 1...200_000 {
            let m = Double(k)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / awayFromZero(1 + even * d)
            c = awayFromZero(1 + even / c)
            product *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / awayFromZero(1 + odd * d)
            c = awayFromZero(1 + odd / c)
            product *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return product
    }

    private static func awayFromZero(_ value: Double) -> Double {
        abs(value) < 1e-300 ? 1e-300 : value
    }
}
