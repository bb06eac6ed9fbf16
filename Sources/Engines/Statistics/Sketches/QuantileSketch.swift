import Glibc

/// Quantiles of a stream in constant memory with a bounded error of rank (KLL: Karnin, Lang and Liberty 2016).
///
/// With `k` the rank of any one answer is wrong by at most ``rankError`` of all values in 99 of 100 cases: 1.33 % for
/// 200, 0.27 % for 1024. Sketches merge without losing that bound. Up to `k` values are kept exactly. Not for tests
/// of large samples: their p-values need errors far below `1/√n`; see ``FrozenStream``.
package struct QuantileSketch: Sendable, Hashable, Codable {
    /// The size; memory is about 3·k values.
    package let k: Int
    /// Values so far.
    package private(set) var count = 0
    /// The least value; infinite while empty.
    package private(set) var minimum = Double.infinity
    /// The greatest value; negative infinite while empty.
    package private(set) var maximum = -Double.infinity

    /// Level i holds values that stand for `2^i` each; level 0 is unordered, the others ascending.
    package private(set) var levels: [[Double]] = [[]]
    /// Decides which half of a full level stays: a fixed sequence, so that equal streams give equal sketches.
    package private(set) var coin: UInt64

    /// Makes an empty sketch; `k` is drawn into 8…65,535.
    package init(k: Int = 200, seed: UInt64 = 1) {
        self.k = min(65_535, max(8, k))
        coin = seed
    }

    /// Makes a sketch again from what another one showed: its levels and all else that ``==`` compares.
    ///
    /// - Throws: `InvalidSketch` for what no sketch of this size can have become.
    package init(
        k: Int,
        count: Int,
        minimum: Double,
        maximum: Double,
        levels: [[Double]],
        coin: UInt64
    ) throws(InvalidSketch) {
        guard (8...65_535).contains(k) else { throw InvalidSketch("k is \(k), and 8 to 65,535 are possible") }
        guard (0...InvalidSketch.maximumCount).contains(count) else {
            throw InvalidSketch("a count of \(count) values is not possible")
        }
        guard (1...54).contains(levels.count) else {
            throw InvalidSketch("it has \(levels.count) levels, and 1 to 54 are possible")
        }
        guard levels.reduce(0, { $0 + $1.count }) <= 6 * k + 512 else {
            throw InvalidSketch("its levels hold more values than k = \(k) allows")
        }
        var weight = 0
        for (level, values) in levels.enumerated() {
            weight = Self.sum(weight, values.count, times: 1 << level)
            guard values.allSatisfy({ $0.isFinite && $0 >= minimum && $0 <= maximum }) else {
                throw InvalidSketch("level \(level) holds values outside minimum and maximum")
            }
            guard level == 0 || zip(values, values.dropFirst()).allSatisfy({ $0 <= $1 }) else {
                throw InvalidSketch("the values of level \(level) are not in order")
            }
        }
        guard weight == count else {
            throw InvalidSketch("its levels stand for \(weight) values, and its count is \(count)")
        }
        let isBounded =
            count == 0 ? (minimum, maximum) == (.infinity, -.infinity) : minimum.isFinite && maximum.isFinite
        guard isBounded else { throw InvalidSketch("minimum and maximum are not those of \(count) values") }
        self.k = k
        self.count = count
        self.minimum = minimum
        self.maximum = maximum
        self.levels = levels
        self.coin = coin
    }

    /// `sum + count * weight`, or `Int.max` where that is too large.
    private static func sum(_ sum: Int, _ count: Int, times weight: Int) -> Int {
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: weight)
        let (total, overflows) = sum.addingReportingOverflow(product)
        return isTooLarge || overflows ? .max : total
    }

    /// The share of all values by which the rank of an answer may be wrong, in 99 of 100 cases.
    package var rankError: Double { 2.296 / pow(Double(k), 0.9723) }

    /// Values that are kept.
    package var retained: Int { levels.reduce(0) { $0 + $1.count } }

    /// Takes one value; NaN and infinities are ignored.
    ///
    /// Amortised O(log k).
    package mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        count += 1
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        levels[0].append(value)
        while levels[0].count >= capacity(0) { compress() }
    }

    /// Takes all values of a column.
    package mutating func add(contentsOf values: [Double]) {
        for value in values { add(value) }
    }

    /// Adds all that another sketch of the same size has seen.
    ///
    /// - Throws: `UndefinedStatistic` `length_mismatch` for another size.
    package mutating func merge(_ other: QuantileSketch) throws(UndefinedStatistic) {
        guard other.k == k else { throw UndefinedStatistic(.lengthMismatch) }
        while levels.count < other.levels.count { levels.append([]) }
        for (index, level) in other.levels.enumerated() {
            levels[index].append(contentsOf: level)
            if index > 0 { levels[index].sort() }
        }
        count += other.count
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        while retained > (0..<levels.count).reduce(0, { $0 + capacity($1) }) { compress() }
    }

    /// The least value with more than `fraction` of all values at or below it; the ends are exact.
    ///
    /// - Throws: `UndefinedStatistic` while empty, or for a fraction outside 0…1.
    package func quantile(_ fraction: Double) throws(UndefinedStatistic) -> Double {
        guard count > 0 else { throw UndefinedStatistic(.emptyCurrent) }
        guard fraction >= 0, fraction <= 1 else { throw UndefinedStatistic(.outOfRange) }
        if fraction == 0 { return minimum }
        if fraction == 1 { return maximum }
        var below = 0.0
        for (value, weight) in weighted {
            below += weight
            if below > fraction * Double(count) { return value }
        }
        return maximum
    }

    /// The share of values at or below `value`.
    ///
    /// - Throws: `UndefinedStatistic` while empty.
    package func share(upTo value: Double) throws(UndefinedStatistic) -> Double {
        guard count > 0 else { throw UndefinedStatistic(.emptyCurrent) }
        return weighted.prefix { $0.0 <= value }.reduce(0) { $0 + $1.1 } / Double(count)
    }

    /// The kept values in order with what they stand for.
    private var weighted: [(Double, Double)] {
        levels.enumerated().flatMap { level, values in values.map { ($0, Double(1 << level)) } }
            .sorted { $0.0 < $1.0 }
    }

    /// Upper levels are larger: each lower one has two thirds of the one above.
    private func capacity(_ level: Int) -> Int {
        let depth = Double(levels.count - level - 1)
        return max(8, Int((Double(k) * pow(2.0 / 3, depth)).rounded(.up)))
    }

    /// Halves the lowest level that is full: every other of its values moves up and stands for both.
    private mutating func compress() {
        guard let full = levels.indices.last(where: { levels[$0].count >= capacity($0) }) else { return }
        if full + 1 == levels.count { levels.append([]) }
        var values = levels[full]
        if full == 0 { values.sort() }
        // An odd one stays, so that no weight is lost.
        let odd = values.count.isMultiple(of: 2) ? nil : values.removeLast()
        let start = nextCoin() ? 1 : 0
        let raised = stride(from: start, to: values.count, by: 2).map { values[$0] }
        levels[full] = odd.map { [$0] } ?? []
        levels[full + 1].append(contentsOf: raised)
        levels[full + 1].sort()
    }

    private mutating func nextCoin() -> Bool {
        coin = coin &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return coin >> 63 == 1
    }
}
