internal import HTTPServer
internal import JSON
internal import Registry

/// The registered models, their versions and aliases.
struct ModelRoutes: RouteGroup {
    let registry: RegistryService

    var operations: [Operation] { reading + acting }

    private var reading: [Operation] {
        [
            .get(
                "/api/v1/models",
                "The registered models",
                query: [
                    .optional("filter", "string", "MLflow's search language, such as `name LIKE 'rain%'`"),
                    .optional("order", "string", "MLflow's order, such as `last_updated_timestamp DESC`"),
                    .optional("limit", "integer", "Most models, 1 to 1000; 100 without"),
                    .optional("cursor", "string", "The `next` of the page before"),
                ]
            ) { [registry] request in
                let page = try await registry.searchModels(try Self.search(request))
                return .list(page.items.map { .object($0.json) }, next: page.next)
            },
            .get("/api/v1/models/{name}", "One model with its versions and the history of its aliases") {
                [registry] request in
                let name = request.parameter("name")
                var object = try await registry.model(name).json
                object["versions"] = .array(try await registry.versions(of: name).map(\.json))
                object["alias_history"] = .array(try await registry.aliasHistory(of: name).map(\.json))
                return .json(.object(object))
            },
            .get("/api/v1/models/{name}/versions", "The versions of a model, newest first") { [registry] request in
                .list(try await registry.versions(of: request.parameter("name")).map(\.json))
            },
            .get(
                "/api/v1/models/{name}/versions/{version}",
                "One version, by its number, an alias or `latest`"
            ) { [registry] request in
                .json(try await Self.version(registry, request).json)
            },
            .get(
                "/api/v1/models/{name}/versions/{version}/lineage",
                "Where a version comes from: its run, and the dataset versions that the run read"
            ) { [registry] request in
                let version = try await Self.version(registry, request)
                return .json(try await registry.lineage(of: version.name, version.version).json)
            },
            .get(
                "/api/v1/models/{name}/history",
                "How aliases moved, newest first: who, when, from where, to where, why",
                query: [
                    .optional("alias", "string", "Only this alias"),
                    .optional("limit", "integer", "Most moves, 1 to 1000; 100 without"),
                ]
            ) { [registry] request in
                let limit = Int(try request.integer("limit", 1...1_000) ?? 100)
                let alias = request.query.first("alias")
                let changes = try await registry.aliasHistory(of: request.parameter("name"), alias: alias, limit: limit)
                return .list(changes.map(\.json))
            },
        ]
    }

    private var acting: [Operation] {
        [
            .post(
                "/api/v1/models/{name}/aliases/{alias}",
                "Points an alias at a version: one atomic act, recorded for good",
                body: [
                    .required("version", "integer", "The version"),
                    .required("reason", "string", "Why, for the record"),
                    .optional("actor", "string", "Who does it; `api` without"),
                ]
            ) { [registry] request in try await Self.setAlias(registry, request) },
            .delete("/api/v1/models/{name}/aliases/{alias}", "Removes an alias; that is recorded as well") {
                [registry] request in
                try await registry.deleteAlias(request.parameter("alias"), of: request.parameter("name"), actor: "api")
                return HTTPResponse(status: 204)
            },
            .delete("/api/v1/models/{name}", "Moves a model with its versions to the trash; its name is free then") {
                [registry] request in
                try await registry.deleteModel(request.parameter("name"), actor: "api")
                return HTTPResponse(status: 204)
            },
            .delete(
                "/api/v1/models/{name}/versions/{version}",
                "Moves a version to the trash; aliases that point at it are removed"
            ) { [registry] request in
                let version = try await Self.version(registry, request)
                try await registry.deleteVersion(version.name, version.version, actor: "api")
                return HTTPResponse(status: 204)
            },
        ]
    }

    private static func search(_ request: HTTPRequest) throws -> RegistrySearch {
        RegistrySearch(
            filter: request.query.first("filter"),
            orderBy: request.query.all("order"),
            limit: Int(try request.integer("limit", 1...1_000) ?? 100),
            pageToken: request.query.first("cursor")
        )
    }

    private static func version(_ registry: RegistryService, _ request: HTTPRequest) async throws -> ModelVersion {
        let (name, text) = (request.parameter("name"), request.parameter("version"))
        if let number = Int64(text) { return try await registry.version(name, number) }
        do {
            return try await registry.version(name, alias: text)
        } catch let error as RegistryError where error.code == .invalidParameter {
            throw HTTPError(status: 404, message: "model '\(name)' has no version or alias '\(text)'")
        }
    }

    private static func setAlias(_ registry: RegistryService, _ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        let version = try fields.integer("version", 1...Int64.max)
        let (name, alias) = (request.parameter("name"), request.parameter("alias"))
        let change = try await registry.setAlias(
            alias,
            of: name,
            to: version,
            actor: fields.optionalString("actor") ?? "api",
            reason: fields.string("reason")
        )
        return .json([
            "model": .string(name), "alias": .string(alias), "version": .int(version),
            "change": change?.json ?? .null,
        ])
    }
}
