/// Count, mean and spread of a stream in constant memory (Welford); two of them can be merged (Chan).
package struct Moments: Sendable, Hashable, Codable {
    /// Values so far.
    package private(set) var count = 0.0
    /// Their mean; 0 while empty.
    package private(set) var mean = 0.0
    /// Sum of their squared deviations from the mean.
    package private(set) var squaredDeviations = 0.0
    /// The least value; infinite while empty.
    package private(set) var minimum = Double.infinity
    /// The greatest value; negative infinite while empty.
    package private(set) var maximum = -Double.infinity

    /// No values yet.
    package init() {}

    /// What is known of `count` values; their least and greatest are not.
    init(count: Int, mean: Double, squaredDeviations: Double) {
        (self.count, self.mean, self.squaredDeviations) = (Double(count), mean, squaredDeviations)
    }

    /// Adds one value.
    package mutating func add(_ value: Double) {
        count += 1
        let before = value - mean
        mean += before / count
        squaredDeviations += before * (value - mean)
        minimum = min(minimum, value)
        maximum = max(maximum, value)
    }

    /// Adds all values that another has seen.
    package mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        let total = count + other.count
        let difference = other.mean - mean
        mean += difference * other.count / total
        squaredDeviations += other.squaredDeviations + difference * difference * count * other.count / total
        count = total
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    /// Variance with denominator n - 1; 0 with fewer than two values.
    package var sampleVariance: Double { count > 1 ? squaredDeviations / (count - 1) : 0 }

    /// Variance with denominator n; 0 while empty.
    package var populationVariance: Double { count > 0 ? squaredDeviations / count : 0 }
}
