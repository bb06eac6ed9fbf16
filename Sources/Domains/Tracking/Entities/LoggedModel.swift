/// How a logged model stands.
package enum LoggedModelStatus: Int64, Sendable, CaseIterable {
    case unspecified = 0
    case pending = 1
    case ready = 2
    case uploadFailed = 3

    /// The status as MLflow names it.
    package var name: String {
        switch self {
        case .unspecified: "LOGGED_MODEL_STATUS_UNSPECIFIED"
        case .pending: "LOGGED_MODEL_PENDING"
        case .ready: "LOGGED_MODEL_READY"
        case .uploadFailed: "LOGGED_MODEL_UPLOAD_FAILED"
        }
    }

    /// The name in filters.
    package var shortName: String {
        switch self {
        case .unspecified: "UNSPECIFIED"
        case .pending: "PENDING"
        case .ready: "READY"
        case .uploadFailed: "FAILED"
        }
    }

    /// The status with this name.
    package init?(name: String) {
        guard let status = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = status
    }
}

/// A model that a run logged, with its own parameters, metrics and artifacts.
package struct LoggedModel: Sendable, Equatable {
    /// The model.
    package let id: LoggedModelID
    /// The experiment that it belongs to.
    package let experiment: ExperimentID
    /// Its name.
    package let name: String
    /// Where its artifacts lie.
    package let artifactLocation: String
    /// How it stands.
    package let status: LoggedModelStatus
    /// What kind of model it is; may be empty.
    package let type: String
    /// The run that logged it; may be empty.
    package let sourceRun: String
    /// When it was made, Unix milliseconds.
    package let createdAt: Int64
    /// When it last changed, Unix milliseconds.
    package let updatedAt: Int64
    /// Its tags by key.
    package var tags: [KeyValue] = []
    /// Its parameters by key.
    package var params: [KeyValue] = []
    /// Its metrics.
    package var metrics: [Metric] = []
}

/// What a new logged model is made of.
package struct LoggedModelDraft: Sendable {
    /// The experiment that it belongs to.
    package var experiment: ExperimentID
    /// Its name; one is made up when nil.
    package var name: String?
    /// What kind of model it is.
    package var type = ""
    /// The run that logs it.
    package var sourceRun = ""
    /// Its first parameters.
    package var params: [KeyValue] = []
    /// Its first tags.
    package var tags: [KeyValue] = []

    /// A model of an experiment.
    package init(experiment: ExperimentID) {
        self.experiment = experiment
    }
}
