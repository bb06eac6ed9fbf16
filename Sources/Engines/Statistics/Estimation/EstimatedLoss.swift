import Glibc

/// The error of a regression before any label has come, from a model that predicts the loss of each row (NannyML's DLE).
///
/// That model is one more regression, of the losses of a labelled reference on the features: it is trained where models
/// are trained. NannyML takes LightGBM for it, whose trees depend on its version; here any does.
package enum EstimatedLoss: String, Sendable, Hashable, Codable, CaseIterable {
    /// Mean absolute error.
    case meanAbsolute = "mae"
    /// Mean absolute error as a share of the truth.
    case meanAbsolutePercentage = "mape"
    /// Mean squared error.
    case meanSquared = "mse"
    /// Root of the mean squared error.
    case rootMeanSquared = "rmse"
    /// Mean squared error of the logarithms.
    case meanSquaredLogarithmic = "msle"
    /// Root of the mean squared error of the logarithms.
    case rootMeanSquaredLogarithmic = "rmsle"

    /// The loss of one row, before any root.
    package func loss(prediction: Double, truth: Double) -> Double {
        switch self {
        case .meanAbsolute: return abs(truth - prediction)
        case .meanAbsolutePercentage: return abs(truth - prediction) / max(abs(truth), .ulpOfOne)
        case .meanSquared, .rootMeanSquared: return (truth - prediction) * (truth - prediction)
        case .meanSquaredLogarithmic, .rootMeanSquaredLogarithmic:
            let difference = log1p(truth) - log1p(prediction)
            return difference * difference
        }
    }

    /// The metric of rows whose losses are known or predicted; nil for no rows.
    ///
    /// A predicted loss below 0 counts as 0.
    package func metric(of losses: [Double]) -> Double? {
        guard !losses.isEmpty else { return nil }
        var sum = CompensatedSum()
        for loss in losses { sum.add(max(0, loss)) }
        let mean = sum.value / Double(losses.count)
        return isRoot ? mean.squareRoot() : mean
    }

    /// By how much the metric of `rows` rows may be off by chance: one standard error, from the losses of a reference.
    package func samplingError(losses: [Double], rows: Int) -> Double? {
        let column = NumberColumn(losses)
        guard !column.isEmpty, rows > 0 else { return nil }
        let deviation = column.populationDeviation
        return isRoot
            ? (deviation * deviation / (4 * Double(rows) * column.mean)).squareRoot()
            : deviation / Double(rows).squareRoot()
    }

    private var isRoot: Bool { self == .rootMeanSquared || self == .rootMeanSquaredLogarithmic }
}
