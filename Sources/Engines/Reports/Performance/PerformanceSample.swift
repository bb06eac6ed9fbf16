package import Statistics

/// Predictions of a model and what was true, of rows in which both are known.
package enum PerformanceSample: Sendable {
    /// Probabilities of the positive class.
    case binary(scores: [Double], labels: [Bool])
    /// Predicted classes, counted; the classes in the order of the matrix.
    case classes([String], ConfusionMatrix)
    /// Predicted numbers.
    case numbers(predictions: [Double], labels: [Double])

    /// The rows.
    package var rows: Int {
        switch self {
        case .binary(_, let labels): labels.count
        case .classes(_, let matrix): Int(matrix.total)
        case .numbers(_, let labels): labels.count
        }
    }

    /// The name of the task.
    package var task: String {
        switch self {
        case .binary: "binary classification"
        case .classes: "classification"
        case .numbers: "regression"
        }
    }
}

/// A metric of both sides.
package struct PerformanceMetric: Sendable, Hashable {
    /// The metric, by Evidently's name.
    package let name: String
    /// Whether more is better; nil for metrics that are best at zero from either side.
    package let isBetterHigher: Bool?
    /// The value of the reference.
    package internal(set) var reference: Double?
    /// The value of the current data; nil where it is not defined.
    package let current: Double?
    /// How much the current rows vary about it, with denominator n - 1; nil for metrics of which Evidently does not tell it.
    package let deviation: Deviation?

    /// A standard deviation that may not be defined.
    package struct Deviation: Sendable, Hashable {
        /// The deviation; nil with one row.
        package let value: Double?
    }

    init(_ name: String, _ current: Double?, deviation: Deviation? = nil, higher: Bool? = true) {
        self.name = name
        self.current = current
        self.deviation = deviation
        isBetterHigher = higher
    }

    /// How much worse it has become as a share of the reference; negative where it has become better, nil where unknown.
    package var decline: Double? {
        guard let reference, let current, reference != 0 else { return nil }
        let change = (current - reference) / abs(reference)
        return switch isBetterHigher {
        case true?: -change
        case false?: change
        case nil: (abs(current) - abs(reference)) / abs(reference)
        }
    }
}
