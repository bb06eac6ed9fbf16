/// What the model of a policy says of a row; the same names as a monitor's tasks.
package enum GateTask: String, Sendable, Hashable, CaseIterable {
    /// One of two classes, by a probability.
    case binary
    /// One of several classes.
    case multiclass
    /// A number.
    case regression

    /// The metrics that a gate may compare by.
    package var metrics: [GateMetric] {
        switch self {
        case .binary: [.auc, .f1, .accuracy, .precision, .recall, .logLoss, .brier]
        case .multiclass: [.f1, .accuracy, .precision, .recall]
        case .regression: [.meanAbsoluteError, .rootMeanSquaredError, .meanAbsolutePercentageError, .determination]
        }
    }

    /// The metric of a gate that names none.
    ///
    /// For several classes F1 as the mean over them: a challenger that gives up a rare class may gain in accuracy.
    package var defaultMetric: GateMetric {
        switch self {
        case .binary: .auc
        case .multiclass: .f1
        case .regression: .meanAbsoluteError
        }
    }
}

/// A metric by which a gate compares two models; ``GateTask/metrics`` says which a task has.
package enum GateMetric: String, Sendable, Hashable, CaseIterable {
    case auc
    /// Of class 1 at a probability of 0.5; of several classes the mean over them.
    case f1
    case accuracy
    case precision
    case recall
    /// Mean negative log-likelihood, natural logarithm.
    case logLoss = "log_loss"
    /// Mean squared error of the probability.
    case brier
    case meanAbsoluteError = "mae"
    case rootMeanSquaredError = "rmse"
    /// The mean absolute error as a share of the truth.
    case meanAbsolutePercentageError = "mape"
    /// R².
    case determination = "r2"

    /// Whether a larger value is better; else it is a loss.
    package var higherIsBetter: Bool {
        switch self {
        case .auc, .f1, .accuracy, .precision, .recall, .determination: true
        case .logLoss, .brier, .meanAbsoluteError, .rootMeanSquaredError, .meanAbsolutePercentageError: false
        }
    }

    /// The name in a sentence.
    package var title: String {
        switch self {
        case .auc: "AUC"
        case .f1: "F1"
        case .logLoss: "log loss"
        case .brier: "Brier score"
        case .meanAbsoluteError: "MAE"
        case .rootMeanSquaredError: "RMSE"
        case .meanAbsolutePercentageError: "MAPE"
        case .determination: "R²"
        case .accuracy, .precision, .recall: rawValue
        }
    }

    /// By how much `after` is better than `before`; negative where it is worse.
    package func gain(from before: Double, to after: Double) -> Double {
        higherIsBetter ? after - before : before - after
    }
}
