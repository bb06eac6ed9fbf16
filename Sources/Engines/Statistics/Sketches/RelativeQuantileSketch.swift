import Glibc

/// Quantiles of a stream within a relative error of their value (DDSketch: Masson, Rim and Lee 2019).
///
/// Every answer is within `accuracy` of a value of the right rank, whatever the order of values and merges: the choice
/// for long tails such as latencies. Memory is one count for each power of γ that occurs: some hundred for everyday
/// data, 71,000 at the very worst with 1 %.
package struct RelativeQuantileSketch: Sendable, Hashable, Codable {
    /// The relative error of an answer.
    package let accuracy: Double
    /// Values so far.
    package private(set) var count = 0

    private var positive: [Int: Int] = [:]
    private var negative: [Int: Int] = [:]
    private var zeros = 0

    /// Makes an empty sketch; the accuracy is drawn into 0.0001…0.5.
    package init(accuracy: Double = 0.01) {
        self.accuracy = min(0.5, max(0.0001, accuracy))
    }

    /// Buckets that hold a value.
    package var buckets: Int { positive.count + negative.count + (zeros > 0 ? 1 : 0) }

    /// Takes one value; NaN and infinities are ignored.
    package mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        count += 1
        if value > .leastNormalMagnitude {
            positive[key(value), default: 0] += 1
        } else if value < -.leastNormalMagnitude {
            negative[key(-value), default: 0] += 1
        } else {
            zeros += 1
        }
    }

    /// Adds all that another sketch of the same accuracy has seen.
    ///
    /// - Throws: `UndefinedStatistic` `length_mismatch` for another accuracy.
    package mutating func merge(_ other: RelativeQuantileSketch) throws(UndefinedStatistic) {
        guard other.accuracy == accuracy else { throw UndefinedStatistic(.lengthMismatch) }
        positive.merge(other.positive, uniquingKeysWith: +)
        negative.merge(other.negative, uniquingKeysWith: +)
        zeros += other.zeros
        count += other.count
    }

    /// The value at `fraction` of the order.
    ///
    /// - Throws: `UndefinedStatistic` while empty, or for a fraction outside 0…1.
    package func quantile(_ fraction: Double) throws(UndefinedStatistic) -> Double {
        guard count > 0 else { throw UndefinedStatistic(.emptyCurrent) }
        guard fraction >= 0, fraction <= 1 else { throw UndefinedStatistic(.outOfRange) }
        let rank = fraction * Double(count - 1)
        let below = Double(negative.values.reduce(0, +))
        if rank < below { return -value(of: Self.key(in: negative, reaching: below - rank)) }
        if rank < below + Double(zeros) { return 0 }
        return value(of: Self.key(in: positive, above: rank - below - Double(zeros)))
    }

    private var logGamma: Double { log((1 + accuracy) / (1 - accuracy)) }

    private func key(_ value: Double) -> Int { Int((log(value) / logGamma).rounded(.up)) }

    private func value(of key: Int) -> Double {
        2 * exp(Double(key) * logGamma) / (1 + exp(logGamma))
    }

    /// The first key with more than `rank` values up to it.
    private static func key(in counts: [Int: Int], above rank: Double) -> Int {
        var running = 0
        let keys = counts.keys.sorted()
        for key in keys {
            running += counts[key] ?? 0
            if Double(running) > rank { return key }
        }
        return keys.last ?? 0
    }

    /// The first key with at least `rank` values up to it.
    private static func key(in counts: [Int: Int], reaching rank: Double) -> Int {
        var running = 0
        let keys = counts.keys.sorted()
        for key in keys {
            running += counts[key] ?? 0
            if Double(running) >= rank { return key }
        }
        return keys.last ?? 0
    }
}
