/// What the number that a model gives for a row says.
package enum ScoreKind: Sendable, Hashable {
    /// The probability of class 1 of two.
    case probability
    /// The value of a regression.
    case value
    /// The class, of more than two: a whole number.
    case category
}

/// How rows go into a model and how one number a row comes out of it, found once when the model is opened.
struct ScoreLayout: Sendable {
    enum Input: Sendable {
        /// One float tensor `[rows, features]`; nil features where the model leaves the width open.
        case matrix(features: Int?)
        /// One float tensor `[rows, 1]` for each feature, in order.
        case columns(Int)
    }

    enum Output: Sendable {
        /// A float tensor `[rows, 2]`: the second column is the probability of class 1.
        case probabilities
        /// A float tensor `[rows, 1]` or `[rows]`: the value itself.
        case value
        /// One map a row from class to probability; the last of its two classes counts.
        case maps
        /// A whole number a row, `[rows]`: the class, of more than two.
        case classes
    }

    let input: Input
    let output: Output
    let outputName: String

    init(inputs: [ModelValue], outputs: [ModelValue]) throws(InferenceError) {
        input = try ScoreLayout.findInput(inputs)
        (output, outputName) = try ScoreLayout.findOutput(outputs)
    }

    private static func findInput(_ inputs: [ModelValue]) throws(InferenceError) -> Input {
        for input in inputs {
            guard case .tensor(.float, _) = input.kind else {
                throw unsupported(
                    "its input \"\(input.name)\" is not a tensor of 32-bit floats; export it with FloatTensorType"
                )
            }
        }
        if inputs.count == 1, case .tensor(_, let shape)? = inputs.first?.kind, shape.count == 2 {
            return .matrix(features: shape[1] > 0 ? Int(shape[1]) : nil)
        }
        let areColumns = inputs.allSatisfy { input in
            guard case .tensor(_, let shape) = input.kind else { return false }
            return shape.count == 2 && shape[1] == 1
        }
        if inputs.count > 1 && areColumns { return .columns(inputs.count) }
        throw unsupported("its inputs are neither one tensor of rows nor one column a feature")
    }

    private static func findOutput(_ outputs: [ModelValue]) throws(InferenceError) -> (Output, String) {
        for output in outputs {
            if case .tensor(.float, let shape) = output.kind, shape.count == 2, shape[1] == 2 {
                return (.probabilities, output.name)
            }
        }
        if let maps = outputs.first(where: { $0.kind == .sequence }) { return (.maps, maps.name) }
        let floats = outputs.filter { output in
            guard case .tensor(.float, let shape) = output.kind else { return false }
            return shape.count == 1 || shape.count == 2 && shape[1] < 2
        }
        if let value = floats.first, floats.count == 1 { return (.value, value.name) }
        if let classes = try findClasses(outputs) { return (.classes, classes) }
        let names = outputs.map { "\"\($0.name)\"" }.joined(separator: ", ")
        throw unsupported(
            "none of its outputs (\(names)) gives two class probabilities or one value a row as 32-bit floats, or the "
                + "class of more than two as a whole number"
        )
    }

    /// The output that names the class of a row, where another gives the probabilities of several.
    private static func findClasses(_ outputs: [ModelValue]) throws(InferenceError) -> String? {
        let hasProbabilities = outputs.contains { output in
            guard case .tensor(.float, let shape) = output.kind else { return false }
            return shape.count == 2 && shape[1] > 2
        }
        guard hasProbabilities else { return nil }
        for output in outputs {
            guard case .tensor(let type, let shape) = output.kind, shape.count == 1 else { continue }
            if type == .int64 { return output.name }
            if type == .string {
                throw unsupported("its classes are texts: number them, and train on the whole numbers")
            }
        }
        return nil
    }

    private static func unsupported(_ reason: String) -> InferenceError {
        InferenceError(.unsupportedModel, "the model cannot be scored: \(reason)")
    }
}
