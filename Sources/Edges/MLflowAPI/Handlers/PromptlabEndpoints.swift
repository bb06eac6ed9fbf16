internal import HTTPServer
internal import JSON
internal import Primitives
internal import Tracking

/// The call with which MLflow's page for prompts keeps one answer of a model as a run.
///
/// The run has the prompt as parameters and the answer as a table; no model is made of it, which takes Python.
struct PromptlabEndpoints {
    private static let table = "eval_results_table.json"

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [Endpoint(.post, "/mlflow/runs/create-promptlab-run", create)]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        let experiment = try Self.required("experiment_id", call)
        let template = try Self.required("prompt_template", call)
        guard let prompt = try? call.fields.keyValues("prompt_parameters"), !prompt.isEmpty else {
            throw Self.missing("prompt_parameters")
        }
        let route = try Self.required("model_route", call)
        let input = try Self.required("model_input", call)
        _ = try Self.required("mlflow_version", call)
        var draft = RunDraft(experiment: try ExperimentID(parsing: experiment))
        draft.name = try call.fields.string("run_name")
        draft.user = try call.fields.string("user_id") ?? "unknown"
        draft.startTime = try call.fields.int("start_time") ?? WallClock.nowMilliseconds()
        draft.tags = try call.fields.keyValues("tags")
        draft.tags.append(
            KeyValue("mlflow.loggedArtifacts", #"[{"path": "\#(Self.table)", "type": "table"}]"#)
        )
        draft.tags.append(KeyValue("mlflow.runSourceType", "PROMPT_ENGINEERING"))
        let params =
            try call.fields.keyValues("model_parameters")
            + [KeyValue("model_route", route), KeyValue("prompt_template", template)]
        let answered = try call.fields.keyValues("model_output_parameters")
        let output = try call.fields.string("model_output")
        let run = try await keep(draft, params, table: Self.table(prompt, input, output, answered))
        return JSONWriter.object { writer in
            writer.key("run")
            writer.run(run, withOutputs: false)
        }
    }

    private func keep(_ draft: RunDraft, _ params: [KeyValue], table: JSONValue) async throws -> Run {
        let run = try await tracking.createRun(draft)
        var end = RunChange()
        do {
            try await tracking.logBatch(LogBatch(params: params), to: run.info.id)
            if let root = ArtifactPath(location: run.info.artifactLocation) {
                let path = root.appending(try ArtifactPath(parsing: Self.table))
                try await tracking.artifacts.store(Array(table.pythonText.utf8), at: path)
            }
            end.status = .finished
        } catch {
            end.status = .failed
            end.endTime = WallClock.nowMilliseconds()
            try await tracking.updateRun(run.info.id, end)
            throw error
        }
        end.endTime = WallClock.nowMilliseconds()
        try await tracking.updateRun(run.info.id, end)
        return try await tracking.run(run.info.id)
    }

    private static func table(
        _ prompt: [KeyValue],
        _ input: String,
        _ output: String?,
        _ answered: [KeyValue]
    ) -> JSONValue {
        let columns = prompt.map(\.key) + ["prompt", "output"] + answered.map(\.key)
        let row: [JSONValue] =
            prompt.map { .string($0.value) } + [.string(input), output.map { .string($0) } ?? .null]
            + answered.map { .string($0.value) }
        return ["columns": .array(columns.map { .string($0) }), "data": [.array(row)]]
    }

    private static func required(_ name: String, _ call: Call) throws -> String {
        guard let text = try call.fields.string(name), !text.isEmpty else { throw missing(name) }
        return text
    }

    private static func missing(_ name: String) -> MLflowError {
        .invalid("CreatePromptlabRun request must specify \(name).")
    }
}
