internal import COnnxRuntime

/// Copies one number a row out of what a model gave.
struct OutputReader {
    private let runtime: ONNXRuntime

    init(_ runtime: ONNXRuntime) {
        self.runtime = runtime
    }

    /// The last of `width` columns of a float tensor.
    func readTensor(
        _ value: OpaquePointer,
        _ rowCount: Int,
        width: Int,
        into scores: inout [Float]
    ) throws(InferenceError) {
        let cells = try floats(value)
        guard cells.count == rowCount * width else {
            throw InferenceError(.failed, "the model gave \(cells.count) numbers for \(rowCount) rows of \(width)")
        }
        for row in 0..<rowCount { scores.append(cells[row * width + width - 1]) }
    }

    /// The value of the last of two classes in each map of a sequence.
    func readMaps(_ sequence: OpaquePointer, _ rowCount: Int, into scores: inout [Float]) throws(InferenceError) {
        var count = 0
        try check(ort_value_count(runtime.functions, sequence, &count), runtime.functions)
        guard count == rowCount else {
            throw InferenceError(.failed, "the model gave \(count) results for \(rowCount) rows")
        }
        for row in 0..<rowCount {
            let map = try element(sequence, row)
            defer { ort_release_value(runtime.functions, map) }
            // A map is a pair of tensors: 0 holds the keys in order, 1 the values.
            let values = try element(map, 1)
            defer { ort_release_value(runtime.functions, values) }
            let probabilities = try floats(values)
            guard probabilities.count == 2 else {
                throw InferenceError(
                    .unsupportedModel,
                    "the model tells \(probabilities.count) classes apart; two are scored here"
                )
            }
            scores.append(probabilities[1])
        }
    }

    /// The classes of a tensor of whole numbers; each must be one that a 32-bit float holds exactly.
    func readClasses(_ value: OpaquePointer, _ rowCount: Int, into scores: inout [Float]) throws(InferenceError) {
        let classes = try cells(value, of: .int64, as: Int64.self)
        guard classes.count == rowCount else {
            throw InferenceError(.failed, "the model gave \(classes.count) classes for \(rowCount) rows")
        }
        for row in 0..<rowCount {
            guard let score = Float(exactly: classes[row]) else {
                throw InferenceError(.unsupportedModel, "class \(classes[row]) is too large: number classes from 0")
            }
            scores.append(score)
        }
    }

    private func element(_ container: OpaquePointer, _ index: Int) throws(InferenceError) -> OpaquePointer {
        var value: OpaquePointer?
        let functions = runtime.functions
        try check(ort_get_value(functions, container, Int32(index), runtime.allocator, &value), functions)
        guard let value else { throw InferenceError(.failed, "the model's output has no element \(index)") }
        return value
    }

    /// The floats of a tensor, in place; valid as long as `value`.
    private func floats(_ value: OpaquePointer) throws(InferenceError) -> UnsafeBufferPointer<Float> {
        try cells(value, of: .float, as: Float.self)
    }

    private func cells<Element>(
        _ value: OpaquePointer,
        of expected: ElementType,
        as element: Element.Type
    ) throws(InferenceError) -> UnsafeBufferPointer<Element> {
        let functions = runtime.functions
        var info: OpaquePointer?
        try check(ort_value_info(functions, value, &info), functions)
        defer { ort_release_value_info(functions, info) }
        var type: Int32 = 0
        try check(ort_element_type(functions, info, &type), functions)
        guard type == expected.rawValue else {
            let name = expected == .float ? "32-bit floats" : "64-bit whole numbers"
            throw InferenceError(.unsupportedModel, "the model's output does not hold \(name)")
        }
        var count = 0
        try check(ort_element_count(functions, info, &count), functions)
        var data: UnsafeMutableRawPointer?
        try check(ort_tensor_data(functions, value, &data), functions)
        return UnsafeBufferPointer(start: data?.assumingMemoryBound(to: element), count: count)
    }
}
