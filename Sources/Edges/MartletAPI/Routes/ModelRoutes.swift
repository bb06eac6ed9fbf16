internal import HTTPServer
internal import JSON
internal import Registry

/// The registered models, their versions and aliases.
struct ModelRoutes: RouteGroup {
    let registry: RegistryService

    var operations: [Operation] {
        [
            .get(
                "/api/v1/models",
                "The registered models",
                query: [
                    .optional("limit", "integer", "Most models, 1 to 1000; 100 without"),
                    .optional("cursor", "string", "The `next` of the page before"),
                ]
            ) { [registry] request in
                let limit = Int(try request.integer("limit", 1...1_000) ?? 100)
                let page = try await registry.searchModels(
                    RegistrySearch(limit: limit, pageToken: request.query.first("cursor"))
                )
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
            .post(
                "/api/v1/models/{name}/aliases/{alias}",
                "Points an alias at a version: one atomic act, recorded for good",
                body: [
                    .required("version", "integer", "The version"),
                    .required("reason", "string", "Why, for the record"),
                    .optional("actor", "string", "Who does it; `api` without"),
                ]
            ) { [registry] request in try await Self.setAlias(registry, request) },
        ]
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
