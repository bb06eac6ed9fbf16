import Glibc

/// The probability of `successes` in `trials`, by Loader's saddle-point expansion.
///
/// `successesExpected` and `failuresExpected` are `n·p` and `n·q`, given apart so that no digit is lost in `1 - p`.
/// Relative error stays near 1e-14 where a formula with `lgamma` loses nine digits at a million trials.
/// Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000).
func binomialProbability(
    successes: Double,
    trials: Double,
    successesExpected: Double,
    failuresExpected: Double
) -> Double {
    let failures = trials - successes
    guard successesExpected > 0 else { return successes == 0 ? 1 : 0 }
    guard failuresExpected > 0 else { return failures == 0 ? 1 : 0 }
    if successes == 0 {
        let share = successesExpected / trials
        return exp(share < 0.1 ? -deviance(trials, failuresExpected) - successesExpected : trials * log1p(-share))
    }
    if failures == 0 {
        let share = failuresExpected / trials
        return exp(share < 0.1 ? -deviance(trials, successesExpected) - failuresExpected : trials * log1p(-share))
    }
    let logarithm =
        stirlingError(trials) - stirlingError(successes) - stirlingError(failures)
        - deviance(successes, successesExpected) - deviance(failures, failuresExpected)
    return exp(logarithm) * (trials / (2 * Double.pi * successes * failures)).squareRoot()
}

/// `ln n! - (n + ½) ln n + n - ½ ln 2π` for a whole `n`.
func stirlingError(_ n: Double) -> Double {
    if n < 16 { return smallStirlingErrors[Int(n)] }
    let square = 1 / (n * n)
    return (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188)))) / n
}

private let smallStirlingErrors: [Double] = (0..<16).map { whole in
    guard whole > 0 else { return 0 }
    let n = Double(whole)
    let logFactorial = (1...whole).reduce(0.0) { $0 + log(Double($1)) }
    return logFactorial - (n + 0.5) * log(n) + n - 0.5 * log(2 * Double.pi)
}

/// `x ln(x/m) + m - x`, without cancellation when x is near m.
private func deviance(_ x: Double, _ m: Double) -> Double {
    let difference = x - m
    guard abs(difference) < 0.1 * (x + m) else { return x * log(x / m) - difference }
    let ratio = difference / (x + m)
    let square = ratio * ratio
    var sum = difference * ratio
    var power = 2 * x * ratio
    var odd = 3.0
    while odd < 2000 {
        power *= square
        let next = sum + power / odd
        if next == sum { break }
        sum = next
        odd += 2
    }
    return sum
}
