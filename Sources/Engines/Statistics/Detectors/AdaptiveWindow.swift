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

    /// Sum and squared deviations of `2^row` values.
    private struct Bucket: Sendable, Hashable, Codable {
        var sum: Double
        var deviations: Double
    }

    /// Row i holds buckets of `2^i` values, oldest first.
    private var rows: [[Bucket]] = [[]]
    private var ticks = 0
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
    }

    /// The mean of the window; 0 while it is empty.
    package var mean: Double { width == 0 ? 0 : total / Double(width) }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected { forget() }
        insert(value)
        ticks += 1
        if ticks.isMultiple(of: clock), width > gracePeriod {
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
        rows[0].append(Bucket(sum: value, deviations: 0))
        if width > 0 {
            let distance = value - total / Double(width)
            deviations += Double(width) * distance * distance / Double(width + 1)
        }
        width += 1
        total += value
        compress()
    }

    private mutating func compress() {
        var row = 0
        while row < rows.count, rows[row].count > maximumBuckets {
            if row + 1 == rows.count { rows.append([]) }
            let size = Double(1 << row)
            let (first, second) = (rows[row][0], rows[row][1])
            let difference = first.sum / size - second.sum / size
            rows[row + 1].append(
                Bucket(
                    sum: first.sum + second.sum,
                    deviations: first.deviations + second.deviations + size * difference * difference / 2
                )
            )
            rows[row].removeFirst(2)
            row += 1
        }
    }

    /// Tries every cut, oldest first; drops the oldest bucket and answers true when two sides differ.
    private mutating func dropOldestIfChanged() -> Bool {
        var older = (count: 0.0, sum: 0.0)
        var newer = (count: Double(width), sum: total)
        for row in rows.indices.reversed() {
            let size = Double(1 << row)
            for (index, bucket) in rows[row].enumerated() {
                older = (older.count + size, older.sum + bucket.sum)
                newer = (newer.count - size, newer.sum - bucket.sum)
                if row == 0, index == rows[0].count - 1 { return false }
                guard older.count >= Double(minimumLength), newer.count >= Double(minimumLength) else { continue }
                if differs(older.count, newer.count, older.sum / older.count - newer.sum / newer.count) {
                    dropOldest()
                    return true
                }
            }
        }
        return false
    }

    private func differs(_ older: Double, _ newer: Double, _ difference: Double) -> Bool {
        let window = Double(width)
        let logarithm = log(2 * log(window) / delta)
        let least = Double(minimumLength)
        let inverse = 1 / (older - least + 1) + 1 / (newer - least + 1)
        let bound = (2 * inverse * (deviations / window) * logarithm).squareRoot() + 2.0 / 3 * logarithm * inverse
        return abs(difference) > bound
    }

    private mutating func dropOldest() {
        guard let row = rows.indices.last, let bucket = rows[row].first else { return }
        let size = Double(1 << row)
        rows[row].removeFirst()
        width -= 1 << row
        total -= bucket.sum
        let difference = bucket.sum / size - total / Double(width)
        deviations -= bucket.deviations + size * Double(width) * difference * difference / (size + Double(width))
        while rows.count > 1, rows[rows.count - 1].isEmpty { rows.removeLast() }
    }
}
