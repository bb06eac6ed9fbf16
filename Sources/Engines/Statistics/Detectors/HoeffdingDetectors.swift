import Glibc

/// HDDM-A (Frías-Blanco 2015): the mean after the best cut against the mean before it, by Hoeffding's bound.
///
/// The default for error rates. Equal to river's `HDDM_A`.
package struct HoeffdingAverageDetector: ChangeDetector {
    /// The tolerated chance of a false drift.
    package let driftConfidence: Double
    /// The tolerated chance of a false warning.
    package let warningConfidence: Double
    /// Whether a falling mean counts as well.
    package let twoSided: Bool

    /// Count and sum of a stretch of the stream.
    private struct Stretch: Sendable, Hashable, Codable {
        var count = 0.0
        var sum = 0.0
        var mean: Double { sum / count }
    }

    private var all = Stretch()
    private var lowest = Stretch()
    private var highest = Stretch()
    private var detected = false

    /// Makes a detector; the defaults are river's.
    package init(driftConfidence: Double = 0.001, warningConfidence: Double = 0.005, twoSided: Bool = false) {
        self.driftConfidence = driftConfidence
        self.warningConfidence = warningConfidence
        self.twoSided = twoSided
    }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected {
            self = HoeffdingAverageDetector(
                driftConfidence: driftConfidence,
                warningConfidence: warningConfidence,
                twoSided: twoSided
            )
        }
        all.count += 1
        all.sum += value
        if lowest.count == 0 { lowest = all }
        if highest.count == 0 { highest = all }
        if lowest.mean + bound(lowest.count) >= all.mean + bound(all.count) { lowest = all }
        if highest.mean - bound(highest.count) <= all.mean - bound(all.count) { highest = all }
        detected =
            differs(lowest, rising: true, driftConfidence)
            || twoSided && differs(highest, rising: false, driftConfidence)
        if detected { return .drift }
        let warns =
            differs(lowest, rising: true, warningConfidence)
            || twoSided && differs(highest, rising: false, warningConfidence)
        return warns ? .warning : .stable
    }

    /// How many values lie before the cut that a drift was found at, and their sum.
    package var beforeCut: (count: Double, sum: Double) {
        let cut = differs(lowest, rising: true, driftConfidence) ? lowest : highest
        return (cut.count, cut.sum)
    }

    private func bound(_ count: Double) -> Double {
        (log(1 / driftConfidence) / (2 * count)).squareRoot()
    }

    private func differs(_ cut: Stretch, rising: Bool, _ confidence: Double) -> Bool {
        guard cut.count != all.count else { return false }
        let inverse = (all.count - cut.count) / (cut.count * all.count)
        let limit = (inverse / 2 * log(2 / confidence)).squareRoot()
        return rising ? all.mean - cut.mean >= limit : cut.mean - all.mean >= limit
    }
}

/// HDDM-W (Frías-Blanco 2015): like HDDM-A with means that forget, by McDiarmid's bound: sees gradual change sooner.
///
/// Equal to river's `HDDM_W`.
package struct HoeffdingWeightedDetector: ChangeDetector {
    /// The tolerated chance of a false drift.
    package let driftConfidence: Double
    /// The tolerated chance of a false warning.
    package let warningConfidence: Double
    /// The weight of the newest value.
    package let lambda: Double
    /// Whether a falling mean counts as well.
    package let twoSided: Bool

    /// An exponentially weighted mean with the sum of its squared weights.
    private struct Average: Sendable, Hashable, Codable {
        var mean = 0.0
        var squaredWeights = 0.0

        var isEmpty: Bool { squaredWeights == 0 }

        mutating func add(_ value: Double, _ lambda: Double) {
            mean = isEmpty ? value : mean + lambda * (value - mean)
            squaredWeights = lambda * lambda + (1 - lambda) * (1 - lambda) * (isEmpty ? 1 : squaredWeights)
        }
    }

    /// The best cut so far in one direction, what lies before it and what after.
    private struct Cut: Sendable, Hashable, Codable {
        var point: Double?
        var before = Average()
        var after = Average()
    }

    private var all = Average()
    private var rising = Cut()
    private var falling = Cut()
    private var detected = false

    /// Makes a detector; the defaults are river's.
    package init(
        driftConfidence: Double = 0.001,
        warningConfidence: Double = 0.005,
        lambda: Double = 0.05,
        twoSided: Bool = false
    ) {
        self.driftConfidence = driftConfidence
        self.warningConfidence = warningConfidence
        self.lambda = lambda
        self.twoSided = twoSided
    }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected {
            self = HoeffdingWeightedDetector(
                driftConfidence: driftConfidence,
                warningConfidence: warningConfidence,
                lambda: lambda,
                twoSided: twoSided
            )
        }
        all.add(value, lambda)
        let bound = bound(all.squaredWeights, driftConfidence)
        Self.follow(
            &rising,
            value,
            all,
            isBest: rising.point.map { all.mean + bound < $0 } ?? true,
            all.mean + bound,
            lambda
        )
        if twoSided {
            let isBest = falling.point.map { all.mean - bound > $0 } ?? true
            Self.follow(&falling, value, all, isBest: isBest, all.mean - bound, lambda)
        }
        detected = differs(rising, 1, driftConfidence) || twoSided && differs(falling, -1, driftConfidence)
        if detected { return .drift }
        let warns = differs(rising, 1, warningConfidence) || twoSided && differs(falling, -1, warningConfidence)
        return warns ? .warning : .stable
    }

    private static func follow(
        _ cut: inout Cut,
        _ value: Double,
        _ all: Average,
        isBest: Bool,
        _ point: Double,
        _ lambda: Double
    ) {
        if isBest {
            cut = Cut(point: point, before: all, after: Average())
        } else {
            cut.after.add(value, lambda)
        }
    }

    private func bound(_ squaredWeights: Double, _ confidence: Double) -> Double {
        (squaredWeights * log(1 / confidence) / 2).squareRoot()
    }

    private func differs(_ cut: Cut, _ sign: Double, _ confidence: Double) -> Bool {
        guard !cut.before.isEmpty, !cut.after.isEmpty else { return false }
        let limit = bound(cut.before.squaredWeights + cut.after.squaredWeights, confidence)
        return sign * (cut.after.mean - cut.before.mean) > limit
    }
}
