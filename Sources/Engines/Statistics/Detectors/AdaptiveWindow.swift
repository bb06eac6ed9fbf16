import Glibc

/// ADWIN (Bifet and Gavaldà 2007): a window that grows while the mean holds and drops its past when it does not.
///
/// The default for values of any kind. Equal to river's `ADWIN` in window, mean, variance and places of detection.
package struct AdaptiveWindow: ChangeDetector {
    /// The tolerated chance of a false alarm at one check.
    package let delta: Double
    /// Values from one check to the next.
    package let clock: Int
    /// Buckets of one size before two of them are merged.
    package let maximumBuckets: Int
    /// Least values on each side of a cut.
    package let minimumLength: Int
    /// Values before the first check.
    package let gracePeriod: Int

    private var histogram: ExponentialHistogram
    /// Values until the next check.
    private var ticksLeft: Int
    private var detected = false

    /// Values in the window.
    package private(set) var width = 0
    /// Sum of the values in the window.
    package private(set) var total = 0.0
    /// Sum of their squared deviations from the mean.
    package private(set) var deviations = 0.0

    /// Makes an empty window; the defaults are river's.
    package init(
        delta: Double = 0.002,
        clock: Int = 32,
        maximumBuckets: Int = 5,
        minimumLength: Int = 5,
        gracePeriod: Int = 10
    ) {
        self.delta = min(max(delta, .leastNormalMagnitude), 1)
        self.clock = max(1, clock)
        self.maximumBuckets = max(1, maximumBuckets)
        self.minimumLength = max(1, minimumLength)
        self.gracePeriod = max(1, gracePeriod)
        histogram = ExponentialHistogram(maximumBuckets: max(1, maximumBuckets))
        ticksLeft = max(1, clock)
    }

    /// The mean of the window; 0 while it is empty.
    package var mean: Double { width == 0 ? 0 : total / Double(width) }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected { forget() }
        insert(value)
        ticksLeft -= 1
        guard ticksLeft <= 0 else { return .stable }
        ticksLeft = clock
        if width > gracePeriod {
            while dropOldestIfChanged() { detected = true }
        }
        return detected ? .drift : .stable
    }

    private mutating func forget() {
        self = AdaptiveWindow(
            delta: delta,
            clock: clock,
            maximumBuckets: maximumBuckets,
            minimumLength: minimumLength,
            gracePeriod: gracePeriod
        )
    }

    private mutating func insert(_ value: Double) {
        if width > 0 {
            let distance = value - total / Double(width)
            deviations += Double(width) * distance * distance / Double(width + 1)
        }
        width += 1
        total += value
        histogram.insert(value)
    }

    /// Tries every cut, oldest first; drops the oldest bucket and answers true when two sides differ.
    private mutating func dropOldestIfChanged() -> Bool {
        let rule = CutRule(self)
        var older = (count: 0.0, sum: 0.0)
        var newer = (count: Double(width), sum: total)
        let differs = histogram.contains { bucket, size in
            older = (older.count + size, older.sum + bucket.sum)
            newer = (newer.count - size, newer.sum - bucket.sum)
            return rule.mayDiffer(older, newer) && rule.differs(older, newer)
        }
        if differs { dropOldest() }
        return differs
    }

    private mutating func dropOldest() {
        guard let (bucket, size) = histogram.removeOldest() else { return }
        width -= Int(size)
        total -= bucket.sum
        let difference = bucket.sum / size - total / Double(width)
        deviations -= bucket.deviations + size * Double(width) * difference * difference / (size + Double(width))
    }
}

/// Whether the two sides of a cut differ more than chance allows.
private struct CutRule {
    private let least: Double
    private let variance: Double
    private let logarithm: Double

    init(_ window: AdaptiveWindow) {
        let width = Double(window.width)
        least = Double(window.minimumLength)
        variance = window.deviations / width
        logarithm = log(2 * log(width) / window.delta)
    }

    /// False where the sides surely do not differ: the first part of the bound alone, without roots and divisions and with
    /// room for the rounding, which decides of nearly all cuts.
    @inline(__always)
    func mayDiffer(_ older: (count: Double, sum: Double), _ newer: (count: Double, sum: Double)) -> Bool {
        guard older.count >= least, newer.count >= least else { return false }
        let (left, right) = (older.sum * newer.count, newer.sum * older.count)
        let distance = abs(left - right) + 1e-12 * (abs(left) + abs(right))
        let (one, other) = (older.count - least + 1, newer.count - least + 1)
        let product = older.count * newer.count
        let bound = 2 * variance * logarithm * (one + other) * product * product
        // What is not a number goes to the exact rule.
        return !(distance * distance * one * other <= bound * (1 - 1e-9))
    }

    func differs(_ older: (count: Double, sum: Double), _ newer: (count: Double, sum: Double)) -> Bool {
        let inverse = 1 / (older.count - least + 1) + 1 / (newer.count - least + 1)
        let bound = (2 * inverse * variance * logarithm).squareRoot() + 2.0 / 3 * logarithm * inverse
        return abs(older.sum / older.count - newer.sum / newer.count) > bound
    }
}
