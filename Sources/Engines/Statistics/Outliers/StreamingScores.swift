import Glibc

/// How unusual a value is under a normal law fitted to all values before it: 0…1.
///
/// Equal to river's `GaussianScorer`.
package struct GaussianScorer: Sendable, Hashable, Codable {
    /// Values before the first score; until then every score is 0.
    package let gracePeriod: Int

    private var moments = Moments()

    /// Makes a scorer that has seen nothing.
    package init(gracePeriod: Int = 100) {
        self.gracePeriod = max(0, gracePeriod)
    }

    /// The score of a value, which is not learned; 0 for NaN and for values without a law to judge by.
    package func score(_ value: Double) -> Double {
        guard !value.isNaN, moments.count >= Double(gracePeriod), moments.sampleVariance > 0 else { return 0 }
        let distance = abs(value - moments.mean) / moments.sampleVariance.squareRoot()
        return erf(distance / 2.squareRoot())
    }

    /// Learns a value; NaN and infinities are ignored.
    package mutating func learn(_ value: Double) {
        if value.isFinite { moments.add(value) }
    }
}

/// The distance from the mean in standard deviations, of a stream.
///
/// Equal to river's `StandardAbsoluteDeviation`.
package struct StandardAbsoluteDeviation: Sendable, Hashable, Codable {
    private var moments = Moments()

    /// Makes a scorer that has seen nothing.
    package init() {}

    /// The score of a value, which is not learned; before two values differ it is a distance over 1e-10.
    package func score(_ value: Double) -> Double {
        abs((value - moments.mean) / (moments.sampleVariance.squareRoot() + 1e-10))
    }

    /// Learns a value; NaN and infinities are ignored.
    package mutating func learn(_ value: Double) {
        if value.isFinite { moments.add(value) }
    }
}
