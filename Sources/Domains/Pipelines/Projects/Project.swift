/// A project as its `martlet.yaml` (or `quix.yaml`) declares it.
///
/// `metadata`, `topics` and `deployments` are those of Quix's `quix.yaml` 2.0; the other lists are Martlet's.
package struct Project: Sendable, Hashable {
    /// The project's name: `metadata.name`, or the folder's.
    package var name: String
    /// The folder that holds the file, absolute.
    package var folder: String
    /// Topics to create.
    package var topics: [TopicDeclaration] = []
    /// Datasets to import.
    package var datasets: [DatasetDeclaration] = []
    /// Scripts that turn a dataset version into a model version.
    package var training: [TrainingDeclaration] = []
    /// Registered models that deployments need.
    package var models: [ModelDeclaration] = []
    /// Sources that replay rows into a topic.
    package var replays: [ReplayDeclaration] = []
    /// Models between two topics.
    package var modelDeployments: [ModelDeploymentDeclaration] = []
    /// What is measured.
    package var monitors: [MonitorDeclaration] = []
    /// When to train again.
    package var retraining: [RetrainingDeclaration] = []
    /// What must be true in the end.
    package var checks: [CheckDeclaration] = []
    /// Parts of the file that this version does not act on, each with its place.
    package var warnings: [String] = []

    /// A project without parts.
    package init(name: String, folder: String) {
        self.name = name
        self.folder = folder
    }
}

/// A topic, under Quix's names.
package struct TopicDeclaration: Sendable, Hashable {
    /// The topic's name.
    package var name: String
    /// How many partitions it has.
    package var partitions: Int
    /// Kafka's topic settings by name, from retention and clean-up.
    package var configuration: [String: String]
}

/// A table to import as version 1.
package struct DatasetDeclaration: Sendable, Hashable {
    /// The dataset's name.
    package var name: String
    /// The file, absolute.
    package var path: String
    /// Rows from (inclusive) and to (exclusive), counted from 0; nil for all.
    package var rows: Range<Int>?
    /// The column to predict; nil where there is none.
    package var label: String?
}

/// A script that is run as a job.
package struct TrainingDeclaration: Sendable, Hashable {
    /// The name that models and policies refer to.
    package var name: String
    /// The folder of the application, absolute.
    package var folder: String
    /// The file that is run, relative to the folder.
    package var entryPoint: String
    /// Values of the application's variables.
    package var variables: [String: String]
    /// The dataset that it trains on.
    package var dataset: String
    /// The registered model that gets the new version.
    package var model: String
    /// Longest time for a job.
    package var timeout: Duration
}

/// A registered model that is made where it is missing.
package struct ModelDeclaration: Sendable, Hashable {
    /// The model's name.
    package var name: String
    /// The training that makes version 1.
    package var training: String
    /// Where aliases point at first.
    package var aliases: [String: Int]
}

/// Rows of a file, played into a topic with their labels later.
package struct ReplayDeclaration: Sendable, Hashable {
    /// The deployment's name.
    package var name: String
    /// The file, absolute.
    package var path: String
    /// The first row that is played, counted from 0.
    package var firstRow: Int
    /// The row after the last; nil for the end of the file.
    package var endRow: Int?
    /// The topic of the rows.
    package var output: String
    /// The column that holds the event time.
    package var timeColumn: String
    /// Milliseconds of one unit of the event time.
    package var timeUnitMilliseconds: Int64
    /// The column that is left out of the rows and sent as the label; nil where there is none.
    package var label: String?
    /// The topic of the labels.
    package var labels: String?
    /// How many rows later a label is sent.
    package var labelDelayRows: Int
    /// The pace.
    package var rowsPerSecond: Double
    /// True where the simulated clock stands still while a retraining runs.
    package var holdWhileRetraining: Bool
}

/// A registered model between two topics.
package struct ModelDeploymentDeclaration: Sendable, Hashable {
    /// Which version is deployed.
    package enum Selection: Sendable, Hashable {
        /// Whatever the alias points to; swapped when it moves.
        case alias(String)
        /// One version for ever.
        case version(Int)
    }

    /// The deployment's name.
    package var name: String
    /// The registered model.
    package var model: String
    /// Which version.
    package var selection: Selection
    /// The topic of rows.
    package var input: String
    /// The topic of predictions.
    package var output: String
}

/// Something that must be true at the end of a replay.
package struct CheckDeclaration: Sendable, Hashable {
    /// The name in the report.
    package var name: String
    /// `lost`, `duplicates`, or a quality metric.
    package var metric: String
    /// Whose quality, for quality metrics.
    package var role: String?
    /// Windows from this row on count, for quality metrics.
    package var fromRow: Int?
    /// The mean must be at least this.
    package var atLeast: Double?
    /// The value must be at most this.
    package var atMost: Double?
    /// The mean must be below this.
    package var below: Double?

    /// Whether `value` is as it must be.
    package func holds(for value: Double) -> Bool {
        (atLeast.map { value >= $0 } ?? true) && (atMost.map { value <= $0 } ?? true)
            && (below.map { value < $0 } ?? true)
    }
}
