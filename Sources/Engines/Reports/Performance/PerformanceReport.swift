package import Statistics

/// How good a model is, beside a reference if there is one, the greatest decline first.
package struct PerformanceReport: Sendable {
    /// The metrics of one class against all others.
    package struct Label: Sendable, Hashable {
        /// The class.
        package let label: String
        /// Share of the rows predicted as it that are of it.
        package let precision: Double
        /// Share of its rows that were predicted as it.
        package let recall: Double
        /// Harmonic mean of both.
        package let f1: Double
        /// Its rows.
        package let support: Double
        /// The area under the curve of a binary classifier, which is the same for both classes; nil for others.
        package let areaUnderCurve: Double?
    }

    /// The data that is compared with; nil for none.
    package let reference: DatasetLabel?
    /// The data that is judged.
    package let current: DatasetLabel
    /// What the model does.
    package let task: String
    /// Rows with prediction and truth.
    package let rows: Int
    /// Rows that lack one of both.
    package let unlabelled: Int
    /// The metrics.
    package let metrics: [PerformanceMetric]
    /// The classes of a classifier.
    package let labels: [Label]
    /// The classes and how often each was predicted as each; nil for a regression.
    package let confusion: (classes: [String], matrix: ConfusionMatrix)?

    /// Computes the metrics of both sides.
    ///
    /// - Parameters:
    ///   - reference: the rows to compare with; nil for none.
    ///   - current: the rows that are judged.
    ///   - threshold: the probability from which a binary classifier says yes.
    ///   - compatibility: whether percentage errors are Evidently's.
    /// - Throws: `ReportError` where there is no row with prediction and truth, or the sides do different tasks.
    package init(
        reference: (label: DatasetLabel, sample: PerformanceSample)?,
        current: (label: DatasetLabel, sample: PerformanceSample),
        threshold: Double = 0.5,
        compatibility: Compatibility = .none
    ) throws(ReportError) {
        guard current.sample.rows > 0 else {
            throw ReportError(.emptyDataset, "\(current.label.name) has no row with both a prediction and the truth")
        }
        if let reference, reference.sample.task != current.sample.task {
            throw ReportError(
                .invalidTarget,
                "\(reference.label.name) is a \(reference.sample.task) and \(current.label.name) a "
                    + "\(current.sample.task): name columns that hold the same"
            )
        }
        let settings = Settings(threshold: threshold, compatibility: compatibility)
        var found = Self.metrics(current.sample, settings)
        if let reference, reference.sample.rows > 0 {
            let before = Self.metrics(reference.sample, settings)
            for index in found.indices {
                found[index].reference = before.first { $0.name == found[index].name }?.current
            }
        }
        let matrix = Self.matrix(current.sample, threshold)
        self.reference = reference?.label
        self.current = current.label
        task = current.sample.task
        rows = current.sample.rows
        unlabelled = max(0, current.label.rows - current.sample.rows)
        metrics = found
        confusion = matrix
        let area = found.first { $0.name == "RocAuc" }?.current
        labels = matrix.map { Self.labels($0.classes, $0.matrix, area) } ?? []
    }

    private struct Settings {
        let threshold: Double
        let compatibility: Compatibility
    }

    private static func metrics(_ sample: PerformanceSample, _ settings: Settings) -> [PerformanceMetric] {
        switch sample {
        case .binary(let scores, let labels):
            guard let matrix = matrix(sample, settings.threshold)?.matrix else { return [] }
            let negativeRate = matrix.recall(.label(0))
            let area = try? ReceiverOperatingCharacteristic.areaUnderCurve(scores: scores, labels: labels)
            let loss = try? ProbabilityLoss.logarithmic(probabilities: scores, labels: labels)
            return classification(matrix, .label(1)) + [
                PerformanceMetric("RocAuc", area),
                PerformanceMetric("LogLoss", loss, higher: false),
                PerformanceMetric(
                    "Brier",
                    try? ProbabilityLoss.brier(probabilities: scores, labels: labels),
                    higher: false
                ),
                PerformanceMetric("TPR", matrix.recall(.label(1))),
                PerformanceMetric("TNR", negativeRate),
                PerformanceMetric("FPR", matrix.support(0) > 0 ? 1 - negativeRate : 0, higher: false),
                PerformanceMetric("FNR", matrix.support(1) > 0 ? 1 - matrix.recall(.label(1)) : 0, higher: false),
            ]
        case .classes(_, let matrix): return classification(matrix, .macro)
        case .numbers(let predictions, let labels):
            guard let quality = try? RegressionQuality(labels: labels, predictions: predictions) else { return [] }
            return regression(quality, settings.compatibility)
        }
    }

    private static func classification(
        _ matrix: ConfusionMatrix,
        _ average: ConfusionMatrix.Average
    ) -> [PerformanceMetric] {
        [
            PerformanceMetric("Accuracy", matrix.accuracy), PerformanceMetric("Precision", matrix.precision(average)),
            PerformanceMetric("Recall", matrix.recall(average)), PerformanceMetric("F1Score", matrix.f1(average)),
            PerformanceMetric("BalancedAccuracy", matrix.balancedAccuracy),
            PerformanceMetric("MCC", matrix.matthewsCorrelation),
        ]
    }

    private static func regression(
        _ quality: RegressionQuality,
        _ compatibility: Compatibility
    ) -> [PerformanceMetric] {
        let isEvidently = compatibility == .evidently
        let percentage = isEvidently ? quality.evidentlyPercentageError : 100 * quality.meanAbsolutePercentageError
        // Evidently tells the mean in percent and the deviation as a share.
        let percentageDeviation =
            isEvidently
            ? quality.evidentlyPercentageDeviation : quality.absolutePercentageDeviation.map { 100 * $0 }
        return [
            PerformanceMetric(
                "MeanError",
                quality.meanError,
                deviation: .init(value: quality.errorDeviation),
                higher: nil
            ),
            PerformanceMetric(
                "MAE",
                quality.meanAbsoluteError,
                deviation: .init(value: quality.absoluteErrorDeviation),
                higher: false
            ),
            PerformanceMetric("RMSE", quality.rootMeanSquaredError, higher: false),
            PerformanceMetric("MAPE", percentage, deviation: .init(value: percentageDeviation), higher: false),
            PerformanceMetric("R2Score", quality.rows > 1 ? quality.determination : nil),
            PerformanceMetric("AbsMaxError", quality.maximumError, higher: false),
            PerformanceMetric("MedianAbsoluteError", quality.medianAbsoluteError, higher: false),
        ]
    }

    private static func matrix(
        _ sample: PerformanceSample,
        _ threshold: Double
    ) -> (classes: [String], matrix: ConfusionMatrix)? {
        switch sample {
        case .binary(let scores, let labels):
            var matrix = ConfusionMatrix(classes: 2)
            for (score, label) in zip(scores, labels) {
                matrix.add(label: label ? 1 : 0, prediction: score >= threshold ? 1 : 0)
            }
            return (["0", "1"], matrix)
        case .classes(let classes, let matrix): return (classes, matrix)
        case .numbers: return nil
        }
    }

    private static func labels(
        _ classes: [String],
        _ matrix: ConfusionMatrix,
        _ area: Double?
    ) -> [Label] {
        classes.enumerated().map { index, label in
            Label(
                label: label,
                precision: matrix.precision(.label(index)),
                recall: matrix.recall(.label(index)),
                f1: matrix.f1(.label(index)),
                support: matrix.support(index),
                areaUnderCurve: area
            )
        }
    }
}
