internal import Statistics

/// How sure it is that the challenger gains: the paired bootstrap of its gain over the champion.
///
/// The hold-out rows are drawn with replacement, the same rows for both models, and the gain is measured on each draw.
/// The lower bound is the quantile `1 - confidence` of these gains: one-sided, by percentile. The seed is fixed, so the
/// same rows give the same bound.
package struct PairedGain: Sendable, Hashable {
    /// The gain on the rows as they are.
    package var gain: Double
    /// What the gain is above, with that confidence.
    package var lowerBound: Double
    /// The confidence, such as 0.95.
    package var confidence: Double
    /// Draws that defined the metric.
    package var draws: Int

    /// Many draws of few rows, fewer of many, so that a comparison takes seconds at the most.
    private static func draws(of rows: Int) -> Int { min(2_000, max(200, 20_000_000 / max(1, rows))) }

    /// The gain as it was stored.
    init(gain: Double, lowerBound: Double, confidence: Double, draws: Int) {
        self.gain = gain
        self.lowerBound = lowerBound
        self.confidence = confidence
        self.draws = draws
    }

    /// Draws the rows of `scores` again and again; blocks.
    ///
    /// - Throws: `UndefinedStatistic` where the rows, or half of the draws, do not define the metric.
    init(_ scores: HoldOutScores, metric: GateMetric, confidence: Double) throws(UndefinedStatistic) {
        let rows = scores.labels.count
        gain = try Self.gain(scores, metric)
        self.confidence = confidence
        var generator = RowGenerator(state: 0x6761_7465)
        var gains: [Double] = []
        let wanted = Self.draws(of: rows)
        gains.reserveCapacity(wanted)
        for _ in 0..<wanted {
            let drawn = scores.drawn((0..<rows).map { _ in generator.next(below: rows) })
            if let gain = try? Self.gain(drawn, metric) { gains.append(gain) }
        }
        guard gains.count * 2 > wanted else { throw UndefinedStatistic(.singleClass) }
        gains.sort()
        lowerBound = gains[min(gains.count - 1, Int(Double(gains.count) * (1 - confidence)))]
        draws = gains.count
    }

    private static func gain(_ scores: HoldOutScores, _ metric: GateMetric) throws(UndefinedStatistic) -> Double {
        metric.gain(
            from: try metric.value(scores.task, predictions: scores.champion, labels: scores.labels),
            to: try metric.value(scores.task, predictions: scores.challenger, labels: scores.labels)
        )
    }
}

extension HoldOutScores {
    /// The rows at these places, in this order.
    fileprivate func drawn(_ places: [Int]) -> HoldOutScores {
        HoldOutScores(
            task: task,
            labels: places.map { labels[$0] },
            champion: places.map { champion[$0] },
            challenger: places.map { challenger[$0] },
            offsets: offsets
        )
    }
}

/// SplitMix64: fast, and good enough to draw rows.
private struct RowGenerator {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed.multipliedFullWidth(by: UInt64(bound)).high)
    }
}
