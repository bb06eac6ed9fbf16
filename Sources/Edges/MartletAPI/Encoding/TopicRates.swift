internal import Primitives
internal import Synchronization

/// How fast topics grow, from one look at them to the next.
final class TopicRates: Sendable {
    private struct Sample {
        var written: Int64
        var at: Int64
        var rate = 0.0
    }

    private static let leastInterval: Int64 = 500_000_000
    private static let mostTopics = 10_000
    private let samples = Mutex<[String: Sample]>([:])

    /// Messages a second since the last look that is at least half a second old; 0 at the first.
    func rate(of topic: String, written: Int64, now: Int64 = MonotonicClock.nowNanoseconds()) -> Double {
        samples.withLock { samples in
            guard var sample = samples[topic], written >= sample.written else {
                if samples.count >= Self.mostTopics { samples = [:] }
                samples[topic] = Sample(written: written, at: now)
                return 0
            }
            guard now - sample.at >= Self.leastInterval else { return sample.rate }
            sample.rate = Double(written - sample.written) / (Double(now - sample.at) / 1e9)
            sample.written = written
            sample.at = now
            samples[topic] = sample
            return sample.rate
        }
    }
}
