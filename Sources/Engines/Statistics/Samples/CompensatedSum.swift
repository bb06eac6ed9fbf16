/// Neumaier's compensated sum: the error does not grow with the number of terms.
package struct CompensatedSum: Sendable {
    private var sum = 0.0
    private var correction = 0.0

    /// Starts at zero.
    package init() {}

    /// Adds one term.
    @inline(__always)
    package mutating func add(_ term: Double) {
        let next = sum + term
        if abs(sum) >= abs(term) {
            correction += (sum - next) + term
        } else {
            correction += (term - next) + sum
        }
        sum = next
    }

    /// The sum so far.
    package var value: Double { sum + correction }
}
