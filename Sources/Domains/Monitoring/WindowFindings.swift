/// What a window's rows and predictions show before any label is there.
package struct WindowFindings: Sendable, Hashable {
    /// The reference, as `dataset@v1`; nil where there was none.
    package var reference: String?

    /// Each column against the reference; empty where drift is not watched or there is no reference.
    package var drift: [ColumnDrift] = []

    /// What each column holds.
    package var columns: [ColumnQuality] = []

    /// Rows that repeat another row of the window in all monitored columns.
    package var duplicates = 0

    /// Rows with at least one outlier.
    package var outlierRows = 0

    /// The outliers farthest from the reference, at most ``maximumOutliers``.
    package var outliers: [RowOutlier] = []

    /// The champion's predictions against the first window of the same version; nil where nothing is predicted.
    package var predictions: PredictionDrift?

    /// The quality to expect; nil where it is not estimated.
    package var estimate: EstimatedQuality?

    /// The most outliers that a window lists.
    package static let maximumOutliers = 20

    /// Nothing found.
    package init() {}
}

/// What one column of a window holds.
package struct ColumnQuality: Sendable, Hashable {
    /// The column.
    package var column: String

    /// How it is read.
    package var kind: MonitoredColumn.Kind

    /// Rows looked at.
    package var rows = 0

    /// Values that are absent or null.
    package var missing = 0

    /// Values that are not of the column's kind.
    package var mistyped = 0

    /// NaN and infinities.
    package var nonFinite = 0

    /// Numbers outside the declared range.
    package var outOfRange = 0

    /// Numbers outside the range of the reference.
    package var outsideReference = 0

    /// Values of categories that are neither declared nor in the reference.
    package var unseen = 0

    /// Some of these categories, at most five, sorted.
    package var unseenCategories: [String] = []

    /// Numbers outside the fences of the reference: 3 interquartile ranges beyond its quartiles.
    package var outliers = 0

    /// Different values.
    package var distinct = 0

    /// The numbers described; nil for categories and where there is none.
    package var summary: NumericSummary?

    /// The reference described; nil without one.
    package var referenceSummary: NumericSummary?

    /// The share of missing values in the reference; nil without one.
    package var referenceMissingShare: Double?

    /// Both sides in the same bins.
    package var histogram: ColumnHistogram?

    /// The share of values that are missing.
    package var missingShare: Double { rows == 0 ? 0 : Double(missing) / Double(rows) }

    /// The share of values that are not what the column's kind allows.
    package var mistypedShare: Double { rows == 0 ? 0 : Double(mistyped + nonFinite) / Double(rows) }

    /// Whether the column says nothing: no usable value, or one value only.
    package var isConstant: Bool { distinct <= 1 }

    init(_ column: MonitoredColumn) {
        self.column = column.name
        kind = column.kind
    }
}

/// Some numbers in a few: quantiles are linear between neighbours, the deviation is of the sample (n − 1).
package struct NumericSummary: Sendable, Hashable {
    /// The least.
    package var minimum: Double
    /// A quarter lies below.
    package var lowerQuartile: Double
    /// Half lies below.
    package var median: Double
    /// Three quarters lie below.
    package var upperQuartile: Double
    /// The greatest.
    package var maximum: Double
    /// The arithmetic mean.
    package var mean: Double
    /// The standard deviation; 0 for a single number.
    package var deviation: Double
}

/// Counts of both sides in the same bins.
package struct ColumnHistogram: Sendable, Hashable {
    /// What the bins are.
    package enum Bins: Sendable, Hashable {
        /// Numbers between neighbouring edges; the two outermost bins are open.
        case edges([Double])
        /// Categories; the last bin is everything else.
        case categories([String])
    }

    /// The bins.
    package var bins: Bins

    /// Values of the reference in each bin; empty without one.
    package var reference: [Int]

    /// Values of the window in each bin.
    package var current: [Int]
}

/// A value that lies far from the reference.
package struct RowOutlier: Sendable, Hashable {
    /// Number of the row.
    package var row: Int64
    /// The column.
    package var column: String
    /// The value.
    package var value: Double
    /// How far it lies beyond the nearer quartile of the reference, in interquartile ranges.
    package var distance: Double
}

/// The champion's predictions of a window against those of its first window.
package struct PredictionDrift: Sendable, Hashable {
    /// The champion version.
    package var version: Int

    /// Predictions of that version in the window.
    package var rows: Int

    /// The share of positive predictions.
    package var positiveShare: Double

    /// The mean probability.
    package var meanProbability: Double

    /// The numbers; nil where they are not defined, see ``undefined``.
    package var measures: DriftMeasures?

    /// Whether predictions have drifted.
    package var drifted = false

    /// Why there are no numbers, in words.
    package var undefined: String?

    /// Both sides in the same bins.
    package var histogram: ColumnHistogram?
}

/// The quality to expect of the champion's predictions, before labels.
package struct EstimatedQuality: Sendable, Hashable {
    /// An estimate with the range that 95 of 100 outcomes of the labels would lie in.
    package struct Estimate: Sendable, Hashable {
        /// The expected value.
        package var value: Double
        /// The range's lower end.
        package var lower: Double
        /// The range's upper end.
        package var upper: Double
    }

    /// The metrics that can be estimated.
    package static let metrics: [QualityMetric] = [.auc, .f1, .accuracy, .precision, .recall]

    /// The champion version that it speaks of; nil before there is one.
    package var version: Int?

    /// Predictions that it is made of.
    package var rows = 0

    /// Labelled rows that the calibration was made of; 0 before there is one.
    package var calibrationRows = 0

    /// By metric; empty while there is no calibration.
    package var values: [QualityMetric: Estimate] = [:]

    /// Why there is no estimate, in words.
    package var undefined: String?

    static var choices: String { "use " + metrics.map(\.rawValue).joined(separator: ", ") }
}
