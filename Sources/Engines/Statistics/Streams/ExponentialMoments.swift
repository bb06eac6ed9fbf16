/// Mean and variance of a stream that forget, newest values weighing most (Finch 2009); equal to river's `EWMean` and
/// `EWVar`.
package struct ExponentialMoments: Sendable, Hashable, Codable {
    /// The weight of the newest value, 0…1.
    package let weight: Double
    /// The mean; 0 before the first value.
    package private(set) var mean = 0.0

    private var squaredMean = 0.0
    private var isEmpty = true

    /// Makes empty moments; a weight outside 0…1 is drawn to its nearer end.
    package init(weight: Double = 0.5) {
        self.weight = min(1, max(0, weight))
    }

    /// Takes one value; NaN and infinities are ignored.
    package mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        if isEmpty {
            (mean, squaredMean, isEmpty) = (value, value * value, false)
        } else {
            mean += weight * (value - mean)
            squaredMean += weight * (value * value - squaredMean)
        }
    }

    /// The variance; never below 0.
    package var variance: Double { max(0, squaredMean - mean * mean) }
}
