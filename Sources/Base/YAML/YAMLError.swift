/// Why a text is not the YAML that was asked for, and where.
package struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in words.
    package let message: String
    /// The line, from 1.
    package let line: Int
    /// The column, from 1.
    package let column: Int

    package var description: String { "line \(line), column \(column): \(message)" }
}
