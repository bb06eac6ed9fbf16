/// KSWIN (Raab 2020): the newest values of a sliding window against the older ones, by a Kolmogorov-Smirnov test.
///
/// By default all older values are compared, exactly. With a seed as many of them are drawn as there are newest ones,
/// which is river's `KSWIN` to the position. It sees any change of a distribution, also one that leaves the mean; on
/// stable streams it fires about once in a thousand values, so it needs a small `alpha` there.
package struct KolmogorovSmirnovWindow: ChangeDetector {
    /// The p-value up to which it fires.
    package let alpha: Double
    /// Values in the window.
    package let windowSize: Int
    /// Newest values that are compared.
    package let newestCount: Int
    /// The seed of the draws; nil compares with all older values.
    package let seed: UInt32?

    /// The least distance that counts besides the p-value, as in the paper.
    private static let leastDistance = 0.1

    /// A value and when it came.
    private struct Item: Sendable, Hashable, Codable {
        var value: Double
        var time: Int
    }

    /// The window in order of value.
    private var items: [Item] = []
    /// The window in order of time, a ring.
    private var ring: [Double] = []
    private var time = 0
    private var detected = false
    private var generator: MersenneTwister?
    private var pool: [Int] = []
    private var isDrawn: [Bool] = []
    /// The least scaled distance that fires.
    private let critical: Int

    /// Makes an empty window; the defaults are river's, but for comparing with all older values.
    package init(alpha: Double = 0.005, windowSize: Int = 100, newestCount: Int = 30, seed: UInt32? = nil) {
        let newest = max(1, newestCount)
        self.alpha = min(max(alpha, 0), 1)
        self.newestCount = newest
        self.windowSize = max(2 * newest, windowSize)
        self.seed = seed
        critical = Self.criticalDistance(
            alpha: self.alpha,
            older: seed == nil ? self.windowSize - newest : newest,
            newest: newest
        )
        generator = seed.map { MersenneTwister(seed: $0) }
    }

    /// Takes one value and says what it shows: O(window).
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected { forget() }
        insert(value)
        guard ring.count == windowSize else { return .stable }
        detected = distanceReachesCritical()
        return detected ? .drift : .stable
    }

    private mutating func forget() {
        items.removeAll(keepingCapacity: true)
        ring.removeAll(keepingCapacity: true)
        time = 0
        detected = false
        generator = seed.map { MersenneTwister(seed: $0) }
    }

    private mutating func insert(_ value: Double) {
        if ring.count < windowSize {
            ring.append(value)
        } else {
            let slot = time % windowSize
            var oldest = position(of: ring[slot])
            while items[oldest].time != time - windowSize { oldest += 1 }
            items.remove(at: oldest)
            ring[slot] = value
        }
        items.insert(Item(value: value, time: time), at: position(of: value))
        time += 1
    }

    /// The first place of the ordered window whose value is not less.
    private func position(of value: Double) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].value < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func distanceReachesCritical() -> Bool {
        let older = windowSize - newestCount
        let start = time - windowSize
        guard generator != nil else {
            return greatestDistance(weights: (older: -newestCount, newest: older), from: start + older) >= critical
        }
        isDrawn.removeAll(keepingCapacity: true)
        isDrawn.append(contentsOf: repeatElement(false, count: older))
        isDrawn.withUnsafeMutableBufferPointer { isDrawn in
            _ = generator?.sample(newestCount, below: older, pool: &pool) { isDrawn[$0] = true }
        }
        return drawnDistance(from: start) >= critical
    }

    /// The greatest difference of the distribution functions, scaled to a whole number, with all older values.
    private func greatestDistance(weights: (older: Int, newest: Int), from newest: Int) -> Int {
        items.withUnsafeBufferPointer { items in
            var (sum, greatest) = (0, 0)
            for index in items.indices {
                sum += items[index].time < newest ? weights.older : weights.newest
                let isLast = index + 1 == items.count || items[index + 1].value != items[index].value
                if isLast { greatest = max(greatest, abs(sum)) }
            }
            return greatest
        }
    }

    /// The same with the drawn ones of the older values.
    private func drawnDistance(from start: Int) -> Int {
        let older = windowSize - newestCount
        return items.withUnsafeBufferPointer { items in
            isDrawn.withUnsafeBufferPointer { isDrawn in
                var (sum, greatest) = (0, 0)
                for index in items.indices {
                    let age = items[index].time - start
                    sum += age >= older ? 1 : isDrawn[age] ? -1 : 0
                    let isLast = index + 1 == items.count || items[index + 1].value != items[index].value
                    if isLast { greatest = max(greatest, abs(sum)) }
                }
                return greatest * newestCount
            }
        }
    }

    /// The least `|F - G|·n·m` whose exact p-value is at most `alpha` and which is more than a tenth.
    private static func criticalDistance(alpha: Double, older: Int, newest: Int) -> Int {
        let product = older * newest
        // Only these distances occur: whole multiples of the greatest common divisor; searching all is cheap enough.
        var (low, high) = (Int(Double(product) * leastDistance) + 1, product + 1)
        while low < high {
            let middle = (low + high) / 2
            let result = KolmogorovSmirnov.result(
                scaledDistance: middle,
                referenceCount: older,
                currentCount: newest,
                mode: .scipy
            )
            if result.pValue <= alpha { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
