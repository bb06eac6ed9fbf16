internal import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    init() {}

    /// Adds `amount`, which must not be negative.
    ///
    /// Thread-safe, lock-free.
    package func increment(by amount: Int = 1) {
        assert(amount >= 0, "a counter only grows")
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// What was counted since the process began.
    package var value: Int { count.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// Replaces the value.
    ///
    /// Thread-safe, lock-free.
    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Adds `amount`, which may be negative.
    ///
    /// Thread-safe, lock-free.
    package func increment(by amount: Double = 1) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, current) = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = current
        }
    }

    /// The value now.
    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// Counts observations in fixed buckets, as Prometheus' histograms do.
package final class HistogramMetric: Sendable {
    private struct State {
        var counts: [Int]
        var sum = 0.0
        var total = 0
    }

    /// Upper bounds of the buckets, ascending; one more bucket takes what lies above the last.
    package let bounds: [Double]
    private let state: Mutex<State>

    /// Bounds in seconds that suit requests: 0.1 ms to 10 s.
    package static let latencyBounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "histogram bounds must ascend")
        self.bounds = bounds
        state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    /// Counts one value; O(log buckets), thread-safe.
    package func observe(_ value: Double) {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        state.withLock {
            $0.counts[low] += 1
            $0.sum += value
            $0.total += 1
        }
    }

    /// Counts per bucket (the last is above all bounds), the sum and the number of the values so far.
    package func snapshot() -> (counts: [Int], sum: Double, total: Int) {
        state.withLock { ($0.counts, $0.sum, $0.total) }
    }
}
