internal import Statistics

/// Quality of one model on the hold-out rows; a metric that is not defined has no value, as AUC with one class only.
package struct ModelNumbers: Sendable, Hashable {
    /// The values by metric.
    package var values: [GateMetric: Double]

    /// The numbers as they are known.
    package init(values: [GateMetric: Double] = [:]) {
        self.values = values
    }

    /// The value of a metric; nil where it is not defined.
    package subscript(_ metric: GateMetric) -> Double? { values[metric] }

    /// Every metric of the task that these rows define; equal to scikit-learn's.
    package init(_ task: GateTask, predictions: [Double], labels: [Double]) {
        values = [:]
        for metric in task.metrics {
            values[metric] = try? metric.value(task, predictions: predictions, labels: labels)
        }
    }
}

extension GateMetric {
    /// The value over rows: predictions are probabilities of class 1, classes or numbers, as the task has them.
    ///
    /// - Throws: `UndefinedStatistic` where these rows do not define it, or the task does not have it.
    func value(_ task: GateTask, predictions: [Double], labels: [Double]) throws(UndefinedStatistic) -> Double {
        guard predictions.count == labels.count else { throw UndefinedStatistic(.lengthMismatch) }
        guard !labels.isEmpty else { throw UndefinedStatistic(.emptyCurrent) }
        guard predictions.allSatisfy(\.isFinite), labels.allSatisfy(\.isFinite) else {
            throw UndefinedStatistic(.notFinite)
        }
        let value: Double =
            switch task {
            case .binary: try ofProbabilities(predictions, labels.map { $0 >= 0.5 })
            case .multiclass: try ofClasses(predictions, labels)
            case .regression: try ofNumbers(predictions, labels)
            }
        guard value.isFinite else { throw UndefinedStatistic(.notFinite) }
        return value
    }

    private func ofProbabilities(_ probabilities: [Double], _ labels: [Bool]) throws(UndefinedStatistic) -> Double {
        switch self {
        case .auc: return try ReceiverOperatingCharacteristic.areaUnderCurve(scores: probabilities, labels: labels)
        case .logLoss: return try ProbabilityLoss.logarithmic(probabilities: probabilities, labels: labels)
        case .brier: return try ProbabilityLoss.brier(probabilities: probabilities, labels: labels)
        default: break
        }
        let confusion = try BinaryConfusion(predictions: probabilities.map { $0 >= 0.5 }, labels: labels)
        switch self {
        case .f1: return confusion.f1
        case .accuracy: return confusion.accuracy
        case .precision: return confusion.precision
        case .recall: return confusion.recall
        default: throw UndefinedStatistic(.needsNumbers)
        }
    }

    /// Means over the classes that were said or true, as scikit-learn's `macro`.
    private func ofClasses(_ predictions: [Double], _ labels: [Double]) throws(UndefinedStatistic) -> Double {
        let names = Set(predictions).union(labels).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let confusion = try ConfusionMatrix(
            labels: labels.compactMap { numbers[$0] },
            predictions: predictions.compactMap { numbers[$0] },
            classes: names.count
        )
        switch self {
        case .f1: return confusion.f1(.macro)
        case .accuracy: return confusion.accuracy
        case .precision: return confusion.precision(.macro)
        case .recall: return confusion.recall(.macro)
        default: throw UndefinedStatistic(.needsNumbers)
        }
    }

    private func ofNumbers(_ predictions: [Double], _ labels: [Double]) throws(UndefinedStatistic) -> Double {
        let quality = try RegressionQuality(labels: labels, predictions: predictions)
        switch self {
        case .meanAbsoluteError: return quality.meanAbsoluteError
        case .rootMeanSquaredError: return quality.rootMeanSquaredError
        case .meanAbsolutePercentageError: return quality.meanAbsolutePercentageError
        case .determination: return quality.determination
        default: throw UndefinedStatistic(.mixedKinds)
        }
    }
}
