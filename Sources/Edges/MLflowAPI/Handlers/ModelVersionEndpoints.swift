internal import HTTPServer
internal import JSON
internal import Registry
internal import Tracking

/// The calls about model versions.
struct ModelVersionEndpoints {
    /// The tag of a logged model that lists the versions registered from it.
    private static let registrationsTag = "mlflow.modelVersions"

    let registry: RegistryService
    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/model-versions/create", create),
            Endpoint(.get, "/mlflow/model-versions/get", get),
            Endpoint(.patch, "/mlflow/model-versions/update", update),
            Endpoint(.post, "/mlflow/model-versions/transition-stage", transition),
            Endpoint(.delete, "/mlflow/model-versions/delete", delete),
            Endpoint(.get, "/mlflow/model-versions/search", search),
            Endpoint(.get, "/mlflow/model-versions/get-download-uri", downloadLocation),
            Endpoint(.post, "/mlflow/model-versions/set-tag", setTag),
            Endpoint(.delete, "/mlflow/model-versions/delete-tag", deleteTag),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        var draft = ModelVersionDraft(
            name: try call.fields.requiredString("name"),
            source: try call.fields.requiredString("source")
        )
        draft.run = try call.fields.string("run_id")
        draft.runLink = try call.fields.string("run_link")
        draft.description = try call.fields.string("description")
        draft.loggedModel = try call.fields.string("model_id").flatMap { $0.isEmpty ? nil : $0 }
        draft.tags = try call.fields.registryTags("tags")
        let version = try await registry.createVersion(draft)
        if let model = draft.loggedModel { try await noteRegistration(of: LoggedModelID(model), as: version) }
        return Self.answer(version)
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        let (name, number) = try Self.identity(call)
        return Self.answer(try await registry.version(name, number))
    }

    @Sendable private func update(_ call: Call) async throws -> [UInt8] {
        let (name, number) = try Self.identity(call)
        let description = try call.fields.string("description")
        return Self.answer(try await registry.setDescription(description, of: name, number))
    }

    @Sendable private func transition(_ call: Call) async throws -> [UInt8] {
        let (name, number) = try Self.identity(call)
        let version = try await registry.setStage(
            ModelStage(parsing: call.fields.requiredString("stage")),
            of: name,
            number,
            archivingOthers: call.fields.bool("archive_existing_versions") ?? false
        )
        return Self.answer(version)
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        let (name, number) = try Self.identity(call)
        try await registry.deleteVersion(name, number)
        return emptyAnswer
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        if let wanted = try call.fields.int("max_results"), wanted < 1 {
            throw MLflowError.invalid(
                "Invalid value for max_results. It must be a positive integer, but got \(wanted)"
            )
        }
        let page = try await registry.searchVersions(call.fields.registrySearch(standard: 10_000, limit: 200_000))
        return JSONWriter.object { writer in
            writer.list("model_versions", page.items) { $0.modelVersion($1, withAliases: false) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func downloadLocation(_ call: Call) async throws -> [UInt8] {
        // MLflow checks these two by hand, and says it in other words.
        guard let name = try call.fields.string("name"), !name.isEmpty else {
            throw MLflowError.invalid("Missing value for required parameter 'name'.")
        }
        let text = try call.fields.string("version") ?? ""
        guard let number = Int64(text) else { throw MLflowError.noVersionNumber(text) }
        let version = try await registry.version(name, number)
        return JSONWriter.object { $0.member("artifact_uri", version.location) }
    }

    @Sendable private func setTag(_ call: Call) async throws -> [UInt8] {
        let (name, number) = try Self.identity(call)
        try await registry.setTag(call.fields.registryTag(), of: name, number)
        return emptyAnswer
    }

    @Sendable private func deleteTag(_ call: Call) async throws -> [UInt8] {
        let (name, number) = try Self.identity(call)
        try await registry.deleteTag(call.fields.requiredString("key"), of: name, number)
        return emptyAnswer
    }

    /// Adds a version to the list that its logged model carries.
    private func noteRegistration(of id: LoggedModelID, as version: ModelVersion) async throws {
        let entry: JSONValue = ["name": .string(version.name), "version": .int(version.version)]
        try await tracking.changeTag(Self.registrationsTag, ofLoggedModel: id) { before in
            let known = before.flatMap { try? JSONValue.parse($0) }?.arrayValue ?? []
            return JSONValue.array(known + [entry]).pythonText
        }
    }

    private static func identity(_ call: Call) throws -> (String, Int64) {
        (try call.fields.requiredString("name"), try call.fields.versionNumber())
    }

    static func answer(_ version: ModelVersion) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("model_version")
            writer.modelVersion(version)
        }
    }
}
