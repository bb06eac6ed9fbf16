/// The outcome of a statistical test.
package struct TestResult: Sendable, Hashable {
    /// How the p-value was found.
    package enum Method: String, Sendable, Hashable {
        case exact
        case asymptotic
    }

    /// The value of the test's statistic.
    package let statistic: Double

    /// The probability of a statistic at least as extreme if nothing had changed.
    package let pValue: Double

    /// Whether the p-value is exact or from the limit law.
    package let method: Method

    /// Makes a result; the p-value is clipped to 0…1 against rounding.
    package init(statistic: Double, pValue: Double, method: Method = .asymptotic) {
        self.statistic = statistic
        self.pValue = min(1, max(0, pValue))
        self.method = method
    }
}
