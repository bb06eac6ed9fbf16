import Glibc

/// Probabilities of several classes against the true ones.
///
/// Equal to scikit-learn 1.9.
package struct MulticlassScores: Sendable {
    private let probabilities: [[Double]]
    private let labels: [Int]
    private let classes: Int

    /// Takes one row of probabilities a row, and the true classes, numbered from 0.
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length, a class that cannot be, or a probability
    ///   outside 0…1.
    package init(probabilities: [[Double]], labels: [Int]) throws(UndefinedStatistic) {
        guard let first = probabilities.first else { throw UndefinedStatistic(.emptyCurrent) }
        guard probabilities.count == labels.count, probabilities.allSatisfy({ $0.count == first.count }) else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        guard probabilities.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw UndefinedStatistic(.notFinite) }
        guard labels.allSatisfy({ first.indices.contains($0) }),
            probabilities.allSatisfy({ $0.allSatisfy { $0 >= 0 && $0 <= 1 } })
        else { throw UndefinedStatistic(.outOfRange) }
        self.probabilities = probabilities
        self.labels = labels
        classes = first.count
    }

    /// The area of one class against all others.
    ///
    /// - Throws: `UndefinedStatistic` where all rows or none are of the class.
    package func areaUnderCurve(of label: Int) throws(UndefinedStatistic) -> Double {
        try ReceiverOperatingCharacteristic.areaUnderCurve(
            scores: probabilities.map { $0[label] },
            labels: labels.map { $0 == label }
        )
    }

    /// The average precision of one class against all others.
    ///
    /// - Throws: `UndefinedStatistic` where no row is of the class.
    package func averagePrecision(of label: Int) throws(UndefinedStatistic) -> Double {
        try RankedScores(scores: probabilities.map { $0[label] }, labels: labels.map { $0 == label })
            .averagePrecision()
    }

    /// The mean area of each class against all others; weighted by the rows of the class where `isWeighted`.
    ///
    /// - Throws: `UndefinedStatistic` where a class has no row.
    package func areaOneAgainstRest(isWeighted: Bool = false) throws(UndefinedStatistic) -> Double {
        var (sum, weights) = (0.0, 0.0)
        for label in 0..<classes {
            let weight = isWeighted ? Double(labels.count { $0 == label }) : 1
            sum += weight * (try areaUnderCurve(of: label))
            weights += weight
        }
        return sum / weights
    }

    /// The mean area of each pair of classes (Hand and Till 2001); weighted by the rows of the pair where `isWeighted`.
    ///
    /// - Throws: `UndefinedStatistic` where a class has no row.
    package func areaOneAgainstOne(isWeighted: Bool = false) throws(UndefinedStatistic) -> Double {
        var (sum, weights) = (0.0, 0.0)
        for first in 0..<classes {
            for second in (first + 1)..<max(first + 1, classes) {
                let rows = labels.indices.filter { labels[$0] == first || labels[$0] == second }
                let weight = isWeighted ? Double(rows.count) : 1
                let areas = (try area(rows, positive: first), try area(rows, positive: second))
                sum += weight * (areas.0 + areas.1) / 2
                weights += weight
            }
        }
        guard weights > 0 else { throw UndefinedStatistic(.singleClass) }
        return sum / weights
    }

    private func area(_ rows: [Int], positive: Int) throws(UndefinedStatistic) -> Double {
        try ReceiverOperatingCharacteristic.areaUnderCurve(
            scores: rows.map { probabilities[$0][positive] },
            labels: rows.map { labels[$0] == positive }
        )
    }

    /// Mean negative log-likelihood in nats, clipped as ``ProbabilityLoss/logarithmic(probabilities:labels:)`` does.
    package var logarithmicLoss: Double {
        var sum = CompensatedSum()
        for (row, label) in zip(probabilities, labels) {
            sum.add(-log(min(max(row[label], .ulpOfOne), 1 - .ulpOfOne)))
        }
        return sum.value / Double(labels.count)
    }

    /// Brier score: mean of the summed squared differences over all classes, 0…2.
    package var brierScore: Double {
        var sum = CompensatedSum()
        for (row, label) in zip(probabilities, labels) {
            for (index, probability) in row.enumerated() {
                let difference = probability - (index == label ? 1 : 0)
                sum.add(difference * difference)
            }
        }
        return sum.value / Double(labels.count)
    }

    /// Share of rows whose class is among the `k` most probable; of equal ones the later class counts as more probable.
    package func topAccuracy(_ k: Int) -> Double {
        let hits = zip(probabilities, labels).count { row, label in
            let better = row.indices.count { row[$0] > row[label] || (row[$0] == row[label] && $0 > label) }
            return better < k
        }
        return Double(hits) / Double(labels.count)
    }
}
