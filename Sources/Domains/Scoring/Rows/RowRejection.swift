/// Why a message cannot be scored; goes to the errors topic with the message.
package struct RowRejection: Error, Sendable, Hashable {
    /// A word for programs.
    package enum Code: String, Sendable, Hashable {
        /// The message has no value.
        case emptyMessage = "empty_message"
        /// The value is not JSON.
        case invalidJSON = "invalid_json"
        /// The value is JSON, but not an object.
        case notAnObject = "not_an_object"
        /// A column that the model needs is not there.
        case missingColumn = "missing_column"
        /// A column that the model needs is null.
        case nullValue = "null_value"
        /// A column does not hold what the signature says.
        case wrongType = "wrong_type"
        /// A number does not fit in a 32-bit float.
        case outOfRange = "out_of_range"
        /// The model fails on this row.
        case modelFailed = "model_failed"
    }

    /// A word for programs.
    package let code: Code
    /// A sentence for people.
    package let reason: String

    /// Makes a rejection.
    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
