/// The quality of a classifier of several classes before any label has come (NannyML's CBPE), each class against the rest.
package struct EstimatedClasses: Sendable, Hashable {
    /// Expected share of rows predicted rightly.
    package let accuracy: Double
    /// What is expected of each class against the rest, in order.
    package let classes: [EstimatedPerformance]

    /// Estimates from raw scores and calibrated probabilities, by class, and the predicted classes.
    ///
    /// - Parameters:
    ///   - scores: by class, one score a row.
    ///   - calibrated: the same, calibrated.
    ///   - predictions: the predicted class of each row, as its position.
    /// - Throws: `UndefinedStatistic` for no rows, a class that is not there, columns of unequal length or values that are
    ///   not finite.
    package init(scores: [[Double]], calibrated: [[Double]], predictions: [Int]) throws(UndefinedStatistic) {
        guard scores.count == calibrated.count, calibrated.allSatisfy({ $0.count == predictions.count }),
            predictions.allSatisfy(scores.indices.contains)
        else { throw UndefinedStatistic(.lengthMismatch) }
        guard !predictions.isEmpty else { throw UndefinedStatistic(.emptyCurrent) }
        var classes: [EstimatedPerformance] = []
        for index in scores.indices {
            classes.append(
                try EstimatedPerformance(
                    scores: scores[index],
                    calibrated: calibrated[index],
                    predictions: predictions.map { $0 == index }
                )
            )
        }
        self.classes = classes
        var right = CompensatedSum()
        for (row, prediction) in predictions.enumerated() { right.add(calibrated[prediction][row]) }
        accuracy = right.value / Double(predictions.count)
    }

    /// Expected precision, the mean over classes.
    package var precision: Double { mean(\.precision) }
    /// Expected recall, the mean over classes.
    package var recall: Double { mean(\.recall) }
    /// Expected specificity, the mean over classes.
    package var specificity: Double { mean(\.specificity) }
    /// Expected harmonic mean of precision and recall, the mean over classes.
    package var f1: Double { mean(\.f1) }

    /// Expected area under the curve of a class against the rest, the mean over classes; nil where a class has no weight.
    package var areaUnderCurve: Double? {
        let areas = classes.compactMap(\.areaUnderCurve)
        return areas.count == classes.count ? areas.reduce(0, +) / Double(areas.count) : nil
    }

    private func mean(_ metric: (EstimatedPerformance) -> Double) -> Double {
        classes.reduce(0) { $0 + metric($1) } / Double(classes.count)
    }
}
