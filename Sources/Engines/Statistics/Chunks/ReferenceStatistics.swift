import Glibc

/// What is known of a reference of numbers, with which the statistics of its chunks and of others are told as NannyML 0.13
/// tells them.
package struct NumberStatistics: Sendable {
    private let missing: Double
    private let range: ClosedRange<Double>?
    private let deviation: Double?
    /// The fourth central moment; nil where a value is missing, as NannyML has none then.
    private let fourthMoment: Double?
    /// The density at the median by a Gaussian kernel; infinite for a single value.
    private let densityAtMedian: Double?

    /// Looks at a reference; NaN stands for a missing value, infinities are left out.
    ///
    /// O(n log n).
    package init(reference: [Double]) {
        let column = NumberColumn(reference)
        missing = reference.isEmpty ? 0 : Double(column.missing) / Double(reference.count)
        range = column.isEmpty ? nil : column.minimum...column.maximum
        deviation = column.sampleDeviation
        var fourth = CompensatedSum()
        for value in column.values {
            let square = (value - column.mean) * (value - column.mean)
            fourth.add(square * square)
        }
        fourthMoment = column.count == reference.count && !column.isEmpty ? fourth.value / Double(column.count) : nil
        densityAtMedian = Self.density(column)
    }

    /// The density at the median as `scipy.stats.gaussian_kde` has it, with Scott's bandwidth; nil for a single row.
    private static func density(_ column: NumberColumn) -> Double? {
        guard let deviation = column.sampleDeviation else { return nil }
        guard deviation > 0 else { return .infinity }
        guard let median = try? column.sorted.quantile(0.5) else { return nil }
        let bandwidth = deviation * pow(Double(column.count), -0.2)
        var sum = CompensatedSum()
        for value in column.values {
            let distance = (value - median) / bandwidth
            sum.add(exp(-0.5 * distance * distance))
        }
        return sum.value / (Double(column.count) * bandwidth * (2 * Double.pi).squareRoot())
    }

    /// Statistics of a chunk; those that are not of numbers are left out.
    package func measure(_ statistics: [ChunkStatistic], of chunk: ArraySlice<Double>) -> [ChunkStatistic: ChunkMeasure]
    {
        let column = NumberColumn(Array(chunk))
        let rows = Double(chunk.count)
        guard rows > 0 else { return [:] }
        let outside = range.map { range in chunk.count { $0 < range.lowerBound || $0 > range.upperBound } } ?? 0
        let spread = (missing * (1 - missing)).squareRoot()
        let isEmpty = column.isEmpty
        var found: [ChunkStatistic: ChunkMeasure] = [:]
        for statistic in statistics {
            switch statistic {
            case .missingRate:
                found[statistic] = ChunkMeasure(
                    value: Double(column.missing) / rows,
                    error: spread / rows.squareRoot()
                )
            case .missingCount:
                found[statistic] = ChunkMeasure(value: Double(column.missing), error: spread * rows.squareRoot())
            case .outsideRate: found[statistic] = ChunkMeasure(value: Double(outside) / rows)
            case .outsideCount: found[statistic] = ChunkMeasure(value: Double(outside))
            case .mean:
                found[statistic] = ChunkMeasure(
                    value: isEmpty ? nil : column.mean,
                    error: deviation.map { $0 / rows.squareRoot() }
                )
            case .deviation:
                found[statistic] = ChunkMeasure(value: column.sampleDeviation, error: errorOfDeviation(rows))
            case .median:
                found[statistic] = ChunkMeasure(
                    value: try? column.sorted.quantile(0.5),
                    error: densityAtMedian.map { 0.5 / (rows.squareRoot() * $0) }
                )
            case .sum:
                found[statistic] = ChunkMeasure(
                    value: column.mean * Double(column.count),
                    error: deviation.map { $0 * rows.squareRoot() }
                )
            case .unseenRate, .unseenCount, .rows: continue
            }
        }
        return found
    }

    /// The standard error of a standard deviation (Rao 1973); nil where it comes out negative.
    private func errorOfDeviation(_ rows: Double) -> Double? {
        guard let deviation, let fourthMoment, rows > 1 else { return nil }
        let part = fourthMoment - (rows - 3) * pow(deviation, 4) / (rows - 1)
        return part >= 0 ? (part / rows).squareRoot() / (2 * deviation) : nil
    }
}

/// What is known of a reference of categories, with which the statistics of chunks are told.
package struct CategoryStatistics: Sendable {
    private let missing: Double
    /// The reference's categories; a missing value is one more if it has any.
    private let seen: Set<String?>

    /// Looks at a reference; nil is a missing value.
    package init(reference: [String?]) {
        missing = reference.isEmpty ? 0 : Double(reference.count { $0 == nil }) / Double(reference.count)
        seen = Set(reference)
    }

    /// Statistics of a chunk; those that are not of categories are left out.
    package func measure(
        _ statistics: [ChunkStatistic],
        of chunk: ArraySlice<String?>
    ) -> [ChunkStatistic: ChunkMeasure] {
        let rows = Double(chunk.count)
        guard rows > 0 else { return [:] }
        let gone = Double(chunk.count { $0 == nil })
        let unseen = Double(chunk.count { !seen.contains($0) })
        let spread = (missing * (1 - missing)).squareRoot()
        let all: [ChunkStatistic: ChunkMeasure] = [
            .missingRate: ChunkMeasure(value: gone / rows, error: spread / rows.squareRoot()),
            .missingCount: ChunkMeasure(value: gone, error: spread * rows.squareRoot()),
            .unseenRate: ChunkMeasure(value: unseen / rows),
            .unseenCount: ChunkMeasure(value: unseen),
        ]
        return all.filter { statistics.contains($0.key) }
    }
}
