/// What keeps a deployment or a replay from working.
package struct ScoringError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller may want to tell apart.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidReference, invalidSignature, modelMismatch, missingColumn, topics, rows, waiting, stopped
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// A text does not name a model.
        package static let invalidReference = Code(.invalidReference)
        /// The model was logged without a signature that rows can be read by.
        package static let invalidSignature = Code(.invalidSignature)
        /// The model file does not fit its signature.
        package static let modelMismatch = Code(.modelMismatch)
        /// A table lacks a column that the model needs.
        package static let missingColumn = Code(.missingColumn)
        /// The topics do not fit together, or not what was written before.
        package static let topics = Code(.topics)
        /// The rows to replay cannot be used.
        package static let rows = Code(.rows)
        /// What was asked for happens later, when the deployment runs again.
        package static let waiting = Code(.waiting)
        /// The deployment was stopped before it could do what was asked.
        package static let stopped = Code(.stopped)

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
