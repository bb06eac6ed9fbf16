import Glibc

/// How far predicted numbers are from the true ones.
///
/// Equal to scikit-learn 1.9, with weights.
package struct RegressionQuality: Sendable {
    private let labels: [Double]
    private let predictions: [Double]
    private let weights: [Double]?
    private let total: Double

    /// Takes two columns of finite numbers.
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length, or a number that is not finite.
    package init(labels: [Double], predictions: [Double], weights: [Double]? = nil) throws(UndefinedStatistic) {
        guard labels.count == predictions.count, weights.map({ $0.count == labels.count }) ?? true else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        guard !labels.isEmpty else { throw UndefinedStatistic(.emptyCurrent) }
        guard labels.allSatisfy(\.isFinite), predictions.allSatisfy(\.isFinite),
            weights?.allSatisfy({ $0.isFinite && $0 >= 0 }) ?? true
        else { throw UndefinedStatistic(.notFinite) }
        total = weights?.reduce(0, +) ?? Double(labels.count)
        guard total > 0 else { throw UndefinedStatistic(.tooFewRows) }
        self.labels = labels
        self.predictions = predictions
        self.weights = weights
    }

    /// Rows.
    package var rows: Int { labels.count }

    /// Mean absolute error.
    package var meanAbsoluteError: Double { mean { abs($0 - $1) } }

    /// Mean squared error.
    package var meanSquaredError: Double { mean { ($0 - $1) * ($0 - $1) } }

    /// Root of the mean squared error.
    package var rootMeanSquaredError: Double { meanSquaredError.squareRoot() }

    /// Mean absolute error as a share of the true value, which counts as at least 2⁻⁵².
    package var meanAbsolutePercentageError: Double { mean { abs($0 - $1) / max(abs($0), .ulpOfOne) } }

    /// Evidently's percentage error: a row whose true value is 0 counts as one whole, and a negative true value as 2⁻⁵²,
    /// since it keeps its sign.
    ///
    /// In percent. Weights are left out.
    package var evidentlyPercentageError: Double { 100 * NumberColumn(evidentlyShares).mean }

    private var evidentlyShares: [Double] {
        zip(labels, predictions).map { abs($0) > .ulpOfOne ? abs($0 - $1) / max($0, .ulpOfOne) : 1 }
    }

    /// Mean of the absolute errors over the mean size of both values, in percent; rows of two zeros count as 0.
    package var symmetricPercentageError: Double {
        100 * mean { $0 == 0 && $1 == 0 ? 0 : 2 * abs($0 - $1) / (abs($0) + abs($1)) }
    }

    /// Summed absolute errors over summed absolute true values.
    ///
    /// - Throws: `UndefinedStatistic` where all true values are 0.
    package func weightedPercentageError() throws(UndefinedStatistic) -> Double {
        let size = mean { label, _ in abs(label) }
        guard size > 0 else { throw UndefinedStatistic(.zeroVariance) }
        return meanAbsoluteError / size
    }

    /// Median of the absolute errors.
    package var medianAbsoluteError: Double {
        weightedMedian(zip(labels, predictions).map { abs($0 - $1) })
    }

    /// The greatest absolute error.
    package var maximumError: Double { zip(labels, predictions).reduce(0) { max($0, abs($1.0 - $1.1)) } }

    /// Mean of prediction less true value.
    package var meanError: Double { mean { $1 - $0 } }

    /// Standard deviation of prediction less true value, with denominator n - 1; nil for one row.
    ///
    /// Weights are left out.
    package var errorDeviation: Double? { Self.deviation(zip(labels, predictions).map { $1 - $0 }) }

    /// Standard deviation of the absolute errors, with denominator n - 1; nil for one row.
    ///
    /// Weights are left out.
    package var absoluteErrorDeviation: Double? { Self.deviation(zip(labels, predictions).map { abs($1 - $0) }) }

    /// Standard deviation of the absolute errors as shares of the true values, with denominator n - 1; nil for one row.
    ///
    /// Weights are left out.
    package var absolutePercentageDeviation: Double? {
        Self.deviation(zip(labels, predictions).map { abs($0 - $1) / max(abs($0), .ulpOfOne) })
    }

    /// The same of the rows of ``evidentlyPercentageError``.
    package var evidentlyPercentageDeviation: Double? { Self.deviation(evidentlyShares) }

    /// Share of the variance that is explained: 1 - errors² / deviations²; of a constant 1 where perfect, else 0.
    package var determination: Double {
        let middle = mean { label, _ in label }
        let spread = mean { label, _ in (label - middle) * (label - middle) }
        return share(meanSquaredError, of: spread)
    }

    /// Like ``determination`` without what a constant error explains.
    package var explainedVariance: Double {
        let (middle, error) = (mean { label, _ in label }, mean { $0 - $1 })
        let spread = mean { label, _ in (label - middle) * (label - middle) }
        return share(mean { ($0 - $1 - error) * ($0 - $1 - error) }, of: spread)
    }

    /// Share of the absolute deviations from the median that is explained.
    package var explainedAbsoluteDeviation: Double {
        let middle = weightedMedian(labels, isAveraged: weights == nil)
        return share(meanAbsoluteError, of: mean { label, _ in abs(label - middle) })
    }

    /// Mean squared difference of `log(1 + x)`.
    ///
    /// - Throws: `UndefinedStatistic` `out_of_range` for numbers up to -1.
    package func meanSquaredLogError() throws(UndefinedStatistic) -> Double {
        guard labels.allSatisfy({ $0 > -1 }), predictions.allSatisfy({ $0 > -1 }) else {
            throw UndefinedStatistic(.outOfRange)
        }
        return mean { (log1p($0) - log1p($1)) * (log1p($0) - log1p($1)) }
    }

    /// Loss of the quantile `fraction`: an error below costs `fraction`, one above the rest.
    package func pinballLoss(_ fraction: Double) -> Double {
        mean { $0 >= $1 ? fraction * ($0 - $1) : (1 - fraction) * ($1 - $0) }
    }

    /// Mean Poisson deviance.
    ///
    /// - Throws: `UndefinedStatistic` `out_of_range` for negative true values or predictions that are not positive.
    package func poissonDeviance() throws(UndefinedStatistic) -> Double {
        guard labels.allSatisfy({ $0 >= 0 }), predictions.allSatisfy({ $0 > 0 }) else {
            throw UndefinedStatistic(.outOfRange)
        }
        return mean { 2 * (($0 > 0 ? $0 * log($0 / $1) : 0) - $0 + $1) }
    }

    /// Mean Gamma deviance.
    ///
    /// - Throws: `UndefinedStatistic` `out_of_range` for numbers that are not positive.
    package func gammaDeviance() throws(UndefinedStatistic) -> Double {
        guard labels.allSatisfy({ $0 > 0 }), predictions.allSatisfy({ $0 > 0 }) else {
            throw UndefinedStatistic(.outOfRange)
        }
        return mean { 2 * (log($1 / $0) + $0 / $1 - 1) }
    }

    private func mean(_ term: (Double, Double) -> Double) -> Double {
        var sum = CompensatedSum()
        for row in labels.indices { sum.add((weights?[row] ?? 1) * term(labels[row], predictions[row])) }
        return sum.value / total
    }

    private func share(_ rest: Double, of whole: Double) -> Double {
        guard whole > 0 else { return rest == 0 ? 1 : 0 }
        return 1 - rest / whole
    }

    private static func deviation(_ values: [Double]) -> Double? { NumberColumn(values).sampleDeviation }

    /// The value at half of the weight; where half falls between two values, their mean if `isAveraged`.
    private func weightedMedian(_ values: [Double], isAveraged: Bool = true) -> Double {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var below = 0.0
        for (place, row) in order.enumerated() {
            below += weights?[row] ?? 1
            if below > total / 2 { return values[row] }
            if below == total / 2 {
                guard isAveraged, place + 1 < order.count else { return values[row] }
                return (values[row] + values[order[place + 1]]) / 2
            }
        }
        return values[order[order.count - 1]]
    }
}
