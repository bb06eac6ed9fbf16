/// The four counts of a binary classifier, and every metric that follows from them.
///
/// A ratio whose denominator is 0 is 0, as with scikit-learn's `zero_division=0`. Counts of disjoint rows may be added.
package struct BinaryConfusion: Sendable, Hashable {
    /// Predicted positive, is positive.
    package private(set) var truePositives = 0

    /// Predicted positive, is negative.
    package private(set) var falsePositives = 0

    /// Predicted negative, is positive.
    package private(set) var falseNegatives = 0

    /// Predicted negative, is negative.
    package private(set) var trueNegatives = 0

    /// No rows yet.
    package init() {}

    /// Counts all rows of two columns.
    ///
    /// - Throws: `UndefinedStatistic` for columns of unequal length.
    package init(predictions: [Bool], labels: [Bool]) throws(UndefinedStatistic) {
        guard predictions.count == labels.count else { throw UndefinedStatistic(.lengthMismatch) }
        for (prediction, label) in zip(predictions, labels) { add(prediction: prediction, label: label) }
    }

    /// Counts one row.
    package mutating func add(prediction: Bool, label: Bool) {
        switch (prediction, label) {
        case (true, true): truePositives += 1
        case (true, false): falsePositives += 1
        case (false, true): falseNegatives += 1
        case (false, false): trueNegatives += 1
        }
    }

    /// All rows.
    package var rows: Int { truePositives + falsePositives + falseNegatives + trueNegatives }

    /// Share of rows predicted rightly.
    package var accuracy: Double { ratio(truePositives + trueNegatives, rows) }

    /// Share of the predicted positives that are positive.
    package var precision: Double { ratio(truePositives, truePositives + falsePositives) }

    /// Share of the positives that were found.
    package var recall: Double { ratio(truePositives, truePositives + falseNegatives) }

    /// Share of the negatives that were found.
    package var specificity: Double { ratio(trueNegatives, trueNegatives + falsePositives) }

    /// Harmonic mean of precision and recall.
    package var f1: Double { fBeta(1) }

    /// Shared part of predicted and real positives.
    package var jaccard: Double { ratio(truePositives, truePositives + falsePositives + falseNegatives) }

    /// Weighted harmonic mean of precision and recall; recall counts `beta` times as much.
    package func fBeta(_ beta: Double) -> Double {
        let square = beta * beta
        let weighted = (1 + square) * Double(truePositives)
        let denominator = weighted + square * Double(falseNegatives) + Double(falsePositives)
        return denominator == 0 ? 0 : weighted / denominator
    }

    /// Matthews' correlation of predictions and labels; 0 when a row or column of the table is empty.
    package var matthewsCorrelation: Double {
        let (tp, fp) = (Double(truePositives), Double(falsePositives))
        let (fn, tn) = (Double(falseNegatives), Double(trueNegatives))
        let denominator = ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)).squareRoot()
        return denominator == 0 ? 0 : (tp * tn - fp * fn) / denominator
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
