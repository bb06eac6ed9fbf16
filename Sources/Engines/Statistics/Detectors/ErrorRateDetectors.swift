/// DDM (Gama 2004): the error rate against its own best time, in standard deviations.
///
/// Equal to river's `DDM`. On a stable stream it warns often; its drift verdicts are few.
package struct DriftDetectionMethod: ChangeDetector {
    /// Values before the first verdict.
    package let warmStart: Int
    /// Standard deviations above the best for a warning.
    package let warningThreshold: Double
    /// Standard deviations above the best for a drift.
    package let driftThreshold: Double

    /// The error rate at its best time, and its standard deviation.
    private struct Best: Sendable, Hashable, Codable {
        var rate = 1e308
        var deviation = 0.0
    }

    private var count = 0.0
    private var errorRate = 0.0
    private var best = Best()
    private var detected = false

    /// Makes a detector; the defaults are river's.
    package init(warmStart: Int = 30, warningThreshold: Double = 2, driftThreshold: Double = 3) {
        self.warmStart = warmStart
        self.warningThreshold = warningThreshold
        self.driftThreshold = driftThreshold
    }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return .stable }
        if detected {
            self = DriftDetectionMethod(
                warmStart: warmStart,
                warningThreshold: warningThreshold,
                driftThreshold: driftThreshold
            )
        }
        count += 1
        errorRate += (value - errorRate) / count
        guard count > Double(warmStart) else { return .stable }
        let deviation = max(0, errorRate * (1 - errorRate) / count).squareRoot()
        if errorRate + deviation <= best.rate + best.deviation { best = Best(rate: errorRate, deviation: deviation) }
        detected = errorRate + deviation > best.rate + driftThreshold * best.deviation
        if detected { return .drift }
        return errorRate + deviation > best.rate + warningThreshold * best.deviation ? .warning : .stable
    }
}

/// EDDM (Baena-García 2006): the distance between errors against its own best time.
///
/// Equal to river's `EDDM`. It fires often on stable streams: offer it with tuned parameters only.
package struct EarlyDriftDetectionMethod: ChangeDetector {
    /// Errors before the first verdict.
    package let warmStart: Int
    /// The ratio below which it warns.
    package let alpha: Double
    /// The ratio below which it has drifted.
    package let beta: Double

    private var count = 0.0
    private var lastError = 0.0
    private var distances = Moments()
    private var greatest = 0.0
    private var verdict = DetectorVerdict.stable

    /// Makes a detector; the defaults are river's.
    package init(warmStart: Int = 30, alpha: Double = 0.95, beta: Double = 0.9) {
        self.warmStart = warmStart
        self.alpha = alpha
        self.beta = beta
    }

    /// Takes one value and says what it shows.
    package mutating func update(_ value: Double) -> DetectorVerdict {
        guard value.isFinite else { return verdict }
        if verdict == .drift { self = EarlyDriftDetectionMethod(warmStart: warmStart, alpha: alpha, beta: beta) }
        count += 1
        guard value == 1 else { return verdict }
        distances.add(count - lastError)
        lastError = count
        guard count > Double(warmStart) else { return .stable }
        let reach = distances.mean + 2 * distances.sampleVariance.squareRoot()
        if reach > greatest {
            greatest = reach
        } else if distances.count > Double(warmStart) {
            let ratio = reach / greatest
            verdict = ratio < beta ? .drift : ratio < alpha ? .warning : .stable
        }
        return verdict
    }
}
