import Glibc

/// Losses of predicted probabilities of the positive class.
package enum ProbabilityLoss {
    /// Mean negative log-likelihood in nats, probabilities clipped to `[ε, 1 - ε]` with ε = 2⁻⁵² as scikit-learn does.
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length or a value outside 0…1.
    package static func logarithmic(probabilities: [Double], labels: [Bool]) throws(UndefinedStatistic) -> Double {
        try mean(probabilities, labels) { probability, label in
            let clipped = min(max(probability, .ulpOfOne), 1 - .ulpOfOne)
            return -log(label ? clipped : 1 - clipped)
        }
    }

    /// Brier score: mean squared difference of probability and label.
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length or a value outside 0…1.
    package static func brier(probabilities: [Double], labels: [Bool]) throws(UndefinedStatistic) -> Double {
        try mean(probabilities, labels) { probability, label in
            let difference = probability - (label ? 1 : 0)
            return difference * difference
        }
    }

    private static func mean(
        _ probabilities: [Double],
        _ labels: [Bool],
        _ loss: (Double, Bool) -> Double
    ) throws(UndefinedStatistic) -> Double {
        guard probabilities.count == labels.count else { throw UndefinedStatistic(.lengthMismatch) }
        guard !probabilities.isEmpty else { throw UndefinedStatistic(.emptyCurrent) }
        var sum = CompensatedSum()
        for (probability, label) in zip(probabilities, labels) {
            guard probability.isFinite else { throw UndefinedStatistic(.notFinite) }
            guard probability >= 0, probability <= 1 else { throw UndefinedStatistic(.outOfRange) }
            sum.add(loss(probability, label))
        }
        return sum.value / Double(probabilities.count)
    }
}
