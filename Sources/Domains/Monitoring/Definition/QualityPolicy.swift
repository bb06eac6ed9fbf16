/// When the data itself is called bad, whatever a model makes of it.
///
/// A check looks at all columns of a window together, so that one broken source opens one alert. The defaults stay
/// silent on data like the reference: what may exceed it by chance (a new extreme, another outlier) is counted and
/// shown, and alerts only where a limit is set.
package struct QualityPolicy: Sendable, Hashable {
    /// How far a column's share of missing values may lie above the reference's, beyond what chance explains.
    package var missingMargin = 0.05

    /// The greatest share of a column's values that are not of its kind, NaN and infinities included.
    package var maximumMistypedShare = 0.0

    /// The greatest share of a column's values outside its declared range.
    package var maximumOutOfRangeShare = 0.0

    /// The greatest share of a column's values in categories that were not expected.
    package var maximumUnseenShare = 0.01

    /// The greatest share of rows that repeat another row of the window; nil to only count them.
    package var maximumDuplicateShare: Double?

    /// The greatest share of rows with an outlier; nil to only count them.
    package var maximumOutlierShare: Double?

    /// The fewest rows in a window of time; nil to only count them.
    package var minimumVolume: Int?

    /// Fewest rows in a window for a verdict on shares.
    package var minimumRows = 30

    /// How serious an alert is.
    package var severity = AlertSeverity.warn

    /// How many of the last windows must be bad before an alert opens.
    package var persistence = AlertPersistence(windows: 1, of: 1)

    /// The defaults: silent on data like the reference.
    package init() {}
}

/// How quality is estimated before labels come, and what is then too low.
///
/// The newest champion's scores are calibrated on its first labelled rows; see `EstimatedPerformance` of the
/// statistics. Right when inputs change, blind when the relation changes: it does not replace labels.
package struct EstimationPolicy: Sendable, Hashable {
    /// Labelled rows of a version that its calibration is made of.
    package var calibrationRows = 300

    /// Limits of estimated metrics of the champion.
    package var limits: [PerformanceLimit] = []

    /// The defaults: estimates without limits.
    package init() {}
}

/// When the service behind the data is called ill.
package struct HealthPolicy: Sendable, Hashable {
    /// Consumer groups that are looked at besides the deployments, partition by partition.
    package var groups: [String] = []

    /// The greatest number of rows that a deployment may be behind its topic; nil for any.
    package var maximumLag: Int64?

    /// How long a deployment may be behind without moving.
    package var stalledAfterSeconds = 30.0

    /// How long the input topic may stay without a new row; nil for ever.
    package var maximumSilenceSeconds: Double?

    /// The greatest share of rows since the last look that could not be scored.
    package var maximumErrorShare = 0.01

    /// The greatest latency from event to acknowledged prediction, 99th percentile, in milliseconds; nil for any.
    package var maximumLatencyMilliseconds: Double?

    /// How serious an alert is.
    package var severity = AlertSeverity.page

    /// How many of the last looks must be bad before an alert opens.
    package var persistence = AlertPersistence(windows: 2, of: 3)

    /// The defaults.
    package init() {}
}
