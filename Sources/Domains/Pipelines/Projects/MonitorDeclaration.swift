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
        /// The metric: `auc`, `f1`, `log_loss`, `brier`, `accuracy`.
        package var metric: String
        /// Whose predictions; the champion's where nothing is said.
        package var role: String
        /// An alert opens below this (or above, for losses).
        package var limit: Double
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
        /// Drifted columns that open an alert.
        package var minimumColumns: Int
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

    /// The monitor's name.
    package var name: String
    /// The registered model.
    package var model: String
    /// The topic of rows.
    package var input: String
    /// The topic of labels.
    package var labels: String
    /// Topics of predictions by role, in the order of the file.
    package var predictions: [RoleTopic]
    /// How long a row waits for its label, in days of event time.
    package var horizonDays: Double
    /// Rows in a window.
    package var windowRows: Int
    /// The number that people give to the first row of the topic.
    package var firstRow: Int
    /// The columns that are compared with the reference.
    package var columns: [String]
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
}
