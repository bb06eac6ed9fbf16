/// The quality of a binary classifier before any label has come, from its calibrated probabilities (NannyML's CBPE).
///
/// Right under a change of inputs alone. It is blind to a change of the relation between inputs and label: show it
/// beside the realised quality once labels come.
package struct EstimatedPerformance: Sendable, Hashable {
    /// Expected true positives.
    package let truePositives: Double
    /// Expected false positives.
    package let falsePositives: Double
    /// Expected false negatives.
    package let falseNegatives: Double
    /// Expected true negatives.
    package let trueNegatives: Double
    /// Expected area under the receiver operating characteristic; nil when one class has no weight.
    package let areaUnderCurve: Double?
    /// Expected average precision; nil when the positive class has no weight.
    package let averagePrecision: Double?

    /// Estimates from raw scores, their calibrated probabilities and the predicted classes, row by row.
    ///
    /// Sums are rounded to 5 decimals before the areas are taken, as NannyML does. O(n log n).
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length or values that are not finite.
    package init(scores: [Double], calibrated: [Double], predictions: [Bool]) throws(UndefinedStatistic) {
        guard scores.count == calibrated.count, scores.count == predictions.count else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        guard !scores.isEmpty else { throw UndefinedStatistic(.emptyCurrent) }
        guard scores.allSatisfy(\.isFinite), calibrated.allSatisfy(\.isFinite) else {
            throw UndefinedStatistic(.notFinite)
        }
        var sums = (tp: CompensatedSum(), fp: CompensatedSum(), fn: CompensatedSum(), tn: CompensatedSum())
        for (probability, prediction) in zip(calibrated, predictions) {
            if prediction {
                sums.tp.add(probability)
                sums.fp.add(1 - probability)
            } else {
                sums.fn.add(probability)
                sums.tn.add(1 - probability)
            }
        }
        truePositives = sums.tp.value
        falsePositives = sums.fp.value
        falseNegatives = sums.fn.value
        trueNegatives = sums.tn.value
        let areas = Self.areas(scores, calibrated)
        areaUnderCurve = areas.curve
        averagePrecision = areas.precision
    }

    /// Expected share of rows predicted rightly.
    package var accuracy: Double {
        ratio(truePositives + trueNegatives, truePositives + trueNegatives + falsePositives + falseNegatives)
    }

    /// Expected share of the predicted positives that are positive.
    package var precision: Double { ratio(truePositives, truePositives + falsePositives) }

    /// Expected share of the positives that are found.
    package var recall: Double { ratio(truePositives, truePositives + falseNegatives) }

    /// Expected share of the negatives that are found.
    package var specificity: Double { ratio(trueNegatives, trueNegatives + falsePositives) }

    /// Expected harmonic mean of precision and recall.
    package var f1: Double { ratio(truePositives, truePositives + 0.5 * (falsePositives + falseNegatives)) }

    private func ratio(_ part: Double, _ whole: Double) -> Double { whole == 0 ? 0 : part / whole }

    private static func areas(_ scores: [Double], _ calibrated: [Double]) -> (curve: Double?, precision: Double?) {
        let order = descendingOrder(scores)
        var positives = 0.0
        var points: [(tp: Double, fp: Double)] = []
        points.reserveCapacity(order.count)
        for (rank, index) in order.enumerated() {
            positives += calibrated[index]
            points.append((rounded(positives), rounded(Double(rank + 1) - positives)))
        }
        guard let end = points.last, end.tp > 0 else { return (nil, nil) }
        var area = CompensatedSum()
        var precision = CompensatedSum()
        var previous = (tp: 0.0, fp: 0.0)
        for point in points {
            area.add((point.fp - previous.fp) * (point.tp + previous.tp) / 2)
            precision.add((point.tp - previous.tp) * point.tp / (point.tp + point.fp))
            previous = point
        }
        return (end.fp > 0 ? area.value / (end.tp * end.fp) : nil, precision.value / end.tp)
    }

    private static func rounded(_ value: Double) -> Double {
        (value * 100_000).rounded(.toNearestOrEven) / 100_000
    }
}
