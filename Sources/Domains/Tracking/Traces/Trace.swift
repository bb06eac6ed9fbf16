/// How a trace ended.
package enum TraceState: Int64, Sendable, CaseIterable {
    case unspecified = 0
    case ok = 1
    case error = 2
    case inProgress = 3

    /// The state as MLflow names it.
    package var name: String {
        switch self {
        case .unspecified: "STATE_UNSPECIFIED"
        case .ok: "OK"
        case .error: "ERROR"
        case .inProgress: "IN_PROGRESS"
        }
    }

    /// The state with this name.
    package init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }
}

/// What is known of one trace: a request to an application and what came of it.
package struct TraceInfo: Sendable, Equatable {
    /// Its identifier, `tr-` and 32 hexadecimal digits, made by the client.
    package var id: String
    /// The experiment that it belongs to.
    package var experiment: ExperimentID
    /// When the request came, Unix milliseconds.
    package var requestTime: Int64
    /// How long it took in milliseconds; nil while it runs.
    package var duration: Int64?
    /// How it ended.
    package var state: TraceState
    /// What the client calls it.
    package var clientRequestID: String?
    /// The beginning of the request.
    package var requestPreview: String?
    /// The beginning of the response.
    package var responsePreview: String?
    /// Facts that do not change.
    package var metadata: [KeyValue] = []
    /// What people and programs say of it.
    package var tags: [KeyValue] = []
    /// What people and programs judged of it, oldest first.
    package var assessments: [Assessment] = []

    /// A trace.
    package init(id: String, experiment: ExperimentID, requestTime: Int64, duration: Int64?, state: TraceState) {
        self.id = id
        self.experiment = experiment
        self.requestTime = requestTime
        self.duration = duration
        self.state = state
    }
}

/// One step of a trace.
package struct TraceSpan: Sendable, Equatable {
    /// The trace that it belongs to.
    package var trace: String
    /// Its identifier, 16 hexadecimal digits.
    package var id: String
    /// The identifier of the span that it is a part of; nil for the root.
    package var parent: String?
    /// Its name.
    package var name: String
    /// What kind of step it is; empty when unknown.
    package var type: String
    /// `OK`, `ERROR` or `UNSET`.
    package var status: String
    /// When it began, Unix nanoseconds.
    package var start: Int64
    /// When it ended, Unix nanoseconds; 0 while it runs.
    package var end: Int64
    /// The whole span as JSON, as it is answered.
    package var json: String
    /// Its attributes as JSON text or plain text, by key, for searches.
    package var attributes: [KeyValue]

    /// A span with this identity; the rest is to be filled in.
    package init(trace: String, id: String, parent: String?, name: String) {
        self.trace = trace
        self.id = id
        self.parent = parent
        self.name = name
        type = ""
        status = "UNSET"
        start = 0
        end = 0
        json = "{}"
        attributes = []
    }
}

/// A trace with its spans, roots first, then by time.
package struct TraceDetails: Sendable, Equatable {
    /// What is known of it.
    package let info: TraceInfo
    /// The spans as JSON.
    package let spans: [String]

    /// Whether every span that the client counted is there.
    package var isComplete: Bool {
        guard !spans.isEmpty else { return false }
        let statistics = info.metadata.first { $0.key == TraceKeys.sizeStatistics }?.value
        guard let statistics, let range = statistics.firstRange(of: "\"num_spans\":") else { return true }
        let digits = statistics[range.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }
        return Int(digits).map { spans.count >= $0 } ?? true
    }
}

/// Keys of tags and metadata that mean something to the server.
package enum TraceKeys {
    /// The tag that says where the spans are.
    package static let spansLocation = "mlflow.trace.spansLocation"
    /// The tag that says where the attachments are.
    package static let artifactLocation = "mlflow.artifactLocation"
    /// The tag with the name of the trace.
    package static let name = "mlflow.traceName"
    /// The metadata with the run that the trace belongs to.
    package static let run = "mlflow.sourceRun"
    static let finalized = "mlflow.trace.infoFinalized"
    static let sizeStatistics = "mlflow.trace.sizeStats"
    static let spansHere = "TRACKING_STORE"
    /// Tags that only the server sets.
    static let reserved: Set<String> = [
        spansLocation, artifactLocation, "mlflow.trace.archiveLocation", "mlflow.trace.archivalFailure",
    ]
}
