internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls about the life of runs.
struct RunEndpoints {
    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/runs/create", create),
            Endpoint(.get, "/mlflow/runs/get", get),
            Endpoint(.post, "/mlflow/runs/update", update),
            Endpoint(.post, "/mlflow/runs/delete", delete),
            Endpoint(.post, "/mlflow/runs/restore", restore),
            Endpoint(.post, "/mlflow/runs/search", search),
            Endpoint(.post, "/mlflow/runs/log-inputs", bodyLimit: 64 << 20, logInputs),
            Endpoint(.post, "/mlflow/runs/outputs", logOutputs),
            Endpoint(.post, "/mlflow/runs/log-model", logModel),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        // Never the default one: a body that is no JSON counts as empty, and would make a run there.
        var draft = RunDraft(experiment: try call.fields.experimentID())
        draft.name = try call.fields.string("run_name")
        draft.user = try call.fields.string("user_id") ?? ""
        draft.startTime = try call.fields.int("start_time") ?? 0
        draft.tags = try call.fields.keyValues("tags", withEmptyKeys: true)
        return Self.answer(try await tracking.createRun(draft), withOutputs: false)
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        Self.answer(try await tracking.run(call.fields.runID()))
    }

    @Sendable private func update(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.runID()
        var change = RunChange()
        if case .int(let number)? = try call.fields.value("status"), RunStatus(rawValue: number) == nil {
            throw call.fields.wrong("status", .int(number))
        }
        change.status = try call.fields.choice(
            "status",
            named: RunStatus.init(name:),
            numbered: RunStatus.init(rawValue:)
        )
        change.endTime = try call.fields.int("end_time")
        change.name = try call.fields.string("run_name")
        let info = try await tracking.updateRun(id, change)
        return JSONWriter.object { writer in
            writer.key("run_info")
            writer.runInfo(info)
        }
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        try await tracking.deleteRun(RunID(call.fields.requiredString("run_id")))
        return emptyAnswer
    }

    @Sendable private func restore(_ call: Call) async throws -> [UInt8] {
        try await tracking.restoreRun(RunID(call.fields.requiredString("run_id")))
        return emptyAnswer
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        let request = try call.fields.search(standard: 1_000, limit: 50_000)
        let page = try await tracking.searchRuns(
            request,
            experiments: call.fields.experimentIDs(),
            view: call.fields.view("run_view_type")
        )
        return JSONWriter.object { writer in
            writer.list("runs", page.items) { $0.run($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func logInputs(_ call: Call) async throws -> [UInt8] {
        let id = RunID(try call.fields.requiredString("run_id"))
        try BatchCall.check(id)
        let datasets = try call.fields.messages("datasets").map(Self.datasetInput)
        let models = try call.fields.messages("models").map { LoggedModelID(try $0.requiredString("model_id")) }
        try await tracking.logInputs(datasets: datasets, models: models, to: id)
        return emptyAnswer
    }

    @Sendable private func logOutputs(_ call: Call) async throws -> [UInt8] {
        let id = RunID(try call.fields.requiredString("run_id"))
        guard try call.fields.has("models") else { throw MLflowError.missing("models") }
        let models = try call.fields.messages("models").map { model in
            ModelOutput(model: LoggedModelID(try model.requiredString("model_id")), step: try model.int("step") ?? 0)
        }
        try await tracking.logOutputs(models, to: id)
        return emptyAnswer
    }

    /// What clients before MLflow 3 call after they stored a model: the model joins a list in a tag of the run.
    @Sendable private func logModel(_ call: Call) async throws -> [UInt8] {
        let id = RunID(try call.fields.requiredString("run_id"))
        let text = try call.fields.requiredString("model_json")
        guard let model = try? JSONValue.parse(text), case .object(let object) = model else {
            throw MLflowError.invalid("Malformed model info. \n \(text.prefix(200)) \n is not a valid JSON.")
        }
        let missing = ["artifact_path", "flavors", "utc_time_created", "run_id"].filter { object[$0] == nil }
        guard missing.isEmpty else {
            let names = missing.map { "'\($0)'" }.joined(separator: ", ")
            throw MLflowError.invalid("Model json is missing mandatory fields: {\(names)}")
        }
        try await tracking.changeTag("mlflow.log-model.history", of: id) { previous in
            let known = previous.flatMap { try? JSONValue.parse($0) }?.arrayValue ?? []
            return JSONValue.array(known + [model]).pythonText
        }
        return emptyAnswer
    }

    private static func datasetInput(_ fields: Fields) throws -> DatasetInput {
        guard let dataset = try fields.message("dataset") else { throw MLflowError.missing("dataset") }
        return DatasetInput(
            dataset: Dataset(
                name: try dataset.requiredString("name"),
                digest: try dataset.requiredString("digest"),
                sourceType: try dataset.requiredString("source_type"),
                source: try dataset.requiredString("source"),
                schema: try dataset.string("schema"),
                profile: try dataset.string("profile")
            ),
            tags: try fields.keyValues("tags")
        )
    }

    private static func answer(_ run: Run, withOutputs: Bool = true) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("run")
            writer.run(run, withOutputs: withOutputs)
        }
    }
}
