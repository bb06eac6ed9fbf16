/// What a challenger must show on the hold-out rows.
package struct GateDeclaration: Sendable, Hashable {
    /// The metrics of a monitor's task by which a gate may compare, the usual one first.
    package static let metrics: [String: [String]] = [
        "binary": ["auc", "f1", "accuracy", "precision", "recall", "log_loss", "brier"],
        "multiclass": ["f1", "accuracy", "precision", "recall"],
        "regression": ["mae", "rmse", "mape", "r2"],
    ]

    private static let fields: Set<String> = [
        "metric", "atLeast", "atMost", "margin", "minimumRows", "confidence", "tolerance",
    ]

    /// What is compared; the usual metric of the task where nothing is said.
    package var metric: String?
    /// The challenger's least value of a metric of which more is better.
    package var atLeast: Double?
    /// The challenger's greatest value of a loss.
    package var atMost: Double?
    /// How much better than the champion it must be.
    package var margin: Double
    /// Fewest rows to compare on; all hold-out rows where nothing is said.
    package var minimumRows: Int?
    /// How sure the gain must be; nil where the rows as they are decide.
    package var confidence: Double?
    /// How much worse it may be at that confidence.
    package var tolerance: Double

    /// The fields of a gate that nobody reads, with their places.
    static func unknown(_ fields: ProjectFieldReader?) -> [String] { fields?.unknown(besides: Self.fields) ?? [] }

    init(_ fields: ProjectFieldReader?) throws(ProjectError) {
        metric = try fields?.optionalString("metric")
        atLeast = try fields?.optionalDouble("atLeast")
        atMost = try fields?.optionalDouble("atMost")
        margin = try fields?.double("margin", default: 0) ?? 0
        minimumRows = try fields?.optionalInt("minimumRows", 1...100_000_000)
        confidence = try fields?.optionalDouble("confidence")
        tolerance = try fields?.double("tolerance", default: 0) ?? 0
        guard let fields else { return }
        if let confidence, !(0.5...0.999).contains(confidence) {
            throw fields.error("confidence", "must be from 0.5 to 0.999, such as 0.95, not \(confidence)")
        }
        if tolerance < 0 { throw fields.error("tolerance", "must be 0 or more, not \(tolerance)") }
        if tolerance > 0, confidence == nil {
            throw fields.error(
                "tolerance",
                "is what the gain may lack at a confidence: give confidence too, such as 0.95"
            )
        }
    }

    /// The metric that decides for models of a task, and whether it is a loss.
    package func metric(of task: String) -> (name: String, isLoss: Bool) {
        let name = metric ?? Self.metrics[task]?.first ?? "auc"
        return (name, MonitorDeclaration.lossMetrics.contains(name))
    }

    /// Holds the gate against the task of the monitor whose alerts lead to it.
    func check(_ place: String, task: String) throws(ProjectError) {
        let known = Self.metrics[task] ?? []
        let (name, isLoss) = metric(of: task)
        guard known.contains(name) else {
            throw ProjectError(
                "\(place).metric",
                "'\(name)' is no metric of a \(task) model: it has \(known.joined(separator: ", "))"
            )
        }
        if isLoss, atLeast != nil {
            throw ProjectError("\(place).atLeast", "\(name) is a loss, of which less is better: give atMost")
        }
        if !isLoss, atMost != nil {
            throw ProjectError("\(place).atMost", "more is better of \(name): give atLeast")
        }
    }
}
