internal import HTTPServer
internal import JSON
internal import Registry

/// The calls about registered models.
struct RegisteredModelEndpoints {
    let registry: RegistryService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/registered-models/create", create),
            Endpoint(.get, "/mlflow/registered-models/get", get),
            Endpoint(.patch, "/mlflow/registered-models/update", update),
            Endpoint(.post, "/mlflow/registered-models/rename", rename),
            Endpoint(.delete, "/mlflow/registered-models/delete", delete),
            Endpoint(.get, "/mlflow/registered-models/search", search),
            Endpoint(.post, "/mlflow/registered-models/get-latest-versions", latestVersions),
            Endpoint(.get, "/mlflow/registered-models/get-latest-versions", latestVersions),
            Endpoint(.post, "/mlflow/registered-models/set-tag", setTag),
            Endpoint(.delete, "/mlflow/registered-models/delete-tag", deleteTag),
            Endpoint(.post, "/mlflow/registered-models/alias", setAlias),
            Endpoint(.delete, "/mlflow/registered-models/alias", deleteAlias),
            Endpoint(.get, "/mlflow/registered-models/alias", versionByAlias),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        let model = try await registry.createModel(
            call.fields.requiredString("name"),
            description: call.fields.string("description"),
            tags: call.fields.registryTags("tags")
        )
        return Self.answer(model)
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        Self.answer(try await registry.model(call.fields.requiredString("name")))
    }

    @Sendable private func update(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        let description = try call.fields.string("description") ?? ""
        return Self.answer(try await registry.setDescription(description, ofModel: name))
    }

    @Sendable private func rename(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        return Self.answer(try await registry.renameModel(name, to: call.fields.requiredString("new_name")))
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        try await registry.deleteModel(call.fields.requiredString("name"))
        return emptyAnswer
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        let page = try await registry.searchModels(call.fields.registrySearch(standard: 100, limit: 1_000))
        return JSONWriter.object { writer in
            writer.list("registered_models", page.items) { $0.registeredModel($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func latestVersions(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        let stages = try call.fields.strings("stages").map { try ModelStage(parsing: $0) }
        let versions = try await registry.latestVersions(of: name, stages: stages)
        return JSONWriter.object { writer in
            writer.list("model_versions", versions) { $0.modelVersion($1) }
        }
    }

    @Sendable private func setTag(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        try await registry.setTag(call.fields.registryTag(), ofModel: name)
        return emptyAnswer
    }

    @Sendable private func deleteTag(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        try await registry.deleteTag(call.fields.requiredString("key"), ofModel: name)
        return emptyAnswer
    }

    @Sendable private func setAlias(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        let alias = try call.fields.requiredString("alias")
        try await registry.setAlias(alias, of: name, to: call.fields.versionNumber())
        return emptyAnswer
    }

    @Sendable private func deleteAlias(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        try await registry.deleteAlias(call.fields.requiredString("alias"), of: name)
        return emptyAnswer
    }

    @Sendable private func versionByAlias(_ call: Call) async throws -> [UInt8] {
        let name = try call.fields.requiredString("name")
        let version = try await registry.version(name, alias: call.fields.requiredString("alias"))
        return ModelVersionEndpoints.answer(version)
    }

    private static func answer(_ model: RegisteredModel) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("registered_model")
            writer.registeredModel(model)
        }
    }
}

extension MLflowError {
    /// The refusal of a version that is no number.
    static func noVersionNumber(_ text: String) -> MLflowError {
        .invalid("Parameter 'version' must be an integer, got '\(text)'.")
    }
}

extension Fields {
    /// Keys with values; a value that is absent is empty.
    func registryTags(_ name: String) throws(MLflowError) -> [RegistryTag] {
        var tags: [RegistryTag] = []
        // An empty key is refused by the registry, in other words than a call about one tag.
        for tag in try messages(name) {
            tags.append(RegistryTag(try tag.string("key") ?? "", try tag.string("value") ?? ""))
        }
        return tags
    }

    /// A key with its value; a value that is absent is empty.
    func registryTag() throws(MLflowError) -> RegistryTag {
        RegistryTag(try requiredString("key"), try string("value") ?? "")
    }

    /// The number of a version, which the protocol sends as text.
    func versionNumber() throws(MLflowError) -> Int64 {
        let text = try requiredString("version")
        guard let number = Int64(text) else {
            throw .noVersionNumber(text)
        }
        return number
    }

    /// What to search for in the registry.
    func registrySearch(standard: Int, limit: Int) throws(MLflowError) -> RegistrySearch {
        RegistrySearch(
            filter: try string("filter"),
            orderBy: try strings("order_by"),
            limit: try maxResults(standard: standard, limit: limit),
            pageToken: try string("page_token")
        )
    }
}
