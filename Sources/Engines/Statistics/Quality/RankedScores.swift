/// Binary scores in order, and what follows from the order alone; with weights.
///
/// Equal to scikit-learn's `roc_auc_score`, `average_precision_score`, `roc_curve` and `auc` of its precision-recall
/// curve. Equal scores are one step.
package struct RankedScores: Sendable, Hashable {
    /// One distinct score, and the weight of positives and negatives at or above it.
    package struct Step: Sendable, Hashable {
        /// The score.
        package let threshold: Double
        /// Positives at or above it.
        package let truePositives: Double
        /// Negatives at or above it.
        package let falsePositives: Double
    }

    /// The steps, the highest score first.
    package let steps: [Step]

    /// Ranks scores: O(n) for long columns.
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length, or a score or weight that is not finite.
    package init(scores: [Double], labels: [Bool], weights: [Double]? = nil) throws(UndefinedStatistic) {
        guard scores.count == labels.count, weights.map({ $0.count == scores.count }) ?? true else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        guard !scores.isEmpty else { throw UndefinedStatistic(.emptyCurrent) }
        guard scores.allSatisfy(\.isFinite), weights?.allSatisfy({ $0.isFinite && $0 >= 0 }) ?? true else {
            throw UndefinedStatistic(.notFinite)
        }
        var steps: [Step] = []
        var (positives, negatives) = (0.0, 0.0)
        let order = descendingOrder(scores)
        for (place, row) in order.enumerated() {
            let weight = weights?[row] ?? 1
            if labels[row] { positives += weight } else { negatives += weight }
            let isLast = place + 1 == order.count || scores[order[place + 1]] != scores[row]
            guard isLast else { continue }
            steps.append(Step(threshold: scores[row], truePositives: positives, falsePositives: negatives))
        }
        self.steps = steps
    }

    private var positives: Double { steps.last?.truePositives ?? 0 }
    private var negatives: Double { steps.last?.falsePositives ?? 0 }

    /// The area under the receiver operating characteristic.
    ///
    /// - Throws: `UndefinedStatistic` for one class only.
    package func areaUnderCurve() throws(UndefinedStatistic) -> Double {
        guard positives > 0, negatives > 0 else { throw UndefinedStatistic(.singleClass) }
        var area = CompensatedSum()
        var before = (0.0, 0.0)
        for step in steps {
            area.add((step.falsePositives - before.1) * (step.truePositives + before.0) / 2)
            before = (step.truePositives, step.falsePositives)
        }
        return area.value / (positives * negatives)
    }

    /// Average precision: the sum of precisions, each weighted by the rise of recall (a step function, no trapezoids).
    ///
    /// - Throws: `UndefinedStatistic` without positives.
    package func averagePrecision() throws(UndefinedStatistic) -> Double {
        guard positives > 0 else { throw UndefinedStatistic(.singleClass) }
        var sum = CompensatedSum()
        var before = 0.0
        for step in steps {
            sum.add((step.truePositives - before) * precision(step))
            before = step.truePositives
        }
        return sum.value / positives
    }

    /// The area under the precision-recall curve by trapezoids, which is too kind where steps are wide.
    ///
    /// - Throws: `UndefinedStatistic` without positives.
    package func precisionRecallArea() throws(UndefinedStatistic) -> Double {
        guard positives > 0 else { throw UndefinedStatistic(.singleClass) }
        var sum = CompensatedSum()
        var before = (recall: 0.0, precision: 1.0)
        for step in steps {
            let here = (recall: step.truePositives / positives, precision: precision(step))
            sum.add((here.recall - before.recall) * (here.precision + before.precision) / 2)
            before = here
        }
        return sum.value
    }

    /// The greatest distance of the score distributions of both classes.
    ///
    /// - Throws: `UndefinedStatistic` for one class only.
    package func greatestSeparation() throws(UndefinedStatistic) -> Double {
        guard positives > 0, negatives > 0 else { throw UndefinedStatistic(.singleClass) }
        return steps.reduce(0) { max($0, $1.truePositives / positives - $1.falsePositives / negatives) }
    }

    private func precision(_ step: Step) -> Double {
        let predicted = step.truePositives + step.falsePositives
        return predicted > 0 ? step.truePositives / predicted : 0
    }
}
