/// Calibrated probabilities of several classes: one rising map a class against the rest where it is needed, then
/// made to add up to 1.
package struct MulticlassCalibration: Sendable, Hashable {
    private let maps: [NeededCalibration]

    /// Fits one map a class to labelled scores.
    ///
    /// - Parameters:
    ///   - scores: by class, one score a row.
    ///   - labels: the class of each row, as its position in `scores`.
    /// - Throws: `UndefinedStatistic` for no rows or classes, columns of unequal length or scores that are not finite.
    package init(scores: [[Double]], labels: [Int]) throws(UndefinedStatistic) {
        guard !scores.isEmpty else { throw UndefinedStatistic(.emptyReference) }
        var maps: [NeededCalibration] = []
        for (index, column) in scores.enumerated() {
            maps.append(try NeededCalibration(scores: column, labels: labels.map { $0 == index }))
        }
        self.maps = maps
    }

    /// The probabilities of rows, by class; equal ones where no class has any.
    ///
    /// - Parameter scores: by class, one score a row.
    /// - Returns: by class, one probability a row.
    /// - Throws: `UndefinedStatistic` for another number of classes, or columns of unequal length.
    package func probabilities(of scores: [[Double]]) throws(UndefinedStatistic) -> [[Double]] {
        guard scores.count == maps.count, Set(scores.map(\.count)).count == 1 else {
            throw UndefinedStatistic(.lengthMismatch)
        }
        var columns = zip(maps, scores).map { map, column in column.map { map.probability(of: $0) } }
        for row in columns[0].indices {
            let total = columns.reduce(0) { $0 + $1[row] }
            for index in columns.indices {
                columns[index][row] = total > 0 ? columns[index][row] / total : 1 / Double(columns.count)
            }
        }
        return columns
    }
}
