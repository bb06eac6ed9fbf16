internal import JSON
internal import Registry
internal import SQLStore
internal import Webhooks

/// Queues changes of the registry for the webhooks that want to hear of them.
struct RegistryWebhooks: RegistryJournal {
    private static let promptTags: Set<String> = ["mlflow.prompt.is_prompt", "_mlflow_prompt_type"]
    private static let promptText = "mlflow.prompt.text"

    let webhooks: WebhookService

    func record(_ event: RegistryEvent, in transaction: any SQLTransaction) throws {
        guard let (entity, action, data) = Self.told(event) else { return }
        try webhooks.enqueue(WebhookEvent(entity: entity, action: action), .object(data), in: transaction)
    }

    /// What is told of an event; nil for those that nobody can ask for.
    private static func told(_ event: RegistryEvent) -> (entity: String, action: String, data: JSONObject)? {
        let version = event.isPrompt ? "prompt_version" : "model_version"
        let alias = event.isPrompt ? "prompt_alias" : "model_version_alias"
        var data: JSONObject = ["name": .string(event.model)]
        switch event.change {
        case .modelCreated(let description, let tags):
            data["tags"] = self.tags(tags, event.isPrompt)
            data["description"] = .string(description ?? "")
            return (event.isPrompt ? "prompt" : "registered_model", "created", data)
        case .modelTagSet(let tag):
            guard event.isPrompt else { return nil }
            data["key"] = .string(tag.key)
            data["value"] = .string(tag.value)
            return ("prompt_tag", "set", data)
        case .modelTagDeleted(let key):
            guard event.isPrompt else { return nil }
            data["key"] = .string(key)
            return ("prompt_tag", "deleted", data)
        case .versionCreated(let made):
            describe(made, event.isPrompt, in: &data)
            return (version, "created", data)
        case .versionTagSet(let number, let tag):
            data["version"] = .string(String(number))
            data["key"] = .string(tag.key)
            data["value"] = .string(tag.value)
            return (version + "_tag", "set", data)
        case .versionTagDeleted(let number, let key):
            data["version"] = .string(String(number))
            data["key"] = .string(key)
            return (version + "_tag", "deleted", data)
        case .aliasSet(let name, let number):
            data["alias"] = .string(name)
            data["version"] = .string(String(number))
            return (alias, "created", data)
        case .aliasDeleted(let name):
            data["alias"] = .string(name)
            return (alias, "deleted", data)
        }
    }

    private static func describe(_ version: ModelVersion, _ isPrompt: Bool, in data: inout JSONObject) {
        data["version"] = .string(String(version.version))
        if isPrompt {
            let text = version.tags.last { $0.key == promptText }?.value
            data["template"] = text.map(JSONValue.string) ?? .null
        } else {
            data["source"] = .string(version.source)
            data["run_id"] = version.run.isEmpty ? .null : .string(version.run)
        }
        data["tags"] = tags(version.tags.filter { !isPrompt || $0.key != promptText }, isPrompt)
        let description = version.description ?? ""
        data["description"] = description.isEmpty ? .null : .string(description)
    }

    private static func tags(_ tags: [RegistryTag], _ isPrompt: Bool) -> JSONValue {
        let shown = tags.filter { !isPrompt || !promptTags.contains($0.key) }
        return .object(JSONObject(shown.map { ($0.key, .string($0.value)) }))
    }
}
