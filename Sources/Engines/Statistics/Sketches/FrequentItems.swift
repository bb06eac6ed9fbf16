/// The most frequent values of a stream in constant memory (Misra and Gries 1982).
///
/// A count is too low by at most ``maximumError``, which never exceeds `count / (capacity + 1)`; so every value that
/// comes more often than that is found. Sketches merge, and their errors add up.
package struct FrequentItems: Sendable, Hashable, Codable {
    /// A value and the bounds of its count.
    package struct Item: Sendable, Hashable {
        /// The value.
        package let value: String
        /// It came at least so often.
        package let lowerBound: Int
        /// It came at most so often.
        package let upperBound: Int
    }

    /// Values that are kept for good.
    package let capacity: Int
    /// Values so far.
    package private(set) var count = 0
    /// By how much a count may be too low.
    package private(set) var maximumError = 0

    /// The values that are kept, with counts that are too low by at most ``maximumError``.
    package private(set) var counts: [String: Int] = [:]

    /// Makes an empty sketch that keeps `capacity` values, 1…1,000,000.
    package init(capacity: Int = 1_024) {
        self.capacity = min(1_000_000, max(1, capacity))
    }

    /// Makes a sketch again from its counts.
    ///
    /// - Throws: `InvalidSketch` for counts that no sketch of this capacity can have.
    package init(capacity: Int, count: Int, maximumError: Int, counts: [String: Int]) throws(InvalidSketch) {
        guard (1...1_000_000).contains(capacity) else {
            throw InvalidSketch("a capacity of \(capacity) is not possible: 1 to 1,000,000 are")
        }
        guard (0...InvalidSketch.maximumCount).contains(count), (0...count).contains(maximumError) else {
            throw InvalidSketch("\(count) values with an error of \(maximumError) are not possible")
        }
        guard counts.count <= 2 * capacity else {
            throw InvalidSketch("it keeps \(counts.count) values, and capacity \(capacity) allows \(2 * capacity)")
        }
        guard counts.values.allSatisfy({ $0 >= 1 && $0 <= count }) else {
            throw InvalidSketch("a value comes less than once, or more often than all together")
        }
        // Each lowering took its part from more values than the capacity.
        let kept = counts.values.reduce(0.0) { $0 + Double($1) }
        let lost = Double(maximumError) * Double(capacity + 1)
        guard maximumError == 0 ? kept == Double(count) : kept + lost <= Double(count) else {
            throw InvalidSketch("its counts and error do not add up to \(count) values")
        }
        self.capacity = capacity
        self.count = count
        self.maximumError = maximumError
        self.counts = counts
    }

    /// Takes a value that came `times` times.
    ///
    /// Amortised O(1).
    package mutating func add(_ value: String, times: Int = 1) {
        guard times > 0 else { return }
        count += times
        counts[value, default: 0] += times
        if counts.count > 2 * capacity { purge() }
    }

    /// Adds all that another sketch has seen; the errors of both add up.
    package mutating func merge(_ other: FrequentItems) {
        count += other.count
        maximumError += other.maximumError
        counts.merge(other.counts, uniquingKeysWith: +)
        if counts.count > 2 * capacity { purge() }
    }

    /// The values that came most often, at most `limit`, the most frequent first.
    package func top(_ limit: Int) -> [Item] {
        counts.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(max(0, limit)).map {
            Item(value: $0.key, lowerBound: $0.value, upperBound: $0.value + maximumError)
        }
    }

    /// Lowers all counts by the greatest that falls out, so that at most `capacity` values stay.
    private mutating func purge() {
        let ranked = counts.values.sorted(by: >)
        guard ranked.count > capacity else { return }
        let cut = ranked[capacity]
        maximumError += cut
        counts = counts.compactMapValues { $0 > cut ? $0 - cut : nil }
    }
}
