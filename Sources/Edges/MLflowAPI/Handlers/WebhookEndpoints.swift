internal import HTTPServer
internal import JSON
internal import Webhooks

/// The calls about webhooks.
struct WebhookEndpoints {
    private static let pageLimit = 1_000

    let webhooks: WebhookService

    var endpoints: [Endpoint] {
        let root = "/mlflow/webhooks"
        let one = "\(root)/{webhook_id}"
        return [
            Endpoint(.post, root, create),
            Endpoint(.get, root, list),
            Endpoint(.get, one, get),
            Endpoint(.patch, one, update),
            Endpoint(.delete, one, delete),
            Endpoint(.post, "\(one)/test", test),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        let url = try call.fields.requiredString("url")
        let events = try call.fields.webhookEvents("events")
        guard try call.fields.has("events") else { throw MLflowError.missing("events") }
        guard !events.isEmpty else {
            throw MLflowError.invalid("Webhook events must be a non-empty list of WebhookEvent objects: [].")
        }
        var draft = WebhookDraft(name: name, url: url, events: events)
        draft.description = try call.fields.nonEmpty("description")
        draft.secret = try call.fields.nonEmpty("secret")
        draft.isActive = try call.fields.isActive("status") ?? true
        return Self.answer(try await webhooks.create(draft))
    }

    @Sendable private func list(_ call: Call) async throws -> [UInt8] {
        let limit = try call.fields.int("max_results").flatMap { $0 == 0 ? nil : $0 } ?? 100
        guard (1...Int64(Self.pageLimit)).contains(limit) else {
            throw MLflowError.invalid("max_results must be between 1 and \(Self.pageLimit).")
        }
        let page = try await webhooks.list(limit: Int(limit), pageToken: call.fields.string("page_token"))
        return JSONWriter.object { writer in
            writer.list("webhooks", page.items) { $0.webhook($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        Self.answer(try await webhooks.webhook(call.parameter("webhook_id")))
    }

    @Sendable private func update(_ call: Call) async throws -> [UInt8] {
        let id = try call.parameter("webhook_id")
        var change = WebhookChange()
        change.name = try call.fields.nonEmpty("name")
        change.description = try call.fields.string("description")
        change.url = try call.fields.nonEmpty("url")
        let events = try call.fields.webhookEvents("events")
        change.events = events.isEmpty ? nil : events
        change.secret = try call.fields.string("secret")
        change.isActive = try call.fields.isActive("status")
        return Self.answer(try await webhooks.update(id, change))
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        try await webhooks.delete(call.parameter("webhook_id"))
        return emptyAnswer
    }

    @Sendable private func test(_ call: Call) async throws -> [UInt8] {
        let id = try call.parameter("webhook_id")
        let event = try call.fields.message("event").map { try $0.webhookEvent() }
        let trial = try await webhooks.test(id, event)
        return JSONWriter.object { writer in
            writer.key("result")
            writer.beginObject()
            writer.member("success", trial.succeeded)
            if let status = trial.status { writer.member("response_status", Int64(status)) }
            writer.member("response_body", ifPresent: trial.body)
            writer.member("error_message", ifPresent: trial.failure)
            writer.endObject()
        }
    }

    private static func answer(_ webhook: Webhook) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("webhook")
            writer.webhook(webhook)
        }
    }
}

extension Fields {
    /// The names of entities by their numbers in the protocol, from 1.
    private static let entities = [
        "REGISTERED_MODEL", "MODEL_VERSION", "MODEL_VERSION_TAG", "MODEL_VERSION_ALIAS", "PROMPT", "PROMPT_VERSION",
        "PROMPT_TAG", "PROMPT_VERSION_TAG", "PROMPT_ALIAS", "BUDGET_POLICY",
    ]
    /// The names of actions by their numbers in the protocol, from 1.
    private static let actions = ["CREATED", "UPDATED", "DELETED", "SET", "EXCEEDED"]

    /// The events of a repeated field, each once.
    fileprivate func webhookEvents(_ name: String) throws -> [WebhookEvent] {
        var events: [WebhookEvent] = []
        for message in try messages(name) {
            let event = try message.webhookEvent()
            if !events.contains(event) { events.append(event) }
        }
        return events
    }

    fileprivate func webhookEvent() throws -> WebhookEvent {
        try WebhookEvent(entity: word("entity", Self.entities), action: word("action", Self.actions))
    }

    /// One of the protocol's words, in the small letters that are sent to receivers.
    private func word(_ name: String, _ words: [String]) throws(MLflowError) -> String {
        let word = try choice(
            name,
            named: { words.contains($0) ? $0 : nil },
            numbered: { words.indices.contains(Int(clamping: $0) - 1) ? words[Int(clamping: $0) - 1] : nil }
        )
        guard let word else { throw .missing(name) }
        return word.lowercased()
    }

    fileprivate func isActive(_ name: String) throws(MLflowError) -> Bool? {
        try choice(
            name,
            named: { ["ACTIVE": true, "DISABLED": false][$0] },
            numbered: { [1: true, 2: false][$0] }
        )
    }
}

extension JSONWriter {
    fileprivate mutating func webhook(_ webhook: Webhook) {
        beginObject()
        member("webhook_id", webhook.id)
        member("name", webhook.name)
        if let description = webhook.description, !description.isEmpty { member("description", description) }
        member("url", webhook.url)
        list("events", webhook.events) { writer, event in
            writer.beginObject()
            writer.member("entity", event.entity.uppercased())
            writer.member("action", event.action.uppercased())
            writer.endObject()
        }
        member("status", webhook.isActive ? "ACTIVE" : "DISABLED")
        member("creation_timestamp", webhook.createdAt)
        member("last_updated_timestamp", webhook.updatedAt)
        endObject()
    }
}
