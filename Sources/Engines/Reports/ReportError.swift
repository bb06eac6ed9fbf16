/// Why a report could not be made.
package struct ReportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure; new kinds may come.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidOptions = "invalid_options"
            case unknownColumn = "unknown_column"
            case emptyDataset = "empty_dataset"
            case mixedTypes = "mixed_types"
            case nothingToCompare = "nothing_to_compare"
            case tooLarge = "too_large"
            case invalidTarget = "invalid_target"
            case invalidProfile = "invalid_profile"
        }

        private let kind: Kind

        /// An option has a value that it cannot have.
        package static let invalidOptions = Code(kind: .invalidOptions)
        /// A column that was named is not there.
        package static let unknownColumn = Code(kind: .unknownColumn)
        /// A dataset has no rows.
        package static let emptyDataset = Code(kind: .emptyDataset)
        /// A column is of one type here and of another there.
        package static let mixedTypes = Code(kind: .mixedTypes)
        /// No column can be compared.
        package static let nothingToCompare = Code(kind: .nothingToCompare)
        /// A column has more categories than a report can hold.
        package static let tooLarge = Code(kind: .tooLarge)
        /// The target or the prediction does not fit the question.
        package static let invalidTarget = Code(kind: .invalidTarget)
        /// What was saved of a profile is none, or cannot be added to this one.
        package static let invalidProfile = Code(kind: .invalidProfile)

        /// The code as programs read it, for example `unknown_column`.
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
