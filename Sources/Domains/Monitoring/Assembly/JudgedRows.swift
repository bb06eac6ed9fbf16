internal import Statistics

/// Predictions beside their labels, and the quality that follows.
struct JudgedRows {
    private let task: MonitorTask
    private var rows = 0
    // Of a binary classifier
    private var probabilities: [Double] = []
    private var flags: [Bool] = []
    private var confusion = BinaryConfusion()
    // Of a classifier of several classes
    private var classes: [String: Int] = [:]
    private var pairs: [(label: Int, prediction: Int)] = []
    // Of a regression
    private var numbers: (labels: [Double], predictions: [Double]) = ([], [])

    /// No rows yet.
    init(_ task: MonitorTask) {
        self.task = task
    }

    /// Adds one row; what is not of the task is passed by.
    mutating func add(_ verdict: HeldRow.Verdict, _ label: ModelAnswer) {
        switch (verdict.predicted, label) {
        case (.flag(let prediction), .flag(let label)):
            probabilities.append(verdict.probability)
            flags.append(label)
            confusion.add(prediction: prediction, label: label)
        case (.category(let prediction), .category(let label)):
            pairs.append((position(label), position(prediction)))
        case (.number(let prediction), .number(let label)):
            numbers.labels.append(label)
            numbers.predictions.append(prediction)
        default: return
        }
        rows += 1
    }

    private mutating func position(_ name: String) -> Int {
        if let known = classes[name] { return known }
        classes[name] = classes.count
        return classes.count - 1
    }

    /// Every metric that these rows define, and why the others are missing.
    func quality(of role: String) -> RoleQuality {
        var quality = RoleQuality(role: role, rows: rows, values: [:], undefined: [:])
        guard rows > 0 else {
            for metric in task.metrics { quality.undefined[metric] = "no row has both prediction and label" }
            return quality
        }
        do {
            switch task {
            case .binary:
                for metric in task.metrics { take(metric, into: &quality) }
            case .multiclass: quality.values = ofClasses()
            case .regression: quality.values = try ofNumbers()
            }
        } catch {
            for metric in task.metrics { quality.undefined[metric] = error.description }
        }
        return quality
    }

    private func take(_ metric: QualityMetric, into quality: inout RoleQuality) {
        do throws(UndefinedStatistic) {
            quality.values[metric] = try value(of: metric)
        } catch {
            quality.undefined[metric] = error.description
        }
    }

    private func value(of metric: QualityMetric) throws(UndefinedStatistic) -> Double? {
        switch metric {
        case .auc: try ReceiverOperatingCharacteristic.areaUnderCurve(scores: probabilities, labels: flags)
        case .f1: confusion.f1
        case .accuracy: confusion.accuracy
        case .precision: confusion.precision
        case .recall: confusion.recall
        case .logLoss: try ProbabilityLoss.logarithmic(probabilities: probabilities, labels: flags)
        case .brier: try ProbabilityLoss.brier(probabilities: probabilities, labels: flags)
        case .meanAbsoluteError, .rootMeanSquaredError, .meanAbsolutePercentageError, .determination: nil
        }
    }

    /// Means over the classes that were said or true, as scikit-learn's `macro`.
    private func ofClasses() -> [QualityMetric: Double] {
        var matrix = ConfusionMatrix(classes: classes.count)
        for pair in pairs { matrix.add(label: pair.label, prediction: pair.prediction) }
        return [
            .accuracy: matrix.accuracy, .f1: matrix.f1(.macro), .precision: matrix.precision(.macro),
            .recall: matrix.recall(.macro),
        ]
    }

    private func ofNumbers() throws(UndefinedStatistic) -> [QualityMetric: Double] {
        let quality = try RegressionQuality(labels: numbers.labels, predictions: numbers.predictions)
        return [
            .meanAbsoluteError: quality.meanAbsoluteError, .rootMeanSquaredError: quality.rootMeanSquaredError,
            .meanAbsolutePercentageError: quality.meanAbsolutePercentageError, .determination: quality.determination,
        ]
    }
}
