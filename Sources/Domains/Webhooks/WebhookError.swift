/// Why an act on webhooks was refused.
package struct WebhookError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of refusal; open, so that a new kind breaks no caller.
    package struct Code: Sendable, Hashable {
        private enum Kind { case invalidParameter, doesNotExist }
        private let kind: Kind

        /// A value is missing or wrong.
        package static let invalidParameter = Code(kind: .invalidParameter)
        /// What was named does not exist.
        package static let doesNotExist = Code(kind: .doesNotExist)
    }

    /// The kind of refusal.
    package let code: Code
    /// What was refused and why.
    package let message: String

    package var description: String { message }

    static func invalid(_ message: String) -> WebhookError {
        WebhookError(code: .invalidParameter, message: message)
    }

    static func noWebhook(_ id: String) -> WebhookError {
        WebhookError(code: .doesNotExist, message: "Webhook with ID \(id) not found.")
    }
}
