import Glibc

/// Mean, variance, skewness and kurtosis of a stream in constant memory (Pébay 2008); two of them can be merged.
package struct ShapeMoments: Sendable, Hashable, Codable {
    /// Values so far.
    package private(set) var count = 0.0
    /// Their mean; 0 while empty.
    package private(set) var mean = 0.0

    /// The sum of squared distances from the mean.
    package private(set) var second = 0.0
    /// The sum of their cubes.
    package private(set) var third = 0.0
    /// The sum of their fourth powers.
    package private(set) var fourth = 0.0

    /// No values yet.
    package init() {}

    /// Makes moments again from their sums.
    ///
    /// - Throws: `InvalidSketch` for sums that no values have.
    package init(count: Double, mean: Double, second: Double, third: Double, fourth: Double) throws(InvalidSketch) {
        guard count >= 0, count <= Double(InvalidSketch.maximumCount), count == count.rounded() else {
            throw InvalidSketch("moments of \(count) values are not possible")
        }
        guard [mean, second, third, fourth].allSatisfy(\.isFinite), second >= 0, fourth >= 0 else {
            throw InvalidSketch("the sums of its moments are not those of finite values")
        }
        guard count > 1 || (second, third, fourth) == (0, 0, 0), count > 0 || mean == 0 else {
            throw InvalidSketch("\(count) values have no spread")
        }
        self.count = count
        self.mean = mean
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    /// Whether the values were near enough to each other for their sums to be doubles.
    package var isFinite: Bool { [mean, second, third, fourth].allSatisfy(\.isFinite) }

    /// Takes one value; NaN and infinities are ignored.
    package mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        var one = ShapeMoments()
        one.count = 1
        one.mean = value
        merge(one)
    }

    /// Adds all values that another has seen.
    package mutating func merge(_ other: ShapeMoments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let (n, m) = (count, other.count)
        let total = n + m
        let delta = other.mean - mean
        let step = delta / total
        let (second, third) = (self.second, self.third)
        fourth +=
            other.fourth + delta * step * step * step * n * m * (n * n - n * m + m * m)
            + 6 * step * step * (n * n * other.second + m * m * second)
            + 4 * step * (n * other.third - m * third)
        self.third +=
            other.third + delta * step * step * n * m * (n - m) + 3 * step * (n * other.second - m * second)
        self.second += other.second + delta * step * n * m
        mean += step * m
        count = total
    }

    /// Variance with denominator n - 1; 0 with fewer than two values.
    package var sampleVariance: Double { count > 1 ? second / (count - 1) : 0 }

    /// The skewness, corrected for bias from three values on; 0 without spread.
    ///
    /// Equal to river's `Skew`.
    package var skewness: Double {
        guard second > 0 else { return 0 }
        let biased = count.squareRoot() * third / pow(second, 1.5)
        return count > 2 ? biased * (count * (count - 1)).squareRoot() / (count - 2) : biased
    }

    /// The excess kurtosis, corrected for bias from four values on; -3 without spread.
    ///
    /// Equal to river's `Kurtosis`.
    package var kurtosis: Double {
        guard second > 0 else { return -3 }
        let biased = count * fourth / (second * second) - 3
        guard count > 3 else { return biased }
        return (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * biased + 6)
    }
}
