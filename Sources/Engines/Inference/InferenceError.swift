/// What went wrong with a model or with the library that runs it.
package struct InferenceError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to tell apart.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String { case libraryMissing, invalidModel, unsupportedModel, invalidInput, failed }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// ONNX Runtime was not found or cannot be used.
        package static let libraryMissing = Code(.libraryMissing)
        /// The file is not a model that ONNX Runtime can open.
        package static let invalidModel = Code(.invalidModel)
        /// The model opens, but its inputs or outputs are not of a shape that is scored here.
        package static let unsupportedModel = Code(.unsupportedModel)
        /// The rows do not fit the model.
        package static let invalidInput = Code(.invalidInput)
        /// ONNX Runtime failed while it computed.
        package static let failed = Code(.failed)

        package var description: String { kind.rawValue }
    }

    /// The kind of failure.
    package let code: Code
    /// What failed, with what, and what to try.
    package let message: String

    /// Makes an error of a kind.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
