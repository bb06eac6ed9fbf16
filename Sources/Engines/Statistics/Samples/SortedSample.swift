/// The finite values of one numeric column in ascending order, with a count of what was left out.
///
/// Cleaning and sorting happen once, here; every rank statistic then is one merge pass over two of these.
package struct SortedSample: Sendable, Hashable {
    /// The finite values, ascending; negative zero counts as zero.
    package let values: [Double]

    /// How many values were NaN.
    package let missing: Int

    /// How many values were positive or negative infinity.
    package let infinite: Int

    /// Cleans and sorts `column`: O(n) for large samples (radix sort), O(n log n) for small ones.
    package init(_ column: [Double]) {
        var missing = 0
        var infinite = 0
        var finite: [Double] = []
        finite.reserveCapacity(column.count)
        for value in column {
            if value.isFinite {
                finite.append(value + 0.0)
            } else if value.isNaN {
                missing += 1
            } else {
                infinite += 1
            }
        }
        self.missing = missing
        self.infinite = infinite
        self.values = ascending(finite)
    }

    /// The number of finite values.
    package var count: Int { values.count }

    /// Whether no finite value is left.
    package var isEmpty: Bool { values.isEmpty }

    /// Mean of the values, by compensated summation; 0 when empty.
    package var mean: Double {
        guard !values.isEmpty else { return 0 }
        var sum = CompensatedSum()
        for value in values { sum.add(value) }
        return sum.value / Double(values.count)
    }

    /// Sum of squared deviations from the mean.
    package var squaredDeviations: Double {
        let mean = mean
        var sum = CompensatedSum()
        for value in values { sum.add((value - mean) * (value - mean)) }
        return sum.value
    }

    /// Standard deviation with denominator n (numpy's default); 0 when empty.
    package var populationDeviation: Double {
        values.isEmpty ? 0 : (squaredDeviations / Double(values.count)).squareRoot()
    }

    /// The number of distinct values, counted up to `limit` and no further.
    package func distinctCount(limit: Int = .max) -> Int {
        guard var previous = values.first else { return 0 }
        var distinct = 1
        for value in values where value != previous {
            if distinct >= limit { return distinct }
            distinct += 1
            previous = value
        }
        return distinct
    }

    /// The quantile at `fraction` in 0…1, interpolated linearly between order statistics (numpy's default).
    ///
    /// - Throws: `UndefinedStatistic` when there is no value or the fraction is outside 0…1.
    package func quantile(_ fraction: Double) throws(UndefinedStatistic) -> Double {
        guard !values.isEmpty else { throw UndefinedStatistic(.emptyReference) }
        guard fraction >= 0, fraction <= 1 else { throw UndefinedStatistic(.outOfRange) }
        let position = fraction * Double(values.count - 1)
        let lower = Int(position)
        guard lower + 1 < values.count else { return values[values.count - 1] }
        let weight = position - Double(lower)
        let step = values[lower + 1] - values[lower]
        return weight < 0.5 ? values[lower] + step * weight : values[lower + 1] - step * (1 - weight)
    }

    /// How many values are less than `bound`: O(log n).
    package func count(below bound: Double) -> Int {
        partition { $0 < bound }
    }

    /// How many values are less than or equal to `bound`: O(log n).
    package func count(upTo bound: Double) -> Int {
        partition { $0 <= bound }
    }

    private func partition(_ belongsLeft: (Double) -> Bool) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = low + (high - low) / 2
            if belongsLeft(values[middle]) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
