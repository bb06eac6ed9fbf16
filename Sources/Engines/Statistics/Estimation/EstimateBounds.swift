/// How far the quality of a window may lie from its estimate by the chance of the labels alone.
///
/// Labels are drawn from the calibrated probabilities, again and again, and each metric is measured on each draw: the
/// parametric bootstrap. What the calibration itself may be wrong by is not in it. Draws come from a generator that is
/// seeded by the caller: the same rows give the same bounds.
package struct EstimateBounds: Sendable, Hashable {
    /// The middle 95 of 100 draws of the share predicted rightly.
    package let accuracy: ClosedRange<Double>
    /// The same of the share of the predicted positives that are positive.
    package let precision: ClosedRange<Double>
    /// The same of the share of the positives that are found.
    package let recall: ClosedRange<Double>
    /// The same of the harmonic mean of precision and recall.
    package let f1: ClosedRange<Double>
    /// The same of the area under the curve; nil where every draw has one class only.
    package let areaUnderCurve: ClosedRange<Double>?

    /// Draws labels `draws` times.
    ///
    /// O(n log n + draws · n).
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length or values that are not finite.
    package init(
        scores: [Double],
        calibrated: [Double],
        predictions: [Bool],
        draws: Int = 200,
        seed: UInt64
    ) throws(UndefinedStatistic) {
        guard scores.count == calibrated.count, scores.count == predictions.count else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        guard !scores.isEmpty, draws > 0 else { throw UndefinedStatistic(.emptyCurrent) }
        guard scores.allSatisfy(\.isFinite), calibrated.allSatisfy(\.isFinite) else {
            throw UndefinedStatistic(.notFinite)
        }
        let order = descendingOrder(scores)
        let rows = order.map { Row(probability: calibrated[$0], isPredicted: predictions[$0]) }
        var generator = Generator(state: seed)
        let outcomes = (0..<draws).map { _ in Outcome(drawing: rows, with: &generator) }
        accuracy = Self.middle(outcomes.map(\.confusion.accuracy))
        precision = Self.middle(outcomes.map(\.confusion.precision))
        recall = Self.middle(outcomes.map(\.confusion.recall))
        f1 = Self.middle(outcomes.map(\.confusion.f1))
        let areas = outcomes.compactMap(\.area)
        areaUnderCurve = areas.isEmpty ? nil : Self.middle(areas)
    }

    private struct Row {
        let probability: Double
        let isPredicted: Bool
    }

    /// The metrics of one draw.
    private struct Outcome {
        var confusion = BinaryConfusion()
        var area: Double?

        init(drawing rows: [Row], with generator: inout Generator) {
            var positives = 0.0
            var negatives = 0.0
            var below = 0.0
            for row in rows {
                let label = generator.uniform() < row.probability
                confusion.add(prediction: row.isPredicted, label: label)
                if label {
                    positives += 1
                } else {
                    negatives += 1
                    below += positives
                }
            }
            if positives > 0, negatives > 0 { area = below / (positives * negatives) }
        }
    }

    private static func middle(_ values: [Double]) -> ClosedRange<Double> {
        let sorted = values.sorted()
        let cut = Int((Double(sorted.count) * 0.025).rounded(.down))
        return sorted[cut]...sorted[sorted.count - 1 - cut]
    }

    /// SplitMix64.
    private struct Generator {
        var state: UInt64

        mutating func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
        }
    }
}
