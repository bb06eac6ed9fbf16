package import Statistics

/// What one monitor watches, how it measures and when it calls for help.
///
/// A plain value: the project file, the API or a command builds it; ``validate()`` says what is wrong with it.
package struct MonitorDefinition: Sendable, Hashable {
    /// The monitor's name, unique in the server.
    package var name: String

    /// The registered model whose predictions are watched.
    package var model: String

    /// The topic of rows that are scored; all its partitions are read.
    package var inputTopic: String

    /// The dataset whose versions are watched, each a window; nil where a topic is.
    ///
    /// ``inputTopic`` is then its name too, for people.
    package var dataset: String?

    /// The topics of predictions by role, the champion's among them; empty to watch the input alone.
    package var predictionTopics: [PredictionTopic]

    /// The topic of labels, which may come late; nil where there are none.
    package var labelsTopic: String?

    /// How a label finds its row.
    package var join = LabelJoin.predictionID

    /// The columns of the input that are looked at.
    package var columns: [MonitoredColumn]

    /// What windows are compared with; nil for the training data of the champion.
    package var reference: ReferenceDataset?

    /// The offset of the input topic at which window 0 begins.
    package var startOffset: Int64 = 0

    /// The row number that people give to the row at ``startOffset``.
    package var firstRow: Int64 = 0

    /// What the model says of a row.
    package var task = MonitorTask.binary

    /// How the stream is cut into windows.
    package var window: WindowPlan

    /// How long after a row's event time its label is waited for, in event time.
    package var labelHorizonMilliseconds: Int64 = 30 * 86_400_000

    /// How the rolling estimate that alerts react to is made.
    package var evaluation: RollingEvaluation

    /// How columns are compared with the reference; nil when drift is not watched.
    package var drift: DriftPolicy?

    /// Limits of quality metrics; each may raise one alert.
    package var performance: [PerformanceLimit] = []

    /// When the data itself is bad; nil when it is only counted.
    package var quality: QualityPolicy?

    /// How quality is estimated before labels come; nil when it is not.
    package var estimation: EstimationPolicy?

    /// Detectors that look at each row as it comes; none where changes are not watched for.
    package var detectors: [DetectorDefinition] = []

    /// When the service is ill; nil when it is not watched.
    package var health: HealthPolicy?

    /// Where alerts are sent.
    package var routes: [AlertRoute] = []

    /// How long an alert that nobody has acknowledged waits to be sent again; nil for never.
    package var repeatMilliseconds: Int64?

    /// Describes a monitor; everything else has a default that can be changed after.
    package init(
        name: String,
        model: String,
        inputTopic: String,
        predictionTopics: [PredictionTopic],
        labelsTopic: String?,
        columns: [MonitoredColumn],
        window: WindowPlan,
        evaluation: RollingEvaluation = RollingEvaluation(),
        drift: DriftPolicy? = DriftPolicy(),
        performance: [PerformanceLimit] = []
    ) {
        self.name = name
        self.model = model
        self.inputTopic = inputTopic
        self.predictionTopics = predictionTopics
        self.labelsTopic = labelsTopic
        self.columns = columns
        self.window = window
        self.evaluation = evaluation
        self.drift = drift
        self.performance = performance
    }

    /// The row number that people give to the row at `offset` of the input topic.
    package func rowNumber(at offset: Int64) -> Int64 { offset - startOffset + firstRow }
}

/// How a label finds the row that it is about.
package enum LabelJoin: Sendable, Hashable {
    /// Label and prediction carry the same `prediction_id`.
    case predictionID

    /// Label and row carry the same value in the column `key`, and the same event time.
    case entity(key: String)
}

/// A topic of predictions and whose they are.
package struct PredictionTopic: Sendable, Hashable {
    /// The role whose quality decides.
    package static let championRole = "champion"

    /// `champion`, or the name of a shadow such as `frozen`.
    package var role: String

    /// The topic.
    package var topic: String

    /// Names the topic of a role.
    package init(role: String, topic: String) {
        self.role = role
        self.topic = topic
    }
}

/// A quality estimate over the newest labelled rows, made anew every few rows.
///
/// Only rows that the newest champion version predicted are used, so an estimate after a promotion speaks of the new
/// version alone. Estimates are made at fixed row positions and so do not depend on when the server looked.
package struct RollingEvaluation: Sendable, Hashable {
    /// The most labelled rows in an estimate.
    package var rows: Int

    /// Rows from one estimate to the next.
    package var every: Int

    /// The fewest labelled rows for an estimate to count.
    package var minimumRows: Int

    /// Describes an evaluation.
    package init(rows: Int = 365, every: Int = 25, minimumRows: Int = 200) {
        self.rows = rows
        self.every = every
        self.minimumRows = minimumRows
    }
}

/// How each column of a window is compared with the reference, and when that is called drift.
///
/// A column has drifted when its Kolmogorov-Smirnov test is significant after correction over all columns *and* one of
/// the distance limits is reached: significance alone cries wolf on large windows, distance alone on small ones.
package struct DriftPolicy: Sendable, Hashable {
    /// The level of the tests after correction over the columns of a window.
    package var significance: Double = 0.001

    /// Population stability index from which a column differs; never taken below what chance alone gives.
    package var stabilityIndexLimit: Double? = 0.2

    /// Wasserstein distance, in standard deviations of the reference, from which a column differs.
    package var wassersteinLimit: Double? = 0.25

    /// Kolmogorov-Smirnov distance from which a column differs.
    package var kolmogorovSmirnovLimit: Double? = 0.2

    /// Jensen-Shannon distance (natural logarithm) from which a column of categories differs; never taken below what
    /// chance alone gives.
    package var jensenShannonLimit: Double? = 0.1

    /// How p-values are corrected over the columns of a window.
    package var correction = MultipleTesting.benjaminiHochberg

    /// Drifted columns in one window that make it a drifted window.
    package var minimumColumns: Int = 1

    /// The share of the compared columns that must have drifted besides; nil for any.
    package var minimumShare: Double?

    /// Fewest rows in a window for a verdict.
    package var minimumRows: Int = 200

    /// How serious an alert is.
    package var severity: AlertSeverity = .info

    /// How many of the last windows must be drifted before an alert opens.
    package var persistence = AlertPersistence(windows: 2, of: 3)

    /// The drifted columns that make a window of so many compared ones a drifted window.
    func neededColumns(of compared: Int) -> Int {
        max(minimumColumns, minimumShare.map { Int(($0 * Double(compared) - 1e-9).rounded(.up)) } ?? 0)
    }

    /// The defaults: silent where nothing changed.
    package init() {}
}

/// A bound on a quality metric of one role.
package struct PerformanceLimit: Sendable, Hashable {
    /// Where the bound lies.
    package enum Bound: Sendable, Hashable {
        /// At a value: the lowest allowed where higher is better, else the highest.
        case value(Double)
        /// So much worse than what the version showed at first, as a share of it; see ``BaselineLimit``.
        case drop(Double)
    }

    /// The metric.
    package var metric: QualityMetric

    /// The worst value allowed.
    package var bound: Bound

    /// Whose quality.
    package var role: String

    /// How serious an alert is.
    package var severity: AlertSeverity

    /// How many of the last estimates must cross the limit before an alert opens.
    package var persistence: AlertPersistence

    /// How far inside the limit an estimate must be to count towards resolving.
    package var recoveryMargin: Double

    /// Describes a limit.
    package init(
        metric: QualityMetric,
        bound: Bound,
        role: String = PredictionTopic.championRole,
        severity: AlertSeverity = .page,
        persistence: AlertPersistence = AlertPersistence(windows: 2, of: 3),
        recoveryMargin: Double = 0.01
    ) {
        self.metric = metric
        self.bound = bound
        self.role = role
        self.severity = severity
        self.persistence = persistence
        self.recoveryMargin = recoveryMargin
    }
}

/// An alert opens when `windows` of the last `of` observations are bad, and resolves after as many good ones in a row.
package struct AlertPersistence: Sendable, Hashable {
    /// Bad observations that open an alert.
    package var windows: Int

    /// Observations that are looked at.
    package var of: Int

    /// Describes when an alert opens.
    package init(windows: Int, of: Int) {
        self.windows = windows
        self.of = of
    }
}

/// How serious an alert is.
package enum AlertSeverity: String, Sendable, Hashable, CaseIterable {
    /// Worth knowing.
    case info
    /// Worth a look today.
    case warn
    /// Needs somebody, or a retraining, now.
    case page
}
