/// Why the catalogue could not do something.
package struct CatalogueError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new kinds may come.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidName = "invalid_name"
            case unknownDataset = "unknown_dataset"
            case unknownVersion = "unknown_version"
            case unknownColumn = "unknown_column"
            case unknownTopic = "unknown_topic"
            case emptyRange = "empty_range"
            case offsetsRemoved = "offsets_removed"
            case offsetsNotWritten = "offsets_not_written"
            case malformedRows = "malformed_rows"
            case invalidFile = "invalid_file"
            case tooLarge = "too_large"
            case notNumeric = "not_numeric"
            case stalled
        }

        private let kind: Kind

        /// A name of a dataset that cannot be a folder's.
        package static let invalidName = Code(kind: .invalidName)
        /// No dataset of this name.
        package static let unknownDataset = Code(kind: .unknownDataset)
        /// The dataset has no such version.
        package static let unknownVersion = Code(kind: .unknownVersion)
        /// The rows have no such column.
        package static let unknownColumn = Code(kind: .unknownColumn)
        /// No topic of this name, or no such partition.
        package static let unknownTopic = Code(kind: .unknownTopic)
        /// A range without rows.
        package static let emptyRange = Code(kind: .emptyRange)
        /// Offsets that retention has removed.
        package static let offsetsRemoved = Code(kind: .offsetsRemoved)
        /// Offsets that are still to be written.
        package static let offsetsNotWritten = Code(kind: .offsetsNotWritten)
        /// More rows than allowed are not as declared.
        package static let malformedRows = Code(kind: .malformedRows)
        /// A file that cannot be imported.
        package static let invalidFile = Code(kind: .invalidFile)
        /// More than the catalogue's bound.
        package static let tooLarge = Code(kind: .tooLarge)
        /// A column that holds no numbers.
        package static let notNumeric = Code(kind: .notNumeric)
        /// The log gave no records for too long.
        package static let stalled = Code(kind: .stalled)

        /// The code as programs read it, for example `empty_range`.
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
