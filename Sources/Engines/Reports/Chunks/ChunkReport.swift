package import Statistics

/// How a report by chunks is cut and judged.
package struct ChunkOptions: Sendable, Hashable {
    /// How both sides are cut; ten chunks by default, as NannyML does.
    package var plan = ChunkPlan.count(10)
    /// When the drift of a chunk is unusual.
    package var driftThreshold = ChunkThreshold.drift
    /// When an estimate is unusual.
    package var qualityThreshold = ChunkThreshold.quality
    /// By method of drift or metric of quality, limits of its own in place of the two above.
    package var limits: [String: ChunkThreshold] = [:]
    /// By class, the column of its probability; for classifiers of several classes.
    package var classScores: [String: String] = [:]
    /// By metric of a regression, the column of the loss that a model predicts for each row.
    package var losses: [EstimatedLoss: String] = [:]

    /// The defaults.
    package init() {}

    /// The cells of a binary classifier's confusion matrix.
    static let counts = ["true_positive", "false_positive", "false_negative", "true_negative"]

    /// What can have limits: methods of drift, and metrics of quality.
    package static let limited =
        ChunkMethod.allCases.filter(\.hasLimits).map(\.rawValue) + ChunkStatistic.allCases.map(\.rawValue)
        + ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"] + counts
        + EstimatedLoss.allCases.map(\.rawValue)

    /// Throws where limits are of something that has none, are not numbers, or cross.
    func validate() throws(ReportError) {
        switch plan {
        case .rows(let count), .count(let count):
            guard count > 0 else { throw ReportError(.invalidOptions, "chunks need at least one row") }
        }
        for (name, threshold) in limits {
            guard Self.limited.contains(name) else {
                throw ReportError(
                    .invalidOptions,
                    "there are no limits of '\(name)'; known: \(Self.limited.joined(separator: ", "))"
                )
            }
            guard case .constant(let lower, let upper) = threshold else { continue }
            guard [lower, upper].allSatisfy({ $0?.isFinite != false }), lower ?? -.infinity <= upper ?? .infinity else {
                throw ReportError(.invalidOptions, "the limits of '\(name)' are two numbers, the lower one first")
            }
        }
    }
}

/// Between which values the truth of an estimate is to be expected, as far as the chance of the rows goes.
package struct EstimateBand: Sendable, Hashable {
    /// One standard deviation of that chance.
    package let samplingError: Double
    /// The lower end; nil without an estimate.
    package let lower: Double?
    /// The upper end; nil without an estimate.
    package let upper: Double?
}

/// The chunks of a column.
package struct ChunkColumn: Sendable {
    /// The column's name.
    package let name: String
    /// What the column is.
    package let kind: ColumnKind
    /// What was found, by method.
    package let series: [ChunkMethod: ChunkSeries]
    /// What the chunks are like.
    package let quality: [ChunkQuality]
}

/// A statistic of a column, or of the rows, chunk by chunk.
package struct ChunkQuality: Sendable {
    /// The statistic.
    package let statistic: ChunkStatistic
    /// Its values.
    package let series: ChunkSeries
    /// Around the values of the reference's chunks; nil where no sampling error is known.
    package let bandsOfReference: [EstimateBand?]
    /// Around the values of the current chunks.
    package let bandsOfCurrent: [EstimateBand?]

    /// Judges what was measured of both sides' chunks.
    init(
        _ statistic: ChunkStatistic,
        reference: [ChunkMeasure],
        current: [ChunkMeasure],
        limits options: [String: ChunkThreshold]
    ) {
        let given = options[statistic.rawValue]
        var limits = (given ?? statistic.threshold).limits(of: reference.map(\.value), within: statistic.range)
        if given == nil, statistic.dropsLimitsAtEnds { limits = limits.withoutEnds(of: statistic.range) }
        func bands(_ measures: [ChunkMeasure]) -> [EstimateBand?] {
            measures.map { EstimateBand($0.value, error: $0.error, within: statistic.range) }
        }
        self.statistic = statistic
        series = ChunkSeries(reference: reference.map(\.value), current: current.map(\.value), limits: limits)
        (bandsOfReference, bandsOfCurrent) = (bands(reference), bands(current))
    }
}

/// A metric of a model, estimated before labels, chunk by chunk; its limits are those of the reference's own chunks.
package struct ChunkEstimate: Sendable {
    /// The metric, by NannyML's name.
    package let metric: String
    /// The estimates.
    package let series: ChunkSeries
    /// What the metric was in the reference's chunks; nil where it is not defined.
    package let realisedReference: [Double?]
    /// What it was in the current chunks, where the truth is known.
    package let realisedCurrent: [Double?]
    /// Around the estimates of the reference's chunks; nil where there is no estimate or no sampling error is known.
    package let bandsOfReference: [EstimateBand?]
    /// Around the estimates of the current chunks.
    package let bandsOfCurrent: [EstimateBand?]
}

/// How a dataset went on from a reference, chunk by chunk in the order of the rows.
package struct ChunkReport: Sendable {
    /// The data that is compared with.
    package let reference: DatasetLabel
    /// The data that is judged.
    package let current: DatasetLabel
    /// The rows of the reference's chunks.
    package let referenceRanges: [Range<Int>]
    /// The rows of the current chunks.
    package let currentRanges: [Range<Int>]
    /// How many rows the chunks have.
    package let rowCounts: ChunkQuality
    /// The columns, those with the most unusual chunks first.
    package let columns: [ChunkColumn]
    /// Estimates of a model's quality; empty where none were asked for.
    package let estimates: [ChunkEstimate]
    /// The columns that are not judged.
    package let skipped: [SkippedColumn]

    /// Puts a report together.
    init(
        reference: DatasetLabel,
        current: DatasetLabel,
        options: ChunkOptions,
        columns: [ChunkColumn],
        estimates: [ChunkEstimate],
        skipped: [SkippedColumn]
    ) {
        self.reference = reference
        self.current = current
        referenceRanges = options.plan.ranges(of: reference.rows)
        currentRanges = options.plan.ranges(of: current.rows)
        rowCounts = ChunkQuality(
            .rows,
            reference: referenceRanges.map { ChunkMeasure(value: Double($0.count)) },
            current: currentRanges.map { ChunkMeasure(value: Double($0.count)) },
            limits: options.limits
        )
        self.columns = columns.enumerated().sorted {
            (-$0.element.unusual, $0.offset) < (-$1.element.unusual, $1.offset)
        }.map(\.element)
        self.estimates = estimates
        self.skipped = skipped
    }
}

extension ChunkColumn {
    /// How many findings about current chunks are unusual, of all methods.
    package var unusual: Int { series.values.reduce(0) { $0 + $1.unusual } }
}

extension ChunkSeries {
    /// How many of the current chunks are unusual.
    package var unusual: Int { current.count(where: \.isUnusual) }
}
