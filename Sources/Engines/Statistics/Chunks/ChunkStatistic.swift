/// What a chunk of a column is like, by the names that NannyML gives its measurements of data quality.
package enum ChunkStatistic: String, Sendable, Hashable, Codable, CaseIterable {
    /// The share of the rows without a value.
    case missingRate = "missing_values_rate"
    /// The rows without a value.
    case missingCount = "missing_values_count"
    /// The share of the rows with a category that the reference does not have.
    case unseenRate = "unseen_values_rate"
    /// The rows with a category that the reference does not have.
    case unseenCount = "unseen_values_count"
    /// The share of the rows with a number outside of the reference's range.
    case outsideRate = "out_of_range_values_rate"
    /// The rows with a number outside of the reference's range.
    case outsideCount = "out_of_range_values_count"
    /// The mean.
    case mean = "values_avg"
    /// The standard deviation with denominator n - 1.
    case deviation = "values_std"
    /// The median.
    case median = "values_median"
    /// The sum.
    case sum = "values_sum"
    /// The rows of the chunk; of no column.
    case rows = "rows_count"

    /// What is measured of numbers.
    package static let ofNumbers: [ChunkStatistic] = [
        .missingRate, .missingCount, .outsideRate, .outsideCount, .mean, .deviation, .median, .sum,
    ]
    /// What is measured of categories.
    package static let ofCategories: [ChunkStatistic] = [.missingRate, .missingCount, .unseenRate, .unseenCount]

    /// What the value can be.
    package var range: ClosedRange<Double> {
        switch self {
        case .missingRate, .unseenRate, .outsideRate: 0...1
        case .missingCount, .unseenCount, .outsideCount, .deviation, .rows: 0...Double.greatestFiniteMagnitude
        case .mean, .median, .sum: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        }
    }

    /// When a chunk is unusual: none may be unseen or out of range, else three deviations on both sides.
    package var threshold: ChunkThreshold {
        switch self {
        case .unseenRate, .unseenCount, .outsideRate, .outsideCount: .constant(lower: nil, upper: 0)
        default: .quality
        }
    }

    /// Whether a limit at the end of the range is none at all.
    package var dropsLimitsAtEnds: Bool { self == .deviation || self == .rows }

    /// Whether a sampling error can be told.
    package var hasError: Bool {
        switch self {
        case .missingRate, .missingCount, .mean, .deviation, .median, .sum: true
        case .unseenRate, .unseenCount, .outsideRate, .outsideCount, .rows: false
        }
    }
}

/// A statistic of a chunk, and by how much it may be off by the chance of its rows; nil for what there is not.
package struct ChunkMeasure: Sendable, Hashable {
    /// The value.
    package let value: Double?
    /// One standard deviation of the chance.
    package let error: Double?

    /// A value and its error.
    package init(value: Double?, error: Double? = nil) {
        self.value = value.flatMap { $0.isFinite ? $0 : nil }
        self.error = error.flatMap { $0.isFinite ? $0 : nil }
    }
}
