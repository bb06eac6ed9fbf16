internal import Statistics

/// Predictions beside their labels, and the quality that follows.
struct JudgedRows {
    private var probabilities: [Double] = []
    private var labels: [Bool] = []
    private var confusion = BinaryConfusion()

    /// Adds one row.
    mutating func add(_ verdict: HeldRow.Verdict, _ label: Bool) {
        probabilities.append(verdict.probability)
        labels.append(label)
        confusion.add(prediction: verdict.predicted, label: label)
    }

    /// Every metric that these rows define, and why the others are missing.
    func quality(of role: String) -> RoleQuality {
        var quality = RoleQuality(role: role, rows: labels.count, values: [:], undefined: [:])
        guard !labels.isEmpty else {
            for metric in QualityMetric.allCases { quality.undefined[metric] = "no row has both prediction and label" }
            return quality
        }
        for metric in QualityMetric.allCases {
            do {
                quality.values[metric] = try value(of: metric)
            } catch {
                quality.undefined[metric] = error.description
            }
        }
        return quality
    }

    private func value(of metric: QualityMetric) throws(UndefinedStatistic) -> Double {
        switch metric {
        case .auc: try ReceiverOperatingCharacteristic.areaUnderCurve(scores: probabilities, labels: labels)
        case .f1: confusion.f1
        case .accuracy: confusion.accuracy
        case .precision: confusion.precision
        case .recall: confusion.recall
        case .logLoss: try ProbabilityLoss.logarithmic(probabilities: probabilities, labels: labels)
        case .brier: try ProbabilityLoss.brier(probabilities: probabilities, labels: labels)
        }
    }
}
