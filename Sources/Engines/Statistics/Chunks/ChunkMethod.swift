/// How a chunk is compared with the whole reference, by the names that NannyML gives the methods.
package enum ChunkMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// The greatest distance of the distribution functions.
    case kolmogorovSmirnov = "kolmogorov_smirnov"
    /// Jensen-Shannon distance with logarithms to base 2: 0…1.
    case jensenShannon = "jensen_shannon"
    /// The area between the distribution functions.
    case wasserstein
    /// Hellinger distance: 0…1.
    case hellinger
    /// The χ² statistic of the table of reference and chunk; unusual when its p-value is below 0.05.
    case chiSquared = "chi2"
    /// The largest difference of any share.
    case largestDifference = "l_infinity"

    /// The methods for numbers.
    package static let ofNumbers: [ChunkMethod] = [.kolmogorovSmirnov, .jensenShannon, .wasserstein, .hellinger]
    /// The methods for categories.
    package static let ofCategories: [ChunkMethod] = [.chiSquared, .jensenShannon, .largestDifference, .hellinger]

    /// What the value can be.
    package var range: ClosedRange<Double> {
        self == .kolmogorovSmirnov ? 0...1 : 0...Double.greatestFiniteMagnitude
    }

    /// Whether chunks are judged by limits; χ² has a p-value instead.
    package var hasLimits: Bool { self != .chiSquared }

    /// The p-value below which χ² is unusual.
    static let significance = 0.05
}

/// What was found of one chunk by one method.
package struct ChunkFinding: Sendable, Hashable {
    /// The value; nil for a chunk without values.
    package let value: Double?
    /// Whether the chunk is unusual.
    package let isUnusual: Bool
}

/// The chunks of a reference and of the data that is judged, and between which values they are usual.
package struct ChunkSeries: Sendable, Hashable {
    /// The limits; both nil for χ².
    package let limits: ChunkLimits
    /// The reference's own chunks.
    package let reference: [ChunkFinding]
    /// The chunks that are judged.
    package let current: [ChunkFinding]

    /// Judges values by limits that follow from those of the reference.
    package init(
        reference: [Double?],
        current: [Double?],
        threshold: ChunkThreshold,
        range: ClosedRange<Double>
    ) {
        self.init(
            reference: reference,
            current: current,
            limits: threshold.limits(of: reference, within: range)
        )
    }

    /// Judges values by limits that are known.
    package init(reference: [Double?], current: [Double?], limits: ChunkLimits) {
        self.limits = limits
        self.reference = reference.map { ChunkFinding(value: $0, isUnusual: limits.areExceeded(by: $0)) }
        self.current = current.map { ChunkFinding(value: $0, isUnusual: limits.areExceeded(by: $0)) }
    }

    init(reference: [ChunkFinding], current: [ChunkFinding]) {
        limits = ChunkLimits(lower: nil, upper: nil)
        (self.reference, self.current) = (reference, current)
    }
}
