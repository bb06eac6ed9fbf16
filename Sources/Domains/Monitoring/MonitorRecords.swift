/// What a monitor found in one window.
package struct MonitoredWindow: Sendable, Hashable {
    /// The monitor.
    package var monitor: String

    /// Position of the window, from 0.
    package var index: Int

    /// Number of its first row.
    package var firstRow: Int64

    /// Number of its last row.
    package var lastRow: Int64

    /// The earliest event time, Unix milliseconds; nil for a window without rows.
    package var firstTime: Int64?

    /// The latest event time.
    package var lastTime: Int64?

    /// Rows that were read.
    package var rows: Int

    /// Rows with a label that came in time.
    package var labelled: Int

    /// Rows that the champion did not predict.
    package var unscored: Int

    /// Quality by role, in the order in which the roles are declared.
    package var quality: [RoleQuality]

    /// Versions of the champion that predicted rows of the window, in the order of their first row.
    package var championVersions: [Int]

    /// What its rows and predictions show, labels or not.
    package var findings: WindowFindings

    /// Whether labels may still come.
    package var state: State

    /// When it was last looked at, Unix milliseconds.
    package var closedAt: Int64

    /// Whether labels may still come.
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Measured; its quality is that of the labels so far.
        case filling
        /// Nothing more will come.
        case complete
    }

    /// Each column against the reference; empty where drift is not watched or there is no reference yet.
    package var drift: [ColumnDrift] { findings.drift }

    /// The reference, as `dataset@v1`; nil where there was none.
    package var reference: String? { findings.reference }

    /// The share of the champion's predictions that have their label; nil where there are none.
    package var coverage: Double? {
        let scored = rows - unscored
        return quality.isEmpty || scored <= 0 ? nil : Double(labelled) / Double(scored)
    }

    /// The columns that have drifted.
    package var driftedColumns: [String] { drift.filter(\.drifted).map(\.column) }

    /// The quality of one role.
    package func quality(of role: String) -> RoleQuality? { quality.first { $0.role == role } }
}

/// The quality of one role's predictions over some labelled rows.
package struct RoleQuality: Sendable, Hashable {
    /// The role.
    package var role: String

    /// Rows that had both a prediction and a label.
    package var rows: Int

    /// Metrics that are defined for these rows.
    package var values: [QualityMetric: Double]

    /// Why a metric is missing, in words.
    package var undefined: [QualityMetric: String]

    /// The value of one metric, nil where it is not defined.
    package subscript(metric: QualityMetric) -> Double? { values[metric] }
}

/// One column of a window against the reference.
package struct ColumnDrift: Sendable, Hashable {
    /// The column.
    package var column: String

    /// Finite values in the window.
    package var rows: Int

    /// Missing values in the window: absent, null or not a number.
    package var missing: Int

    /// The numbers; nil where they are not defined, see ``undefined``.
    package var measures: DriftMeasures?

    /// Whether the column has drifted.
    package var drifted: Bool

    /// Why there are no numbers, in words.
    package var undefined: String?
}

/// The distances of a column from its reference.
package struct DriftMeasures: Sendable, Hashable {
    /// The test that the p-value is of.
    package enum Test: String, Sendable, Hashable, CaseIterable {
        /// Of two samples; for numbers.
        case kolmogorovSmirnov = "ks"
        /// Of homogeneity; for categories.
        case chiSquared = "chi_squared"
    }

    /// The test that the p-value is of.
    package var test: Test

    /// The test's statistic.
    package var statistic: Double

    /// The p-value, before correction.
    package var pValue: Double

    /// The p-value after correction over the window's columns.
    package var adjustedPValue: Double

    /// Population stability index on bins fixed by the reference.
    package var stabilityIndex: Double

    /// Wasserstein distance in the column's unit; nil for categories.
    package var wasserstein: Double?

    /// Wasserstein distance in standard deviations of the reference; nil for categories.
    package var normedWasserstein: Double?

    /// Jensen-Shannon distance, natural logarithm; nil for numbers.
    package var jensenShannon: Double?

    /// Kolmogorov-Smirnov distance; nil for categories.
    package var kolmogorovSmirnov: Double? { test == .kolmogorovSmirnov ? statistic : nil }
}

/// A rolling estimate at one row.
package struct QualityEstimate: Sendable, Hashable {
    /// The monitor.
    package var monitor: String

    /// Number of the newest row that it looks at.
    package var row: Int64

    /// The window that the row lies in.
    package var window: Int

    /// Labelled rows in it.
    package var rows: Int

    /// Labelled rows since the start of the stream, this row included.
    package var labelledRows: Int

    /// By partition of the labels' topic, the offset behind the last label that has been read by now: at least those of
    /// the labelled rows.
    package var labelOffsets: [Int32: Int64] = [:]

    /// The champion version that it speaks of; nil before there is one.
    package var championVersion: Int?

    /// Quality by role; empty while there are fewer rows than the minimum.
    package var quality: [RoleQuality]
}

/// Something that needs attention, from its opening to its end.
package struct MonitorAlert: Sendable, Hashable {
    /// What kind of limit was crossed.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A metric of labelled rows.
        case performance
        /// The input against the reference.
        case drift
        /// The data itself.
        case quality
        /// The champion's predictions against its first ones.
        case predictions
        /// A metric that is estimated before labels come.
        case estimated
        /// The service behind the data.
        case health
        /// A change that a detector has found.
        case change
    }

    /// Whether it still holds.
    package enum State: String, Sendable, Hashable, CaseIterable {
        case open
        case resolved
    }

    /// Stable: the same stream opens the same alert under the same id.
    package var id: String

    /// The monitor.
    package var monitor: String

    /// What it is about; at most one open alert has it.
    package var fingerprint: String

    /// The kind.
    package var kind: Kind

    /// How serious it is.
    package var severity: AlertSeverity

    /// Whether it still holds.
    package var state: State

    /// What happened, in a sentence.
    package var message: String

    /// The number that crossed the limit when it opened.
    package var value: Double

    /// The limit.
    package var limit: Double

    /// The newest number.
    package var lastValue: Double

    /// The window that the row belongs to.
    package var window: Int

    /// Number of the row at which it opened.
    package var row: Int64

    /// Number of the row at which it resolved.
    package var resolvedRow: Int64?

    /// When it opened, Unix milliseconds.
    package var openedAt: Int64

    /// When it resolved, Unix milliseconds.
    package var resolvedAt: Int64?
}

/// What a monitor has read and made of it, since the beginning of its stream.
package struct MonitorCounters: Sendable, Hashable {
    /// Input rows read.
    package var rows = 0

    /// Predictions read, of all roles.
    package var predictions = 0

    /// Labels read.
    package var labels = 0

    /// Labels joined to a prediction in time.
    package var joined = 0

    /// Labels that came after their row was settled without one.
    package var late = 0

    /// Second and later labels of one prediction.
    package var duplicates = 0

    /// Labels whose prediction never came.
    package var unknown = 0

    /// Messages that are not what their topic should hold.
    package var undecodable = 0

    /// Rows that came after the window of their event time was complete.
    package var lateRows = 0

    /// Rows whose values were not looked at, since a window held too many.
    package var unsampled = 0

    /// Labels that wait for their prediction now.
    package var waiting = 0

    /// Rows that wait for their label now.
    package var unlabelled = 0

    /// Nothing read yet.
    package init() {}
}
