/// A small symmetric matrix of doubles, such as a covariance.
package struct SymmetricMatrix: Sendable, Hashable {
    /// Rows, and columns.
    package let order: Int

    private var cells: [Double]

    /// A matrix of zeros.
    package init(order: Int) {
        self.order = max(0, order)
        cells = Array(repeating: 0, count: self.order * self.order)
    }

    /// The covariance of `rows` about their column means, with divisor n - `degreesLost`.
    ///
    /// All rows must be of one length. O(n·k²).
    ///
    /// - Throws: `UndefinedStatistic` for too few rows or rows of unequal length.
    package init(covarianceOf rows: [[Double]], degreesLost: Int = 1) throws(UndefinedStatistic) {
        guard let first = rows.first, rows.count > degreesLost else { throw UndefinedStatistic(.tooFewRows) }
        guard rows.allSatisfy({ $0.count == first.count }) else { throw UndefinedStatistic(.lengthMismatch) }
        self.init(order: first.count)
        let means = Self.means(rows)
        for row in rows {
            for i in 0..<order {
                let left = row[i] - means[i]
                for j in 0...i { cells[i * order + j] += left * (row[j] - means[j]) }
            }
        }
        let divisor = Double(rows.count - degreesLost)
        for i in 0..<order {
            for j in 0...i { self[i, j] = cells[i * order + j] / divisor }
        }
    }

    /// The cell at a row and a column; setting one sets its mirror image.
    package subscript(row: Int, column: Int) -> Double {
        get { cells[row * order + column] }
        set {
            cells[row * order + column] = newValue
            cells[column * order + row] = newValue
        }
    }

    /// The mean of each column of `rows`, by compensated summation.
    package static func means(_ rows: [[Double]]) -> [Double] {
        guard let first = rows.first else { return [] }
        return first.indices.map { column in
            var sum = CompensatedSum()
            for row in rows { sum.add(row[column]) }
            return sum.value / Double(rows.count)
        }
    }

    /// Eigenvalues, greatest first, with the vector of each, by Jacobi's rotations.
    ///
    /// O(order³) for each of some ten sweeps: meant for up to some hundred columns.
    package func eigen() -> (values: [Double], vectors: [[Double]]) {
        var matrix = self
        var vectors = (0..<order).map { row in (0..<order).map { $0 == row ? 1.0 : 0.0 } }
        for _ in 0..<64 {
            var off = 0.0
            for i in 0..<order { for j in 0..<i { off += matrix[i, j] * matrix[i, j] } }
            if off == 0 { break }
            for p in 0..<order { for q in (p + 1)..<max(p + 1, order) { matrix.rotate(p, q, &vectors) } }
        }
        let ranked = (0..<order).sorted { matrix[$0, $0] > matrix[$1, $1] }
        return (ranked.map { matrix[$0, $0] }, ranked.map { column in vectors.map { $0[column] } })
    }

    /// The pseudo-inverse, and the rank: eigenvalues below `cutoff` times the greatest count as zero.
    package func pseudoInverse(cutoff: Double = 1e-15) -> (inverse: SymmetricMatrix, rank: Int) {
        let (values, vectors) = eigen()
        let least = (values.map(abs).max() ?? 0) * cutoff
        var inverse = SymmetricMatrix(order: order)
        var rank = 0
        for (value, vector) in zip(values, vectors) where abs(value) > least {
            rank += 1
            for i in 0..<order { for j in 0...i { inverse[i, j] += vector[i] * vector[j] / value } }
        }
        return (inverse, rank)
    }

    /// `vᵀ M v`.
    package func quadraticForm(_ vector: [Double]) -> Double {
        var sum = CompensatedSum()
        for i in 0..<order { for j in 0..<order { sum.add(vector[i] * self[i, j] * vector[j]) } }
        return sum.value
    }

    /// Turns rows p and q so that their common cell becomes zero.
    private mutating func rotate(_ p: Int, _ q: Int, _ vectors: inout [[Double]]) {
        let shared = self[p, q]
        guard abs(shared) > 1e-300, abs(shared) > 1e-18 * (abs(self[p, p]) + abs(self[q, q])) else {
            return self[p, q] = 0
        }
        let theta = (self[q, q] - self[p, p]) / (2 * shared)
        let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        let (first, second) = (self[p, p], self[q, q])
        for k in 0..<order where k != p && k != q {
            let (left, right) = (self[k, p], self[k, q])
            self[k, p] = cosine * left - sine * right
            self[k, q] = sine * left + cosine * right
        }
        self[p, p] = first - tangent * shared
        self[q, q] = second + tangent * shared
        self[p, q] = 0
        for k in 0..<order {
            let (left, right) = (vectors[k][p], vectors[k][q])
            vectors[k][p] = cosine * left - sine * right
            vectors[k][q] = sine * left + cosine * right
        }
    }
}
