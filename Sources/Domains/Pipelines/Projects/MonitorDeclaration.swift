package import JSON

/// What is measured once labels are there, and when somebody should know.
package struct MonitorDeclaration: Sendable, Hashable {
    /// In how many of the last checks a limit must be crossed.
    package struct Persistence: Sendable, Hashable {
        /// Checks that must be over the limit.
        package var windows: Int
        /// The last checks that are looked at.
        package var of: Int
    }

    /// A limit of a quality metric.
    package struct PerformanceLimit: Sendable, Hashable {
        /// The metric: `auc`, `f1`, `log_loss`, …, `mae` of a regression.
        package var metric: String
        /// Whose predictions; the champion's where nothing is said.
        package var role: String
        /// An alert opens below this (or above, for losses); 0 where ``drop`` says.
        package var limit: Double
        /// How much worse than at first a version may become, as a share; nil where ``limit`` says.
        package var drop: Double?
        /// True where values above the limit are bad.
        package var isUpper: Bool
        /// How far beyond the limit the value must return for the alert to resolve.
        package var recoveryMargin: Double
        /// `page`, `warn` or `info`.
        package var severity: String
        /// How lasting it must be.
        package var persistence: Persistence
    }

    /// When a column counts as drifted.
    package struct Drift: Sendable, Hashable {
        /// Level of the corrected Kolmogorov-Smirnov test.
        package var significance: Double
        /// Limits of the distances; one of them must be crossed too.
        ///
        /// nil: not looked at.
        package var kolmogorovSmirnov: Double?
        /// Population stability index.
        package var psi: Double?
        /// Wasserstein distance in standard deviations of the reference.
        package var wasserstein: Double?
        /// Jensen-Shannon distance of categories.
        package var jensenShannon: Double?
        /// How p-values are corrected over the columns: `fdr_bh`, `bonferroni`, `holm`.
        package var correction: String
        /// Fewest rows in a window for a verdict.
        package var minimumRows: Int
        /// Drifted columns that open an alert.
        package var minimumColumns: Int
        /// The share of the columns that must have drifted besides; nil for any.
        package var minimumShare: Double?
        /// `page`, `warn` or `info`.
        package var severity: String
        /// How lasting it must be.
        package var persistence: Persistence
    }

    /// A topic of predictions and whose they are.
    package struct RoleTopic: Sendable, Hashable {
        /// `champion`, or the name of a shadow.
        package var role: String
        /// The topic.
        package var topic: String
    }

    /// A column and what its values are expected to be.
    package struct Column: Sendable, Hashable {
        /// The column's name.
        package var name: String
        /// Whether values are texts to be counted rather than numbers.
        package var isCategorical: Bool
        /// The least number that is right.
        package var minimum: Double?
        /// The greatest number that is right.
        package var maximum: Double?
        /// The only categories that are right.
        package var categories: [String]?
        /// The greatest share of missing values.
        package var maximumMissing: Double?
    }

    /// How the stream is cut into windows.
    package enum Window: Sendable, Hashable {
        /// So many rows each.
        case rows(Int)
        /// So many seconds of event time each, and how late rows may be.
        case time(seconds: Double, latenessSeconds: Double)
        /// So many labels each.
        case labels(Int)
    }

    /// When the data itself is bad.
    package struct Quality: Sendable, Hashable {
        /// How far missing values may exceed the reference's share.
        package var missingMargin: Double
        /// The greatest share of values of another type.
        package var mistyped: Double
        /// The greatest share of numbers outside their declared range.
        package var outOfRange: Double
        /// The greatest share of values in new categories.
        package var newCategories: Double
        /// The greatest share of repeated rows; nil to only count them.
        package var duplicates: Double?
        /// The greatest share of rows with outliers; nil to only count them.
        package var outliers: Double?
        /// The fewest rows in a window of time; nil to only count them.
        package var volume: Int?
        /// Fewest rows for a verdict on shares.
        package var minimumRows: Int
        /// `page`, `warn` or `info`.
        package var severity: String
        /// How lasting it must be.
        package var persistence: Persistence
    }

    /// How quality is estimated before labels come.
    package struct Estimation: Sendable, Hashable {
        /// Labelled rows that the calibration of a version is made of.
        package var calibrationRows: Int
        /// Limits of estimated metrics.
        package var limits: [PerformanceLimit]
    }

    /// A change detector.
    package struct Detector: Sendable, Hashable {
        /// The column that it watches; nil where ``of`` says.
        package var column: String?
        /// `errors` or `predictions`; nil where ``column`` says.
        package var of: String?
        /// How it looks for a change, such as `adwin`.
        package var method: String
        /// The method's parameters.
        package var parameters: [String: JSONValue]
        /// Rows without another change that end its alert; nil for the default.
        package var quietRows: Int?
        /// `page`, `warn` or `info`.
        package var severity: String
    }

    /// When the service is ill.
    package struct Health: Sendable, Hashable {
        /// Consumer groups of the input that are looked at besides the deployments.
        package var groups: [String]
        /// The greatest number of rows that a part may be behind.
        package var lag: Int?
        /// How long a part may be behind without moving.
        package var stalledAfterSeconds: Double
        /// How long the input may be silent.
        package var silenceSeconds: Double?
        /// The greatest share of rows that could not be scored.
        package var errors: Double
        /// The greatest latency in milliseconds.
        package var latencyMilliseconds: Double?
        /// `page`, `warn` or `info`.
        package var severity: String
        /// How lasting it must be.
        package var persistence: Persistence
    }

    /// Where alerts are sent.
    package struct Route: Sendable, Hashable {
        /// The route's name.
        package var name: String
        /// `webhook`, `slack`, `email` or `topic`.
        package var kind: String
        /// The address of a webhook.
        package var url: String?
        /// What a webhook's messages are signed with.
        package var secret: String?
        /// The addresses of a mail.
        package var to: [String]
        /// The topic.
        package var topic: String?
        /// Alerts below this are not sent.
        package var severity: String
    }

    /// The monitor's name.
    package var name: String
    /// The registered model; empty where the input alone is watched.
    package var model: String
    /// The topic of rows; the dataset's name where one is watched.
    package var input: String
    /// The dataset whose versions are watched; nil where a topic is.
    package var dataset: String?
    /// What the model says of a row: `binary`, `multiclass` or `regression`.
    package var task: String
    /// The topic of labels; nil where there are none.
    package var labels: String?
    /// The column that labels share with rows besides the event time; nil where they share the `prediction_id`.
    package var labelKey: String?
    /// Topics of predictions by role, in the order of the file.
    package var predictions: [RoleTopic]
    /// What windows are compared with, as `dataset@v3`; nil for the champion's training data.
    package var reference: String?
    /// How long a row waits for its label, in days of event time.
    package var horizonDays: Double
    /// How the stream is cut into windows.
    package var window: Window
    /// The number that people give to the first row of the topic.
    package var firstRow: Int
    /// The columns that are looked at.
    package var columns: [Column]
    /// Labelled rows in a rolling estimate.
    package var evaluationRows: Int
    /// Rows from one estimate to the next.
    package var evaluationEvery: Int
    /// Fewest labelled rows for an estimate.
    package var evaluationMinimumRows: Int
    /// Limits of quality metrics.
    package var performance: [PerformanceLimit]
    /// Drift; nil where it is not watched.
    package var drift: Drift?
    /// Quality of the data; nil where it is only counted.
    package var quality: Quality?
    /// Estimated quality; nil where it is not estimated.
    package var estimation: Estimation?
    /// Change detectors; none where changes are not watched for.
    package var detectors: [Detector]
    /// Health of the service; nil where it is not watched.
    package var health: Health?
    /// Where alerts are sent.
    package var routes: [Route]
    /// Minutes after which an alert that nobody has acknowledged is sent again; nil for never.
    package var repeatMinutes: Double?
}
