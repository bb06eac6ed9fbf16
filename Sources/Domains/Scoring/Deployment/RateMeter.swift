internal import Primitives
internal import Synchronization

/// Events a second over the last few whole seconds; thread-safe.
final class RateMeter: Sendable {
    private static let seconds = 5

    private struct State {
        /// The count of each of the last seconds, by second modulo the array's length.
        var counts = [Int](repeating: 0, count: RateMeter.seconds + 1)
        var current: Int64 = 0
        var start: Int64 = 0

        /// Empties the places of the seconds that have begun since the last call.
        mutating func advance(to second: Int64) {
            if start == 0 { (start, current) = (second, second) }
            guard second > current else { return }
            for passed in max(current + 1, second - Int64(RateMeter.seconds))...second {
                counts[Int(passed) % counts.count] = 0
            }
            current = second
        }
    }

    private let state = Mutex(State())

    func count(_ events: Int) {
        let second = MonotonicClock.nowNanoseconds() / 1_000_000_000
        state.withLock { state in
            state.advance(to: second)
            state.counts[Int(second) % state.counts.count] += events
        }
    }

    var perSecond: Double {
        let second = MonotonicClock.nowNanoseconds() / 1_000_000_000
        return state.withLock { state in
            state.advance(to: second)
            let span = min(Int64(RateMeter.seconds), second - state.start)
            guard span > 0 else { return 0 }
            let whole = (second - span..<second).reduce(0) { $0 + state.counts[Int($1) % state.counts.count] }
            return Double(whole) / Double(span)
        }
    }
}
