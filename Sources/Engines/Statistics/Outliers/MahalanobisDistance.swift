/// The distance of a row from the middle of all rows, in units of their spread in its direction.
package struct MahalanobisDistance: Sendable, Hashable {
    private let means: [Double]
    private let inverse: SymmetricMatrix

    /// Learns middle and spread (divisor n - 1) of `rows`.
    ///
    /// - Throws: `UndefinedStatistic` for fewer than two rows, rows of unequal length, a value that is not finite, or
    ///   columns of which one follows from the others.
    package init(rows: [[Double]]) throws(UndefinedStatistic) {
        guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw UndefinedStatistic(.notFinite) }
        let (inverse, rank) = try SymmetricMatrix(covarianceOf: rows).pseudoInverse(cutoff: 1e-13)
        guard rank == inverse.order else { throw UndefinedStatistic(.singular) }
        means = SymmetricMatrix.means(rows)
        self.inverse = inverse
    }

    /// The distance of a row.
    ///
    /// - Throws: `UndefinedStatistic` for a row of another length, or with a value that is not finite.
    package func distance(_ row: [Double]) throws(UndefinedStatistic) -> Double {
        guard row.count == means.count else { throw UndefinedStatistic(.lengthMismatch) }
        guard row.allSatisfy(\.isFinite) else { throw UndefinedStatistic(.notFinite) }
        return max(0, inverse.quadraticForm(zip(row, means).map { $0 - $1 })).squareRoot()
    }
}

/// How far a row is from the plane of the greatest principal components of all rows.
package struct ReconstructionError: Sendable, Hashable {
    private let means: [Double]
    private let axes: [[Double]]

    /// Learns the plane of `components` axes from `rows`.
    ///
    /// - Throws: `UndefinedStatistic` for fewer than two rows, rows of unequal length, a value that is not finite, or
    ///   more axes than columns.
    package init(rows: [[Double]], components: Int) throws(UndefinedStatistic) {
        guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw UndefinedStatistic(.notFinite) }
        let (_, vectors) = try SymmetricMatrix(covarianceOf: rows).eigen()
        guard components >= 1, components <= vectors.count else { throw UndefinedStatistic(.outOfRange) }
        means = SymmetricMatrix.means(rows)
        axes = Array(vectors.prefix(components))
    }

    /// The distance of a row from the plane.
    ///
    /// - Throws: `UndefinedStatistic` for a row of another length, or with a value that is not finite.
    package func distance(_ row: [Double]) throws(UndefinedStatistic) -> Double {
        guard row.count == means.count else { throw UndefinedStatistic(.lengthMismatch) }
        guard row.allSatisfy(\.isFinite) else { throw UndefinedStatistic(.notFinite) }
        var rest = zip(row, means).map { $0 - $1 }
        for axis in axes {
            let along = zip(rest, axis).reduce(0) { $0 + $1.0 * $1.1 }
            for index in rest.indices { rest[index] -= along * axis[index] }
        }
        return rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}
