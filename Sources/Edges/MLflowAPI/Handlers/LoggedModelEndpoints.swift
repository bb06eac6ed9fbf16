internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls about logged models.
struct LoggedModelEndpoints {
    private static let standardLimit = 50
    private static let limit = 10_000

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/logged-models", create),
            Endpoint(.post, "/mlflow/logged-models/search", search),
            Endpoint(.get, "/mlflow/logged-models/{model_id}", get),
            Endpoint(.patch, "/mlflow/logged-models/{model_id}", finalize),
            Endpoint(.delete, "/mlflow/logged-models/{model_id}", delete),
            Endpoint(.patch, "/mlflow/logged-models/{model_id}/tags", setTags),
            Endpoint(.delete, "/mlflow/logged-models/{model_id}/tags/{key}", deleteTag),
            Endpoint(.post, "/mlflow/logged-models/{model_id}/params", addParams),
            Endpoint(.get, "/mlflow/logged-models/{model_id}/artifacts/directories", listArtifacts),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        var draft = LoggedModelDraft(experiment: try call.fields.experimentID())
        draft.name = try call.fields.string("name")
        draft.type = try call.fields.string("model_type") ?? ""
        draft.sourceRun = try call.fields.string("source_run_id") ?? ""
        draft.params = try call.fields.keyValues("params")
        draft.tags = try call.fields.keyValues("tags")
        return Self.answer(try await tracking.createLoggedModel(draft))
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        let includesDeleted = try call.fields.bool("allow_deleted") ?? false
        return Self.answer(try await tracking.loggedModel(Self.id(call), includingDeleted: includesDeleted))
    }

    @Sendable private func finalize(_ call: Call) async throws -> [UInt8] {
        let status = try call.fields.choice(
            "status",
            named: LoggedModelStatus.init(name:),
            numbered: LoggedModelStatus.init(rawValue:)
        )
        guard let status else { throw MLflowError.missing("status") }
        return Self.answer(try await tracking.setLoggedModelStatus(status, of: Self.id(call)))
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        try await tracking.deleteLoggedModel(Self.id(call))
        return emptyAnswer
    }

    @Sendable private func setTags(_ call: Call) async throws -> [UInt8] {
        try await tracking.setLoggedModelTags(call.fields.keyValues("tags"), of: Self.id(call))
        return emptyAnswer
    }

    @Sendable private func deleteTag(_ call: Call) async throws -> [UInt8] {
        try await tracking.deleteLoggedModelTag(call.parameter("key"), of: Self.id(call))
        return emptyAnswer
    }

    @Sendable private func addParams(_ call: Call) async throws -> [UInt8] {
        try await tracking.addLoggedModelParams(call.fields.keyValues("params"), to: Self.id(call))
        return emptyAnswer
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        guard try call.fields.has("experiment_ids") else { throw MLflowError.missing("experiment_ids") }
        var query = LoggedModelQuery(experiments: try call.fields.experimentIDs())
        query.filter = try call.fields.string("filter")
        query.datasets = try call.fields.messages("datasets").map { dataset in
            guard let name = try dataset.string("dataset_name"), !name.isEmpty else {
                throw MLflowError.invalid("`dataset_name` in the `datasets` clause must be specified.")
            }
            return DatasetReference(name: name, digest: try Self.digest(dataset))
        }
        query.orderBy = try call.fields.messages("order_by").map { order in
            let dataset = try order.string("dataset_name").flatMap { $0.isEmpty ? nil : $0 }
            return LoggedModelOrder(
                field: try order.string("field_name") ?? "",
                isAscending: try order.bool("ascending") ?? true,
                dataset: try dataset.map { DatasetReference(name: $0, digest: try Self.digest(order)) }
            )
        }
        let wanted = Int(clamping: try call.fields.int("max_results") ?? 0)
        query.limit = wanted > 0 ? min(wanted, Self.limit) : Self.standardLimit
        query.pageToken = try call.fields.string("page_token")
        let page = try await tracking.searchLoggedModels(query)
        return JSONWriter.object { writer in
            writer.list("models", page.items) { $0.loggedModel($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func listArtifacts(_ call: Call) async throws -> [UInt8] {
        let model = try await tracking.loggedModel(Self.id(call))
        let path = try ArtifactPath(parsing: call.fields.string("artifact_directory_path") ?? "")
        return try await ArtifactListing(artifacts: tracking.artifacts).answer(model.artifactLocation, path)
    }

    private static func digest(_ fields: Fields) throws -> String? {
        try fields.string("dataset_digest").flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func id(_ call: Call) throws -> LoggedModelID {
        LoggedModelID(try call.parameter("model_id"))
    }

    private static func answer(_ model: LoggedModel) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("model")
            writer.loggedModel(model)
        }
    }
}
