/// Why the lake could not do something.
package struct LakeError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new kinds may come.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case libraryMissing = "library_missing"
            case libraryUnusable = "library_unusable"
            case invalidQuery = "invalid_query"
            case invalidFile = "invalid_file"
            case unsupportedType = "unsupported_type"
            case unknownColumn = "unknown_column"
            case emptyRange = "empty_range"
            case tooLarge = "too_large"
            case outOfMemory = "out_of_memory"
            case inputOutput = "input_output"
            case cancelled
            case closed
            case engine
        }

        private let kind: Kind

        /// No DuckDB library was found.
        package static let libraryMissing = Code(kind: .libraryMissing)
        /// A DuckDB library was found and does not open.
        package static let libraryUnusable = Code(kind: .libraryUnusable)
        /// The statement or its parameters are wrong.
        package static let invalidQuery = Code(kind: .invalidQuery)
        /// A file is not what its name says, or is damaged.
        package static let invalidFile = Code(kind: .invalidFile)
        /// A column's type has no place in a dataset.
        package static let unsupportedType = Code(kind: .unsupportedType)
        /// A column that is not there.
        package static let unknownColumn = Code(kind: .unknownColumn)
        /// A range of rows that the file does not have.
        package static let emptyRange = Code(kind: .emptyRange)
        /// A result beyond its bound.
        package static let tooLarge = Code(kind: .tooLarge)
        /// The memory limit was reached.
        package static let outOfMemory = Code(kind: .outOfMemory)
        /// A file could not be read or written.
        package static let inputOutput = Code(kind: .inputOutput)
        /// The task that asked was cancelled.
        package static let cancelled = Code(kind: .cancelled)
        /// The lake is closed.
        package static let closed = Code(kind: .closed)
        /// DuckDB failed in another way.
        package static let engine = Code(kind: .engine)

        /// The code as programs read it, for example `invalid_file`.
        package var description: String { kind.rawValue }
    }

    /// What kind of failure it is.
    package let code: Code
    /// What failed, with what, and what to try.
    package let message: String

    /// A failure of the kind `code`.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
