/// How a run stands.
package enum RunStatus: Int64, Sendable, CaseIterable {
    case running = 1
    case scheduled = 2
    case finished = 3
    case failed = 4
    case killed = 5

    /// The status as MLflow names it.
    package var name: String {
        switch self {
        case .running: "RUNNING"
        case .scheduled: "SCHEDULED"
        case .finished: "FINISHED"
        case .failed: "FAILED"
        case .killed: "KILLED"
        }
    }

    /// The status with this name.
    package init?(name: String) {
        guard let status = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = status
    }
}

/// What is known of a run besides what was logged to it.
package struct RunInfo: Sendable, Equatable {
    /// The run.
    package let id: RunID
    /// The experiment that it belongs to.
    package let experiment: ExperimentID
    /// Its name for people.
    package var name: String
    /// Who started it; may be empty.
    package let user: String
    /// How it stands.
    package var status: RunStatus
    /// When it began, Unix milliseconds.
    package let startTime: Int64
    /// When it ended, Unix milliseconds.
    package var endTime: Int64?
    /// Where its artifacts lie.
    package let artifactLocation: String
    /// Whether it is in use.
    package let stage: LifecycleStage
}

/// A run with all that was logged to it; of each metric the latest point.
package struct Run: Sendable, Equatable {
    /// What is known of it.
    package var info: RunInfo
    /// The latest point of each metric, by key.
    package var metrics: [Metric] = []
    /// Its parameters by key.
    package var params: [KeyValue] = []
    /// Its tags by key.
    package var tags: [KeyValue] = []
    /// The datasets that it read.
    package var datasets: [DatasetInput] = []
    /// The logged models that it read.
    package var modelInputs: [LoggedModelID] = []
    /// The logged models that it made.
    package var modelOutputs: [ModelOutput] = []

    /// The value of a tag.
    package func tag(_ key: String) -> String? {
        tags.first { $0.key == key }?.value
    }

    /// The value of a parameter.
    package func param(_ key: String) -> String? {
        params.first { $0.key == key }?.value
    }

    /// The latest value of a metric.
    package func metric(_ key: String) -> Double? {
        metrics.first { $0.key == key }?.value
    }
}

/// What a new run is made of.
package struct RunDraft: Sendable {
    /// The experiment that it belongs to.
    package var experiment: ExperimentID
    /// Its name; one is made up when nil or empty and no tag gives it.
    package var name: String?
    /// Who starts it.
    package var user = ""
    /// When it began, Unix milliseconds.
    package var startTime: Int64 = 0
    /// Its first tags.
    package var tags: [KeyValue] = []

    /// A run of an experiment.
    package init(experiment: ExperimentID) {
        self.experiment = experiment
    }
}

/// What changes of a run; nil stays.
package struct RunChange: Sendable {
    /// How it stands now.
    package var status: RunStatus?
    /// When it ended, Unix milliseconds.
    package var endTime: Int64?
    /// Its new name; an empty one is ignored.
    package var name: String?

    /// No change.
    package init() {}
}

/// A dataset as a run read it.
package struct DatasetInput: Sendable, Equatable {
    /// The dataset.
    package var dataset: Dataset
    /// What the run says of its use, such as the context.
    package var tags: [KeyValue]

    /// A dataset with the tags of its use.
    package init(dataset: Dataset, tags: [KeyValue]) {
        self.dataset = dataset
        self.tags = tags
    }
}

/// A dataset, known by its name and digest within an experiment.
package struct Dataset: Sendable, Equatable {
    /// Its name.
    package var name: String
    /// A short hash of its content.
    package var digest: String
    /// What kind of source it has.
    package var sourceType: String
    /// Where it comes from, as JSON text.
    package var source: String
    /// Its columns, as JSON text.
    package var schema: String?
    /// Its statistics, as JSON text.
    package var profile: String?

    /// A dataset.
    package init(
        name: String,
        digest: String,
        sourceType: String,
        source: String,
        schema: String? = nil,
        profile: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
    }
}

/// That runs of an experiment read a dataset for some purpose.
package struct DatasetSummary: Sendable, Equatable {
    /// The experiment.
    package let experiment: ExperimentID
    /// The name of the dataset.
    package let name: String
    /// The digest of the dataset.
    package let digest: String
    /// What it was used for; nil when no run said so.
    package let context: String?
}

/// A logged model that a run made, at a step.
package struct ModelOutput: Sendable, Equatable {
    /// The logged model.
    package var model: LoggedModelID
    /// The step at which it was made.
    package var step: Int64

    /// A model made at a step.
    package init(model: LoggedModelID, step: Int64) {
        self.model = model
        self.step = step
    }
}
