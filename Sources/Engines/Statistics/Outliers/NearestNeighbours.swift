/// Which rows of a small table are far from their neighbours.
///
/// All pairs are compared: O(n²·k) time and O(n·neighbours) memory, so the rows are bounded.
package struct NearestNeighbours: Sendable {
    /// The most rows.
    package static let maximumRows = 20_000

    /// The distances of each row to its nearest others, ascending.
    package let distances: [[Double]]

    private let neighbours: [[Int]]

    /// Finds the `count` nearest others of each row by Euclidean distance.
    ///
    /// - Throws: `UndefinedStatistic` for too few or too many rows, rows of unequal length, or a value that is not
    ///   finite.
    package init(rows: [[Double]], count: Int) throws(UndefinedStatistic) {
        guard count >= 1, rows.count > count else { throw UndefinedStatistic(.tooFewRows) }
        guard rows.count <= Self.maximumRows else { throw UndefinedStatistic(.outOfRange) }
        guard rows.allSatisfy({ $0.count == rows[0].count }) else { throw UndefinedStatistic(.lengthMismatch) }
        guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw UndefinedStatistic(.notFinite) }
        var distances: [[Double]] = []
        var neighbours: [[Int]] = []
        for row in rows.indices {
            var nearest: [(distance: Double, row: Int)] = []
            for other in rows.indices where other != row {
                let distance = Self.squaredDistance(rows[row], rows[other])
                // Of equal ones the first stays, as in a sort by distance and place.
                if nearest.count == count, distance >= nearest[count - 1].distance { continue }
                if nearest.count == count { nearest.removeLast() }
                let place = nearest.lastIndex { $0.distance <= distance }.map { $0 + 1 } ?? 0
                nearest.insert((distance, other), at: place)
            }
            neighbours.append(nearest.map(\.row))
            distances.append(nearest.map { $0.distance.squareRoot() })
        }
        self.distances = distances
        self.neighbours = neighbours
    }

    /// The distance of each row to the farthest of its neighbours.
    package var farthest: [Double] { distances.map { $0.last ?? 0 } }

    /// The mean distance of each row to its neighbours.
    package var meanDistances: [Double] { distances.map { $0.reduce(0, +) / Double($0.count) } }

    /// Local outlier factors (Breunig 2000): how much thinner the data is around a row than around its neighbours.
    ///
    /// About 1 inside a cluster; above 1.5 a row is an outlier by scikit-learn's rule. Equal to the negated
    /// `negative_outlier_factor_` of `LocalOutlierFactor`.
    package var localOutlierFactors: [Double] {
        let densities = neighbours.indices.map { row in
            let reach = zip(neighbours[row], distances[row]).map { max($1, farthest(of: $0)) }
            return 1 / (reach.reduce(0, +) / Double(reach.count) + 1e-10)
        }
        return neighbours.indices.map { row in
            let around = neighbours[row].reduce(0) { $0 + densities[$1] } / Double(neighbours[row].count)
            return around / densities[row]
        }
    }

    private func farthest(of row: Int) -> Double { distances[row].last ?? 0 }

    private static func squaredDistance(_ first: [Double], _ second: [Double]) -> Double {
        var sum = 0.0
        for index in first.indices { sum += (first[index] - second[index]) * (first[index] - second[index]) }
        return sum
    }
}
