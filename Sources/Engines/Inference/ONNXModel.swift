internal import COnnxRuntime

/// A model in ONNX's format, opened and ready to score rows of floats.
///
/// Thread-safe: a session may be run by many threads at once. It uses the calling thread only, so that throughput is
/// decided by the caller. Opening and scoring large batches block; do that on a thread that may.
package final class ONNXModel: @unchecked Sendable {
    // Safe to share: all is set in `init`, and ONNX Runtime's session may be run from many threads.

    /// What the model takes.
    package let inputs: [ModelValue]
    /// What the model gives.
    package let outputs: [ModelValue]

    private let runtime: ONNXRuntime
    private let session: OpaquePointer
    private let layout: ScoreLayout
    private let inputNames: NamePointers
    private let outputName: NamePointers

    /// Opens the model in the file at `path`.
    ///
    /// - Throws: `InferenceError` with code `invalidModel` or `unsupportedModel`.
    package init(path: String, runtime: ONNXRuntime) throws(InferenceError) {
        let functions = runtime.functions
        let session = try ONNXModel.open(path, runtime)
        do throws(InferenceError) {
            let inputs = try ONNXModel.describe(session, runtime, inputs: true)
            let outputs = try ONNXModel.describe(session, runtime, inputs: false)
            layout = try ScoreLayout(inputs: inputs, outputs: outputs)
            self.inputs = inputs
            self.outputs = outputs
        } catch {
            ort_release_session(functions, session)
            throw error
        }
        self.runtime = runtime
        self.session = session
        inputNames = NamePointers(inputs.map(\.name))
        outputName = NamePointers([layout.outputName])
    }

    deinit {
        ort_release_session(runtime.functions, session)
    }

    /// How many features a row has; nil where the model leaves it open.
    package var featureCount: Int? {
        switch layout.input {
        case .matrix(let features): features
        case .columns(let count): count
        }
    }

    /// What a score says.
    package var scoreKind: ScoreKind {
        switch layout.output {
        case .probabilities, .maps: .probability
        case .value: .value
        case .classes: .category
        }
    }

    /// Scores rows that lie one after the other: the probability of class 1, the value or the class, for each row.
    ///
    /// - Throws: `InferenceError` with code `invalidInput` where the number of features is wrong, else `failed`.
    package func scores(
        rows: UnsafeBufferPointer<Float>,
        rowCount: Int,
        featureCount: Int
    ) throws(InferenceError) -> [Float] {
        var scores: [Float] = []
        try score(rows: rows, rowCount: rowCount, featureCount: featureCount, into: &scores)
        return scores
    }

    /// Like ``scores(rows:rowCount:featureCount:)``, but appends to `scores`.
    package func score(
        rows: UnsafeBufferPointer<Float>,
        rowCount: Int,
        featureCount: Int,
        into scores: inout [Float]
    ) throws(InferenceError) {
        let before = scores.count
        try checkShape(rows: rows, rowCount: rowCount, featureCount: featureCount)
        guard rowCount > 0, let start = rows.baseAddress else { return }
        switch layout.input {
        case .matrix:
            let tensor = try borrow(UnsafeMutablePointer(mutating: start), [Int64(rowCount), Int64(featureCount)])
            defer { ort_release_value(runtime.functions, tensor) }
            try run([tensor], rowCount, into: &scores)
        case .columns:
            try scoreColumns(start, rowCount, featureCount, into: &scores)
        }
        assert(scores.count == before + rowCount, "one score a row")
    }

    private func checkShape(
        rows: UnsafeBufferPointer<Float>,
        rowCount: Int,
        featureCount: Int
    ) throws(InferenceError) {
        if let expected = self.featureCount, expected != featureCount {
            throw InferenceError(
                .invalidInput,
                "a row has \(featureCount) features, the model takes \(expected): does the signature fit the model?"
            )
        }
        let (cells, overflow) = rowCount.multipliedReportingOverflow(by: featureCount)
        guard rowCount >= 0, featureCount > 0, !overflow, rows.count == cells else {
            throw InferenceError(.invalidInput, "\(rows.count) numbers are not \(rowCount) rows of \(featureCount)")
        }
    }

    /// Turns rows into one tensor a column.
    private func scoreColumns(
        _ start: UnsafePointer<Float>,
        _ rowCount: Int,
        _ featureCount: Int,
        into scores: inout [Float]
    ) throws(InferenceError) {
        let cells = UnsafeMutablePointer<Float>.allocate(capacity: rowCount * featureCount)
        var tensors: [OpaquePointer] = []
        defer {
            for tensor in tensors { ort_release_value(runtime.functions, tensor) }
            cells.deallocate()
        }
        for column in 0..<featureCount {
            let target = cells + column * rowCount
            for row in 0..<rowCount { target[row] = start[row * featureCount + column] }
            tensors.append(try borrow(target, [Int64(rowCount), 1]))
        }
        try run(tensors, rowCount, into: &scores)
    }

    /// A tensor over memory that the caller keeps until the tensor is released.
    private func borrow(_ data: UnsafeMutablePointer<Float>, _ shape: [Int64]) throws(InferenceError) -> OpaquePointer {
        let bytes = shape.reduce(MemoryLayout<Float>.stride) { $0 * Int($1) }
        var tensor: OpaquePointer?
        try check(
            ort_borrow_tensor(
                runtime.functions,
                runtime.memory,
                data,
                bytes,
                shape,
                shape.count,
                ElementType.float.rawValue,
                &tensor
            ),
            runtime.functions
        )
        guard let tensor else { throw InferenceError(.failed, "ONNX Runtime gave no tensor") }
        return tensor
    }

    private func run(
        _ tensors: [OpaquePointer],
        _ rowCount: Int,
        into scores: inout [Float]
    ) throws(InferenceError) {
        let functions = runtime.functions
        var output: OpaquePointer?
        let inputs = tensors.map { Optional($0) }
        let status = ort_run(
            functions,
            session,
            inputNames.pointers,
            inputs,
            inputs.count,
            outputName.pointers,
            1,
            &output
        )
        try check(status, functions, .failed, "the model failed on \(rowCount) rows")
        guard let output else { throw InferenceError(.failed, "the model gave no output") }
        defer { ort_release_value(functions, output) }
        switch layout.output {
        case .probabilities: try OutputReader(runtime).readTensor(output, rowCount, width: 2, into: &scores)
        case .value: try OutputReader(runtime).readTensor(output, rowCount, width: 1, into: &scores)
        case .maps: try OutputReader(runtime).readMaps(output, rowCount, into: &scores)
        case .classes: try OutputReader(runtime).readClasses(output, rowCount, into: &scores)
        }
    }

    private static func open(_ path: String, _ runtime: ONNXRuntime) throws(InferenceError) -> OpaquePointer {
        let functions = runtime.functions
        var options: OpaquePointer?
        try check(ort_create_session_options(functions, &options), functions)
        defer { ort_release_session_options(functions, options) }
        let allOptimizations: Int32 = 99
        try check(ort_set_optimization(functions, options, allOptimizations), functions)
        try check(ort_set_intra_op_threads(functions, options, 1), functions)
        try check(ort_set_inter_op_threads(functions, options, 1), functions)
        var session: OpaquePointer?
        let status = ort_create_session(functions, runtime.environment, path, options, &session)
        try check(status, functions, .invalidModel, "\(path) is not a model that ONNX Runtime can open")
        guard let session else { throw InferenceError(.invalidModel, "\(path) gave no session") }
        return session
    }

    private static func describe(
        _ session: OpaquePointer,
        _ runtime: ONNXRuntime,
        inputs: Bool
    ) throws(InferenceError) -> [ModelValue] {
        let functions = runtime.functions
        var count = 0
        let counted =
            inputs ? ort_input_count(functions, session, &count) : ort_output_count(functions, session, &count)
        try check(counted, functions)
        var values: [ModelValue] = []
        for index in 0..<count {
            var name: UnsafeMutablePointer<CChar>?
            let named =
                inputs
                ? ort_input_name(functions, session, index, runtime.allocator, &name)
                : ort_output_name(functions, session, index, runtime.allocator, &name)
            try check(named, functions)
            defer {
                if let status = ort_free(functions, runtime.allocator, name) { ort_release_status(functions, status) }
            }
            var info: OpaquePointer?
            let typed =
                inputs
                ? ort_input_type(functions, session, index, &info) : ort_output_type(functions, session, index, &info)
            try check(typed, functions)
            guard let name, let info else { throw InferenceError(.invalidModel, "the model hides its inputs") }
            values.append(try ModelValue(name: String(cString: name), info: info, functions: functions))
        }
        return values
    }
}

/// Names as C strings that live as long as the object.
private final class NamePointers: @unchecked Sendable {
    // Safe to share: never changed after `init`.
    let pointers: [UnsafePointer<CChar>?]

    init(_ names: [String]) {
        pointers = names.map { name in
            let bytes = name.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            for (index, byte) in bytes.enumerated() { copy[index] = byte }
            return UnsafePointer(copy)
        }
    }

    deinit {
        for pointer in pointers { pointer?.deallocate() }
    }
}
