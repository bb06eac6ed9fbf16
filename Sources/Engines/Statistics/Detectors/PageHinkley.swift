/// The Page-Hinkley test of a mean (river's form): cheap, and in need of tuning for each stream.
package struct PageHinkley: ChangeDetector {
    /// Which shift counts.
    package enum Direction: String, Sendable, Hashable, Codable {
        case up
        case down
        case both
    }

    /// Values before the first verdict.
    package let minimumCount: Int
    /// The shift that is tolerated.
    package let delta: Double
    /// How far a sum may leave its extreme.
    package let threshold: Double
    /// How fast the past is forgotten; 1 is never.
    package let alpha: Double
    /// Which shift counts.
    package let direction: Direction

    private var count = 0.0
    private var mean = 0.0
    private var increase = 0.0
    private var decrease = 0.0
    private var leastIncrease = Double.greatestFiniteMagnitude
    private var greatestDecrease = -1.0
    private var detected = false

    /// Makes a detector; the defaults are river's.
    package init(
        minimumCount: Int = 30,
        delta: Double = 0.005,
        threshold: Double = 50,
        alpha: Double = 0.9999,
        direction: Direction = .both
    ) {
        self.minimumCount = minimumCount
        self.delta = delta
        self.threshold = threshold
        self.alpha = alpha
        self.direction = direction
    }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected {
            self = PageHinkley(
                minimumCount: minimumCount,
                delta: delta,
                threshold: threshold,
                alpha: alpha,
                direction: direction
            )
        }
        count += 1
        mean += (value - mean) / count
        increase = alpha * increase + (value - mean) - delta
        decrease = alpha * decrease + (value - mean) + delta
        leastIncrease = min(leastIncrease, increase)
        greatestDecrease = max(greatestDecrease, decrease)
        guard count >= Double(minimumCount) else { return .stable }
        let rose = increase - leastIncrease > threshold
        let fell = greatestDecrease - decrease > threshold
        detected =
            switch direction {
            case .up: rose
            case .down: fell
            case .both: rose || fell
            }
        return detected ? .drift : .stable
    }
}
