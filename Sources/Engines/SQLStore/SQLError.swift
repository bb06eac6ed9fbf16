/// What went wrong in a database, with what and what to try.
///
/// Descriptions never hold bound values.
package struct SQLError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; open, so that a new kind breaks no caller.
    package struct Code: Sendable, Hashable {
        private enum Kind {
            case unavailable, diskFull, busy, corrupt, readOnly, inputOutput, constraint, uniqueConstraint
            case foreignKeyConstraint, columnType, missingColumn, statement, migration, closed
            case connectionLost, unstorableText, invalidPattern
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The database cannot be opened.
        package static let unavailable = Code(.unavailable)
        /// No space is left where the database lies.
        package static let diskFull = Code(.diskFull)
        /// Another process holds the database.
        package static let busy = Code(.busy)
        /// The file is no database, or damaged.
        package static let corrupt = Code(.corrupt)
        /// The file or its folder cannot be written.
        package static let readOnly = Code(.readOnly)
        /// The operating system reported an error while reading or writing.
        package static let inputOutput = Code(.inputOutput)
        /// A check or not-null constraint refused the change.
        package static let constraint = Code(.constraint)
        /// A unique or primary key constraint refused the change.
        package static let uniqueConstraint = Code(.uniqueConstraint)
        /// A foreign key constraint refused the change.
        package static let foreignKeyConstraint = Code(.foreignKeyConstraint)
        /// A column holds another type than was asked for.
        package static let columnType = Code(.columnType)
        /// The answer has no such column.
        package static let missingColumn = Code(.missingColumn)
        /// The statement is wrong, or was given the wrong number of arguments.
        package static let statement = Code(.statement)
        /// The database was written by a newer program, or a migration failed.
        package static let migration = Code(.migration)
        /// The database was closed.
        package static let closed = Code(.closed)
        /// The connection to the database's server ended; whether the act was done may be unknown.
        package static let connectionLost = Code(.connectionLost)
        /// A text holds what the database cannot store.
        package static let unstorableText = Code(.unstorableText)
        /// A regular expression is none.
        package static let invalidPattern = Code(.invalidPattern)
    }

    /// The kind of failure.
    package let code: Code
    /// What failed, with what.
    package let message: String
    /// What the operator can do about it; empty when it is a mistake in the program.
    package let remedy: String
    /// The database's own code, for the record.
    package let nativeCode: Int32

    init(_ code: Code, _ message: String, remedy: String = "", nativeCode: Int32 = 0) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.nativeCode = nativeCode
    }

    package var description: String {
        remedy.isEmpty ? message : "\(message). \(remedy)"
    }

    /// Whether the same act may succeed a little later.
    package var isTransient: Bool {
        [.busy, .diskFull, .connectionLost, .unavailable].contains(code)
    }

    static func columnType(column: String, expected: String, found: String) -> SQLError {
        SQLError(.columnType, "column '\(column)' holds \(found) where \(expected) was expected")
    }

    static func missingColumn(_ name: String) -> SQLError {
        SQLError(.missingColumn, "the answer has no column '\(name)'")
    }

    static let closed = SQLError(.closed, "the database was closed")
}
