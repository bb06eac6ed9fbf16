/// How often each class was predicted as each, with weights, and every metric that follows.
///
/// Equal to scikit-learn's metrics with `zero_division=0`. Matrices of disjoint rows may be added.
package struct ConfusionMatrix: Sendable, Hashable {
    /// How the values of the classes become one.
    package enum Average: Sendable, Hashable {
        /// From the sums over all classes.
        case micro
        /// The mean of the classes.
        case macro
        /// The mean of the classes, weighted by their rows.
        case weighted
        /// The value of one class, which is the positive one of a binary classifier.
        case label(Int)
    }

    /// The number of classes.
    package let classes: Int

    /// Weight of rows by true class, then predicted class.
    private var cells: [Double]

    /// An empty matrix of `classes` classes.
    package init(classes: Int) {
        self.classes = max(0, classes)
        cells = Array(repeating: 0, count: self.classes * self.classes)
    }

    /// Counts all rows; classes are numbered from 0.
    ///
    /// - Throws: `UndefinedStatistic` for columns of unequal length, or a class or weight that cannot be.
    package init(
        labels: [Int],
        predictions: [Int],
        classes: Int,
        weights: [Double]? = nil
    ) throws(UndefinedStatistic) {
        guard labels.count == predictions.count, weights.map({ $0.count == labels.count }) ?? true else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        self.init(classes: classes)
        for row in labels.indices {
            guard (0..<classes).contains(labels[row]), (0..<classes).contains(predictions[row]) else {
                throw UndefinedStatistic(.outOfRange)
            }
            let weight = weights?[row] ?? 1
            guard weight.isFinite, weight >= 0 else { throw UndefinedStatistic(.notFinite) }
            add(label: labels[row], prediction: predictions[row], weight: weight)
        }
    }

    /// Counts rows of one true and one predicted class, both of which the matrix must have.
    package mutating func add(label: Int, prediction: Int, weight: Double = 1) {
        cells[label * classes + prediction] += weight
    }

    /// The weight of rows of a true and a predicted class.
    package subscript(label: Int, prediction: Int) -> Double { cells[label * classes + prediction] }

    /// The weight of all rows.
    package var total: Double { cells.reduce(0, +) }

    /// The weight of the rows of a class.
    package func support(_ label: Int) -> Double { (0..<classes).reduce(0) { $0 + self[label, $1] } }

    /// The weight of the rows predicted as a class.
    package func predicted(_ label: Int) -> Double { (0..<classes).reduce(0) { $0 + self[$1, label] } }

    private var correct: Double { (0..<classes).reduce(0) { $0 + self[$1, $1] } }

    /// Share of rows predicted rightly.
    package var accuracy: Double { ratio(correct, total) }

    /// The mean recall of the classes that have rows.
    package var balancedAccuracy: Double {
        let present = (0..<classes).filter { support($0) > 0 }
        return ratio(present.reduce(0) { $0 + self[$1, $1] / support($1) }, Double(present.count))
    }

    /// Share of the rows predicted as a class that are of it.
    package func precision(_ average: Average) -> Double {
        score(average) { hits, wrong, _ in ratio(hits, hits + wrong) }
    }

    /// Share of the rows of a class that were predicted as it.
    package func recall(_ average: Average) -> Double {
        score(average) { hits, _, missed in ratio(hits, hits + missed) }
    }

    /// Harmonic mean of precision and recall.
    package func f1(_ average: Average) -> Double { fBeta(1, average) }

    /// Weighted harmonic mean of precision and recall; recall counts `beta` times as much.
    package func fBeta(_ beta: Double, _ average: Average) -> Double {
        let square = beta * beta
        return score(average) { ratio((1 + square) * $0, (1 + square) * $0 + square * $2 + $1) }
    }

    /// Shared part of predicted and real rows of a class.
    package func jaccard(_ average: Average) -> Double { score(average) { ratio($0, $0 + $1 + $2) } }

    /// Matthews' correlation (Gorodkin's R_K for many classes); 0 when one side has one class only.
    package var matthewsCorrelation: Double {
        let (n, products) = (total, marginals { $0 * $1 })
        let spread =
            (n * n - marginals { _, predicted in predicted * predicted })
            * (n * n - marginals { support, _ in support * support })
        return spread > 0 ? (correct * n - products) / spread.squareRoot() : 0
    }

    /// Cohen's κ: agreement beyond what chance brings; 0 when chance explains everything.
    package var cohenKappa: Double {
        let chance = marginals { $0 * $1 } / max(total * total, .leastNormalMagnitude)
        return chance < 1 ? (accuracy - chance) / (1 - chance) : 0
    }

    private func marginals(_ term: (Double, Double) -> Double) -> Double {
        (0..<classes).reduce(0) { $0 + term(support($1), predicted($1)) }
    }

    /// Applies `metric` to true positives, false positives and false negatives.
    private func score(_ average: Average, _ metric: (Double, Double, Double) -> Double) -> Double {
        func of(_ label: Int) -> Double {
            let hits = self[label, label]
            return metric(hits, predicted(label) - hits, support(label) - hits)
        }
        switch average {
        case .label(let label): return (0..<classes).contains(label) ? of(label) : 0
        case .macro: return ratio((0..<classes).reduce(0) { $0 + of($1) }, Double(classes))
        case .weighted: return ratio((0..<classes).reduce(0) { $0 + of($1) * support($1) }, total)
        case .micro: return metric(correct, total - correct, total - correct)
        }
    }

    private func ratio(_ part: Double, _ whole: Double) -> Double { whole == 0 ? 0 : part / whole }
}
