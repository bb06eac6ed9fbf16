/// The receiver operating characteristic of a binary score.
package enum ReceiverOperatingCharacteristic {
    /// The area under the curve: the chance that a positive scores above a negative, a tie counting half.
    ///
    /// Equal to `sklearn.metrics.roc_auc_score`. O(n log n).
    ///
    /// - Throws: `UndefinedStatistic` for one class only, a score that is not finite, or columns of unequal length.
    package static func areaUnderCurve(scores: [Double], labels: [Bool]) throws(UndefinedStatistic) -> Double {
        guard scores.count == labels.count else { throw UndefinedStatistic(.lengthMismatch) }
        guard scores.allSatisfy(\.isFinite) else { throw UndefinedStatistic(.notFinite) }
        var positives: [Double] = []
        var negatives: [Double] = []
        for (score, label) in zip(scores, labels) {
            if label { positives.append(score) } else { negatives.append(score) }
        }
        guard !positives.isEmpty, !negatives.isEmpty else { throw UndefinedStatistic(.singleClass) }
        let (sortedPositives, sortedNegatives) = (SortedSample(positives), SortedSample(negatives))
        var doubledWins = 0
        var before = (0, 0)
        mergePass(sortedPositives.values, sortedNegatives.values) { _, positivesBelow, negativesBelow in
            let here = positivesBelow - before.0
            doubledWins += here * (before.1 + negativesBelow)
            before = (positivesBelow, negativesBelow)
        }
        return Double(doubledWins) / (2 * Double(positives.count) * Double(negatives.count))
    }
}
