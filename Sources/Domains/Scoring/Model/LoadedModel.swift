internal import Execution
package import Inference

/// A model version that is open and has scored its first row.
package final class LoadedModel: Sendable {
    /// Which version it is.
    package let resolved: ResolvedModel
    /// The columns in the order in which the model takes them.
    package let columns: [ModelSignature.Column]

    /// Rows in one call of the model: ONNX Runtime 1.31 takes 1.1 µs a row for 100 boosted trees in calls of 32 rows,
    /// 2.9 µs in calls of 2,048, because it goes through the trees in another order.
    private static let slice = 32

    private let model: ONNXModel

    /// Opens the model's file and scores one row, so that the first real row does not pay for it; blocks.
    ///
    /// - Throws: `InferenceError`, or `ScoringError` with code `modelMismatch`.
    package init(_ resolved: ResolvedModel, runtime: ONNXRuntime) throws {
        let model = try ONNXModel(path: resolved.onnxPath, runtime: runtime)
        let columns = try LoadedModel.order(resolved, model)
        if let expected = model.featureCount, expected != columns.count {
            throw ScoringError(
                .modelMismatch,
                "\(resolved.name) version \(resolved.version) takes \(expected) features, its signature names "
                    + "\(columns.count): log the model with the signature of the data it was trained on"
            )
        }
        self.resolved = resolved
        self.columns = columns
        self.model = model
        let zeros = [Float](repeating: 0, count: columns.count)
        _ = try zeros.withUnsafeBufferPointer {
            try model.scores(rows: $0, rowCount: 1, featureCount: columns.count)
        }
    }

    /// What a score says.
    package var scoreKind: ScoreKind { model.scoreKind }

    /// Scores rows that lie one after the other in the order of ``columns``; replaces the contents of `scores`.
    package func score(
        _ rows: UnsafeBufferPointer<Float>,
        count: Int,
        into scores: inout [Float]
    ) throws(InferenceError) {
        scores.removeAll(keepingCapacity: true)
        let width = columns.count
        precondition(rows.count == count * width, "a matrix has one number a column and row")
        for start in stride(from: 0, to: count, by: LoadedModel.slice) {
            let rowCount = min(LoadedModel.slice, count - start)
            let part = UnsafeBufferPointer(rebasing: rows[start * width..<(start + rowCount) * width])
            try model.score(rows: part, rowCount: rowCount, featureCount: width, into: &scores)
        }
    }

    /// A model with one input a column names its columns; otherwise the signature's order counts.
    private static func order(
        _ resolved: ResolvedModel,
        _ model: ONNXModel
    ) throws(ScoringError) -> [ModelSignature.Column] {
        let columns = resolved.signature.columns
        guard model.inputs.count > 1 else { return columns }
        var ordered: [ModelSignature.Column] = []
        for input in model.inputs {
            guard let column = columns.first(where: { $0.name == input.name }) else {
                throw ScoringError(
                    .modelMismatch,
                    "\(resolved.name) version \(resolved.version) has an input \"\(input.name)\" that its signature lacks"
                )
            }
            ordered.append(column)
        }
        return ordered
    }
}

/// Opens models away from the tasks that ask for them.
package final class ModelLoader: Sendable {
    private let runtime: ONNXRuntime
    private let pool = BlockingPool(name: "model-loader", threads: 1)

    /// Loads models with one runtime.
    package init(runtime: ONNXRuntime) {
        self.runtime = runtime
    }

    /// Opens and warms a model; throws what ``LoadedModel/init(_:runtime:)`` throws.
    package func load(_ model: ResolvedModel) async throws -> LoadedModel {
        let runtime = runtime
        return try await pool.run { try LoadedModel(model, runtime: runtime) }
    }

    /// Scores all rows of a table given by columns, for example a hold-out; other columns are ignored.
    ///
    /// - Throws: `ScoringError` with code `missingColumn` or `rows`, or `InferenceError`.
    package func scores(_ model: LoadedModel, columns: [String: [Double]]) async throws -> [Double] {
        try await pool.run { try ModelEvaluator.scores(model, columns: columns) }
    }
}
