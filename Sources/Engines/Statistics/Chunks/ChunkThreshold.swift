/// When the value of a chunk is unusual (NannyML's thresholds).
package enum ChunkThreshold: Sendable, Hashable {
    /// So many population deviations of the reference's own chunks away from their mean; nil for no limit on that side.
    case deviations(lower: Double?, upper: Double?)
    /// Fixed limits.
    case constant(lower: Double?, upper: Double?)

    /// NannyML's default for drift: three deviations above the mean.
    package static let drift = ChunkThreshold.deviations(lower: nil, upper: 3)
    /// NannyML's default for quality and for estimates of it: three deviations on both sides.
    package static let quality = ChunkThreshold.deviations(lower: 3, upper: 3)

    /// The limits that follow from the values of the reference's chunks.
    ///
    /// - Parameters:
    ///   - values: one value a chunk; nil where a chunk has none.
    ///   - range: what the value can be; a limit at its end or outside of it is moved to the end.
    /// - Returns: the limits.
    package func limits(of values: [Double?], within range: ClosedRange<Double>) -> ChunkLimits {
        var limits: ChunkLimits
        switch self {
        case .constant(let lower, let upper): limits = ChunkLimits(lower: lower, upper: upper)
        case .deviations(let lower, let upper):
            let known = values.compactMap { $0 }
            guard !known.isEmpty else { return ChunkLimits(lower: nil, upper: nil) }
            let moments = known.reduce(into: Moments()) { $0.add($1) }
            let deviation = moments.populationVariance.squareRoot()
            limits = ChunkLimits(
                lower: lower.map { moments.mean - $0 * deviation },
                upper: upper.map { moments.mean + $0 * deviation }
            )
        }
        limits.lower = limits.lower.map { max($0, range.lowerBound) }
        limits.upper = limits.upper.map { min($0, range.upperBound) }
        return limits
    }
}

/// Between which values a chunk is usual.
package struct ChunkLimits: Sendable, Hashable {
    /// Below it a chunk is unusual; nil for no limit.
    package internal(set) var lower: Double?
    /// Above it a chunk is unusual; nil for no limit.
    package internal(set) var upper: Double?

    /// The limits but for those at the ends of what the value can be, beyond which nothing lies.
    package func withoutEnds(of range: ClosedRange<Double>) -> ChunkLimits {
        ChunkLimits(
            lower: lower.flatMap { $0 <= range.lowerBound ? nil : $0 },
            upper: upper.flatMap { $0 >= range.upperBound ? nil : $0 }
        )
    }

    /// Whether a value is unusual; no value never is.
    package func areExceeded(by value: Double?) -> Bool {
        guard let value else { return false }
        return upper.map { value > $0 } ?? false || lower.map { value < $0 } ?? false
    }
}

/// How a column is cut into chunks of rows.
package enum ChunkPlan: Sendable, Hashable {
    /// Chunks of so many rows; what is left over makes a short last one.
    case rows(Int)
    /// So many chunks of equal length; what is left over makes one more.
    case count(Int)

    /// The rows of each chunk of `count` rows.
    package func ranges(of count: Int) -> [Range<Int>] {
        let length =
            switch self {
            case .rows(let rows): max(1, rows)
            case .count(let chunks): max(1, count / max(1, chunks))
            }
        return stride(from: 0, to: count, by: length).map { $0..<min(count, $0 + length) }
    }
}
