/// An address that wants to hear of changes in the registry.
package struct Webhook: Sendable, Equatable {
    /// Its identifier: a UUID.
    package let id: String
    /// Its name; several may have the same.
    package var name: String
    /// What people say of it.
    package var description: String?
    /// Where to send to.
    package var url: String
    /// What it wants to hear of.
    package var events: [WebhookEvent]
    /// The key that signs what is sent; nil for no signature.
    package var secret: String?
    /// Whether anything is sent.
    package var isActive: Bool
    /// When it was made, Unix milliseconds.
    package let createdAt: Int64
    /// When it last changed, Unix milliseconds.
    package var updatedAt: Int64
}

/// A kind of change.
package struct WebhookEvent: Sendable, Hashable, CustomStringConvertible {
    /// What changes, such as `model_version`.
    package let entity: String
    /// How, such as `created`.
    package let action: String

    /// What there is to hear of: the actions of each entity.
    package static let actions: [String: [String]] = [
        "registered_model": ["created"], "model_version": ["created"], "model_version_tag": ["deleted", "set"],
        "model_version_alias": ["created", "deleted"], "prompt": ["created"], "prompt_version": ["created"],
        "prompt_tag": ["deleted", "set"], "prompt_version_tag": ["deleted", "set"],
        "prompt_alias": ["created", "deleted"], "budget_policy": ["exceeded"],
    ]

    /// A kind of change that there is.
    ///
    /// - Throws: `WebhookError` with code `invalidParameter`.
    package init(entity: String, action: String) throws(WebhookError) {
        guard let actions = Self.actions[entity] else {
            throw .invalid("Invalid entity '\(entity)' of a webhook event.")
        }
        guard actions.contains(action) else {
            let shown = actions.map { "'\($0)'" }.joined(separator: ", ")
            throw .invalid("Invalid action '\(action)' for entity '\(entity)'. Valid actions are: [\(shown)]")
        }
        self.entity = entity
        self.action = action
    }

    /// Reads `entity.action`.
    init(parsing text: String) throws(WebhookError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { throw .invalid("Invalid event string format: \(text).") }
        try self.init(entity: parts[0], action: parts[1])
    }

    package var description: String { "\(entity).\(action)" }
}

/// What a new webhook is made of.
package struct WebhookDraft: Sendable {
    /// Its name: up to 63 letters, digits, `.`, `_` and `-`.
    package var name: String
    /// What people say of it.
    package var description: String?
    /// Where to send to.
    package var url: String
    /// What it wants to hear of.
    package var events: [WebhookEvent]
    /// The key that signs what is sent.
    package var secret: String?
    /// Whether anything is sent.
    package var isActive = true

    /// An active webhook without a secret.
    package init(name: String, url: String, events: [WebhookEvent]) {
        self.name = name
        self.url = url
        self.events = events
    }
}

/// What changes of a webhook; nil stays.
package struct WebhookChange: Sendable {
    /// Its new name.
    package var name: String?
    /// What people say of it now.
    package var description: String?
    /// Where to send to now.
    package var url: String?
    /// What it wants to hear of now.
    package var events: [WebhookEvent]?
    /// The new key; the empty text for none.
    package var secret: String?
    /// Whether anything is sent.
    package var isActive: Bool?

    /// No change.
    package init() {}
}

/// One page of webhooks and where the next begins.
package struct WebhookPage: Sendable {
    /// What is on the page.
    package let items: [Webhook]
    /// The token of the next page; nil on the last one.
    package let next: String?
}

/// What came of sending an example.
package struct WebhookTrial: Sendable, Equatable {
    /// Whether the receiver took it: it answered with a status below 400.
    package let succeeded: Bool
    /// The status of its answer; nil without one.
    package let status: Int?
    /// The beginning of its answer; nil without one.
    package let body: String?
    /// Why there was no answer; nil when there was one.
    package let failure: String?
}
