/// Scores tables that are in memory: how a gate compares a challenger with the champion on the same rows.
package enum ModelEvaluator {
    private static let step = 4_096

    /// The score of each row of a table given by columns; other columns are ignored.
    ///
    /// Blocks while it computes. A value that is not a number is a missing value.
    ///
    /// - Throws: `ScoringError` with code `missingColumn` or `rows`, or `InferenceError`.
    package static func scores(_ model: LoadedModel, columns: [String: [Double]]) throws -> [Double] {
        let features = try model.columns.map { column in
            guard let values = columns[column.name] else {
                throw ScoringError(
                    .missingColumn,
                    "the table has no column \"\(column.name)\", which \(model.resolved.name) version "
                        + "\(model.resolved.version) needs"
                )
            }
            return values
        }
        let count = features.first?.count ?? 0
        guard features.allSatisfy({ $0.count == count }) else {
            throw ScoringError(.rows, "the table's columns are not of one length")
        }
        var result: [Double] = []
        result.reserveCapacity(count)
        var rows: [Float] = []
        var scores: [Float] = []
        for start in stride(from: 0, to: count, by: step) {
            let range = start..<min(start + step, count)
            rows.removeAll(keepingCapacity: true)
            for row in range {
                for feature in features { rows.append(Float(feature[row])) }
            }
            try rows.withUnsafeBufferPointer { try model.score($0, count: range.count, into: &scores) }
            result.append(contentsOf: scores.lazy.map(Double.init))
        }
        return result
    }
}
