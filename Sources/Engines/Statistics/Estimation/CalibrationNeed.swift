/// Whether scores come nearer to the truth by isotonic calibration, as NannyML 0.13 decides it.
///
/// Ten times a tenth of the rows is held out, each class with its share, and calibrated by the rest; calibration is needed
/// where it lowers the expected calibration error of all that was held out. The rows are drawn as scikit-learn's
/// `StratifiedShuffleSplit(random_state=42)` does. Equal scores keep their order where NannyML leaves it to numpy's sort, so
/// where both errors are all but equal the two may decide differently.
enum CalibrationNeed {
    private static let splits = 10
    private static let bins = 10
    private static let seed: UInt32 = 42
    /// An area under the curve beyond which scores tell the classes apart well enough.
    private static let separated = 0.999

    /// Decides for labelled scores that are finite; too few rows to hold some out are calibrated.
    ///
    /// O(n log n).
    static func isNeeded(scores: [Double], labels: [Bool]) -> Bool {
        let classes = [false, true].map { label in labels.indices.filter { labels[$0] == label } }
        guard classes.allSatisfy({ !$0.isEmpty }) else { return false }
        let area = try? ReceiverOperatingCharacteristic.areaUnderCurve(scores: scores, labels: labels)
        guard let area, area <= separated else { return false }
        let held = Int((0.1 * Double(scores.count)).rounded(.up))
        guard classes.allSatisfy({ $0.count > 1 }), held > 1, splits * held >= 4 else { return true }
        let outcomes = heldOut(scores, labels, classes, held)
        return error(outcomes.raw, outcomes.labels) > error(outcomes.calibrated, outcomes.labels)
    }

    private struct Outcomes {
        var raw: [Double] = []
        var calibrated: [Double] = []
        var labels: [Bool] = []
    }

    private static func heldOut(_ scores: [Double], _ labels: [Bool], _ classes: [[Int]], _ held: Int) -> Outcomes {
        var generator = MersenneTwister(legacyNumpySeed: seed)
        // Everything stands in the order of the scores, so that each fit is one walk.
        let order = ascendingOrder(scores)
        let (sorted, truths) = (order.map { scores[$0] }, order.map { labels[$0] })
        var ranks = [Int](repeating: 0, count: order.count)
        for (rank, row) in order.enumerated() { ranks[row] = rank }
        let ranked = classes.map { $0.map { ranks[$0] } }
        let counts = classes.map(\.count)
        var found = Outcomes()
        for _ in 0..<splits {
            let train = shares(of: counts, drawing: scores.count - held, with: &generator)
            let test = shares(of: zip(counts, train).map { $0 - $1 }, drawing: held, with: &generator)
            var isTrained = [Bool](repeating: false, count: scores.count)
            var tested: [Int] = []
            for (label, rows) in ranked.enumerated() {
                let drawn = generator.permutation(rows.count)
                for place in drawn.prefix(train[label]) { isTrained[rows[place]] = true }
                tested += drawn.dropFirst(train[label]).prefix(test[label]).map { rows[$0] }
            }
            generator.skipShuffle(scores.count - held)
            let shuffled = generator.permutation(held).map { tested[$0] }
            let map = IsotonicCalibration(
                scores: sorted,
                labels: truths,
                order: sorted.indices.lazy.filter { isTrained[$0] }
            )
            found.raw += shuffled.map { sorted[$0] }
            found.calibrated += shuffled.map { map.probability(of: sorted[$0]) }
            found.labels += shuffled.map { truths[$0] }
        }
        return found
    }

    /// How many rows of each class are drawn: shares of `total`, what is left over by the greatest remainder.
    private static func shares(
        of counts: [Int],
        drawing total: Int,
        with generator: inout MersenneTwister
    ) -> [Int] {
        let all = Double(counts.reduce(0, +))
        let exact = counts.map { Double($0) / all * Double(total) }
        var drawn = exact.map { Int($0) }
        var left = total - drawn.reduce(0, +)
        let remainders = zip(exact, drawn).map { $0 - Double($1) }
        for value in Set(remainders).sorted(by: >) where left > 0 {
            let classes = remainders.indices.filter { remainders[$0] == value }
            for place in generator.permutation(classes.count).prefix(left) {
                drawn[classes[place]] += 1
                left -= 1
            }
        }
        return drawn
    }

    /// The expected calibration error over bins of equally many rows.
    private static func error(_ probabilities: [Double], _ labels: [Bool]) -> Double {
        let order = ascendingOrder(probabilities)
        let bins = order.count <= 2 * Self.bins ? order.count / 2 : Self.bins
        let width = order.count / bins
        // The remainder is in the last bin: numpy's range ends in an edge that is moved to the end.
        let edges = stride(from: 0, through: order.count, by: width).dropLast() + [order.count]
        var error = 0.0
        for (start, end) in zip(edges, edges.dropFirst()) where end > start {
            var sums = (said: 0.0, true: 0.0)
            for row in order[start..<end] {
                sums.said += probabilities[row]
                sums.true += labels[row] ? 1 : 0
            }
            error += abs(sums.said - sums.true) / Double(order.count)
        }
        return error
    }
}

/// The map that makes probabilities of scores where that helps, else none.
package struct NeededCalibration: Sendable, Hashable {
    private let map: IsotonicCalibration?

    /// Fits the map to labelled scores if NannyML would.
    ///
    /// - Throws: `UndefinedStatistic` for no rows, columns of unequal length or scores that are not finite.
    package init(scores: [Double], labels: [Bool]) throws(UndefinedStatistic) {
        let map = try IsotonicCalibration(scores: scores, labels: labels)
        self.map = CalibrationNeed.isNeeded(scores: scores, labels: labels) ? map : nil
    }

    /// Whether scores are changed at all.
    package var changesScores: Bool { map != nil }

    /// The probability for a score.
    package func probability(of score: Double) -> Double { map?.probability(of: score) ?? score }
}
