/// A quality metric of a binary classifier.
package enum QualityMetric: String, Sendable, Hashable, CaseIterable {
    case auc
    case f1
    case accuracy
    case precision
    case recall
    case logLoss = "log_loss"
    case brier

    /// Whether a larger value is better.
    package var higherIsBetter: Bool {
        self != .logLoss && self != .brier
    }
}
