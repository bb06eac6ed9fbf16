/// A rising map from scores to probabilities, fitted by pooling adjacent violators.
///
/// Equal to scikit-learn's `IsotonicRegression(increasing=True, out_of_bounds="clip")`: equal scores are averaged
/// first, between the knots the map is linear, outside them it is flat.
package struct IsotonicCalibration: Sendable, Hashable, Codable {
    /// The scores at which the map is given, ascending.
    package let scores: [Double]

    /// The probability at each of them, ascending.
    package let probabilities: [Double]

    /// Fits the map to labelled scores.
    ///
    /// O(n log n).
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length or scores that are not finite.
    package init(scores: [Double], labels: [Bool]) throws(UndefinedStatistic) {
        guard scores.count == labels.count else { throw UndefinedStatistic(.lengthMismatch) }
        guard !scores.isEmpty else { throw UndefinedStatistic(.emptyReference) }
        guard scores.allSatisfy(\.isFinite) else { throw UndefinedStatistic(.notFinite) }
        self.init(scores: scores, labels: labels, order: ascendingOrder(scores))
    }

    /// Fits the map to the rows of `order`, in which finite scores ascend; there is at least one.
    init(scores: [Double], labels: [Bool], order: some Sequence<Int>) {
        var blocks: [Block] = []
        var first = -Double.infinity
        for index in order {
            let label: Double = labels[index] ? 1 : 0
            if scores[index] - first < Self.resolution {
                blocks[blocks.count - 1].sum += label
                blocks[blocks.count - 1].weight += 1
            } else {
                Self.pool(&blocks)
                first = scores[index]
                blocks.append(Block(first: first, last: first, sum: label, weight: 1))
            }
        }
        Self.pool(&blocks)
        var knots: [(Double, Double)] = []
        for block in blocks {
            knots.append((block.first, block.mean))
            if block.last > block.first { knots.append((block.last, block.mean)) }
        }
        self.scores = knots.map(\.0)
        self.probabilities = knots.map(\.1)
    }

    /// Scores that lie less than this apart are equal, as with scikit-learn.
    private static let resolution = 1e-15

    /// The map that was fitted before; nil unless both columns are of one length, not empty, and ascending.
    package init?(knots scores: [Double], probabilities: [Double]) {
        guard !scores.isEmpty, scores.count == probabilities.count,
            zip(scores, scores.dropFirst()).allSatisfy({ $0 < $1 }),
            zip(probabilities, probabilities.dropFirst()).allSatisfy({ $0 <= $1 })
        else { return nil }
        self.scores = scores
        self.probabilities = probabilities
    }

    /// The probability for a score.
    package func probability(of score: Double) -> Double {
        guard let first = scores.first, let last = scores.last, score > first else { return probabilities.first ?? 0 }
        guard score < last else { return probabilities[probabilities.count - 1] }
        var low = 0
        var high = scores.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if scores[middle] <= score {
                low = middle
            } else {
                high = middle
            }
        }
        let slope = (probabilities[high] - probabilities[low]) / (scores[high] - scores[low])
        return probabilities[low] + slope * (score - scores[low])
    }

    /// A stretch of scores that share one probability.
    private struct Block {
        let first: Double
        var last: Double
        var sum: Double
        var weight: Double
        var mean: Double { sum / weight }
    }

    /// Merges the newest block into those before it while the means do not rise.
    private static func pool(_ blocks: inout [Block]) {
        while blocks.count > 1, blocks[blocks.count - 2].mean >= blocks[blocks.count - 1].mean {
            let last = blocks.removeLast()
            blocks[blocks.count - 1].last = last.last
            blocks[blocks.count - 1].sum += last.sum
            blocks[blocks.count - 1].weight += last.weight
        }
    }
}
