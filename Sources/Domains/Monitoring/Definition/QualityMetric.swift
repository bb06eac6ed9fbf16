/// A metric of a model's quality; ``MonitorTask/metrics`` says which a model has.
package enum QualityMetric: String, Sendable, Hashable, CaseIterable {
    case auc
    case f1
    case accuracy
    case precision
    case recall
    case logLoss = "log_loss"
    case brier
    /// Of a regression.
    case meanAbsoluteError = "mae"
    /// Of a regression.
    case rootMeanSquaredError = "rmse"
    /// Of a regression: the mean absolute error as a share of the truth.
    case meanAbsolutePercentageError = "mape"
    /// Of a regression: R².
    case determination = "r2"

    /// Whether a larger value is better.
    package var higherIsBetter: Bool {
        switch self {
        case .auc, .f1, .accuracy, .precision, .recall, .determination: true
        case .logLoss, .brier, .meanAbsoluteError, .rootMeanSquaredError, .meanAbsolutePercentageError: false
        }
    }
}
