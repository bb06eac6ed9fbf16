internal import JSON
internal import Primitives

/// What is sent to webhooks.
enum WebhookBody {
    /// The JSON text of an event.
    static func text(_ event: WebhookEvent, _ data: JSONValue, at time: Int64) -> String {
        let body: JSONValue = [
            "entity": .string(event.entity), "action": .string(event.action),
            "timestamp": .string(WallClock.iso8601(milliseconds: time)), "data": data,
        ]
        return body.description
    }

    /// What a test of an event sends.
    static func example(of event: WebhookEvent) -> JSONValue {
        let isPrompt = event.entity.hasPrefix("prompt")
        let name: JSONValue = isPrompt ? "example_prompt" : "example_model"
        switch (event.entity, event.action) {
        case ("registered_model", _), ("prompt", _):
            return [
                "name": name, "tags": ["example_key": "example_value"],
                "description": isPrompt ? "An example prompt" : "An example registered model",
            ]
        case ("model_version", _):
            return [
                "name": name, "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678",
                "tags": ["example_key": "example_value"], "description": "An example model version",
            ]
        case ("prompt_version", _):
            return [
                "name": name, "version": "1", "template": "Hello {{name}}!",
                "tags": ["example_key": "example_value"], "description": "An example prompt version",
            ]
        case ("prompt_tag", "set"): return ["name": name, "key": "example_key", "value": "example_value"]
        case ("prompt_tag", _): return ["name": name, "key": "example_key"]
        case (_, "set"): return ["name": name, "version": "1", "key": "example_key", "value": "example_value"]
        case ("model_version_tag", _), ("prompt_version_tag", _):
            return ["name": name, "version": "1", "key": "example_key"]
        case (_, "created"): return ["name": name, "alias": "example_alias", "version": "1"]
        case (_, "deleted"): return ["name": name, "alias": "example_alias"]
        default: return budget
        }
    }

    private static let budget: JSONValue = [
        "budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0, "current_spend": 105.5,
        "duration_unit": "MONTHS", "duration_value": 1, "target_scope": "ENDPOINT", "workspace": "default",
        "target_value": "ep-abc123", "window_start": 1_704_067_200_000,
    ]
}
