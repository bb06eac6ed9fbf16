/// Why a text is not the JSON that was asked for.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault it is.
    package struct Code: Sendable, Hashable {
        private enum Value { case malformed, invalidUTF8, tooDeep, numberOutOfRange, outOfMemory }
        private let value: Value

        /// The text breaks JSON's grammar.
        package static let malformed = Code(value: .malformed)
        /// The text is not UTF-8, or an escape names half of a surrogate pair.
        package static let invalidUTF8 = Code(value: .invalidUTF8)
        /// Arrays and objects are nested deeper than the caller allows.
        package static let tooDeep = Code(value: .tooDeep)
        /// A number is larger than a double can hold.
        package static let numberOutOfRange = Code(value: .numberOutOfRange)
        /// The parser could not get memory.
        package static let outOfMemory = Code(value: .outOfMemory)
    }

    /// What kind of fault it is.
    package let code: Code
    /// What is wrong, in words; holds nothing of the text itself.
    package let message: String
    /// The byte at which it is wrong, counted from 0.
    package let offset: Int

    package var description: String { "\(message) at byte \(offset)" }

    init(_ code: Code, _ message: String, at offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }
}
