/// How often the event came in each range of predicted probability.
///
/// Equal to scikit-learn's `calibration_curve`.
package struct CalibrationCurve: Sendable, Hashable {
    /// A range that has rows.
    package struct Bin: Sendable, Hashable {
        /// Its rows.
        package let rows: Int
        /// The mean probability that was predicted.
        package let meanPredicted: Double
        /// The share of rows in which the event came.
        package let fractionPositive: Double
    }

    /// The ranges with rows, ascending.
    package let bins: [Bin]

    /// Bins of equal width; a probability on a border belongs to the lower bin.
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length, or a probability outside 0…1.
    package init(probabilities: [Double], labels: [Bool], count: Int = 10) throws(UndefinedStatistic) {
        guard probabilities.count == labels.count else { throw UndefinedStatistic(.lengthMismatch) }
        guard !probabilities.isEmpty else { throw UndefinedStatistic(.emptyCurrent) }
        guard count >= 1, probabilities.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
            throw UndefinedStatistic(.outOfRange)
        }
        let borders = (1..<max(2, count)).map { Double($0) / Double(count) }
        var sums = [(rows: Int, predicted: CompensatedSum, positives: Int)](
            repeating: (0, CompensatedSum(), 0),
            count: count
        )
        for (probability, label) in zip(probabilities, labels) {
            let bin = count == 1 ? 0 : borders.firstIndex { $0 >= probability } ?? count - 1
            sums[bin].rows += 1
            sums[bin].predicted.add(probability)
            if label { sums[bin].positives += 1 }
        }
        bins = sums.filter { $0.rows > 0 }.map {
            Bin(
                rows: $0.rows,
                meanPredicted: $0.predicted.value / Double($0.rows),
                fractionPositive: Double($0.positives) / Double($0.rows)
            )
        }
    }

    /// Expected calibration error: the mean gap of prediction and outcome, by rows.
    package var expectedError: Double {
        let rows = bins.reduce(0) { $0 + $1.rows }
        return bins.reduce(0) { $0 + Double($1.rows) / Double(rows) * abs($1.meanPredicted - $1.fractionPositive) }
    }
}
