package import HTTPServer
internal import JSON
package import Registry
internal import Telemetry
package import Tracking
package import Webhooks

/// The MLflow REST API over tracking and the registry.
package struct MLflowAPI: Sendable {
    /// The version of MLflow's server that clients take us for; they want 3.4 or later.
    package static let compatibleVersion = "3.17.2"
    /// The Python client uses the first, MLflow's web pages the second.
    private static let prefixes = ["/api", "/ajax-api"]
    private static let logger = Logger(label: "mlflow")

    private let tracking: TrackingService
    private let registry: RegistryService
    private let webhooks: WebhookService

    /// The API of these services.
    package init(tracking: TrackingService, registry: RegistryService, webhooks: WebhookService) {
        self.tracking = tracking
        self.registry = registry
        self.webhooks = webhooks
    }

    /// Adds every route of the API.
    package func install(on router: inout Router) {
        for prefix in Self.prefixes {
            for endpoint in endpoints { Self.install(endpoint, below: prefix, on: &router) }
            ArtifactRoutes(tracking: tracking, registry: registry).install(below: prefix, on: &router)
            MultipartRoutes(artifacts: tracking.artifacts).install(below: prefix, on: &router)
            router.errors(below: "\(prefix)/2.0/") { Self.answer(to: $0, $1) }
            router.errors(below: "\(prefix)/3.0/") { Self.answer(to: $0, $1) }
        }
        router.errors(below: "//") { Self.withoutEmptyParts($1) ?? Self.answer(to: $0, $1) }
        ServerRoutes().install(on: &router)
        GraphQLRoute(endpoints).install(on: &router)
        SpanRoute(tracking: tracking).install(on: &router)
        TraceArtifactRoute(tracking: tracking).install(on: &router)
        ArtifactRoutes(tracking: tracking, registry: registry).installWithoutPrefix(on: &router)
        MultipartRoutes(artifacts: tracking.artifacts).installWithoutPrefix(on: &router)
    }

    private var endpoints: [Endpoint] {
        ExperimentEndpoints(tracking: tracking).endpoints
            + RunEndpoints(tracking: tracking).endpoints
            + PromptlabEndpoints(tracking: tracking).endpoints
            + LoggingEndpoints(tracking: tracking).endpoints
            + LoggedModelEndpoints(tracking: tracking).endpoints
            + RegisteredModelEndpoints(registry: registry).endpoints
            + ModelVersionEndpoints(registry: registry, tracking: tracking).endpoints
            + RunArtifactEndpoints(tracking: tracking).endpoints
            + TraceEndpoints(tracking: tracking).endpoints
            + LegacyTraceEndpoints(tracking: tracking).endpoints
            + TraceMetricsEndpoints(tracking: tracking).endpoints
            + AssessmentEndpoints(tracking: tracking).endpoints
            + EvaluationDatasetEndpoints(tracking: tracking).endpoints
            + ScorerEndpoints(tracking: tracking).endpoints
            + WebhookEndpoints(webhooks: webhooks).endpoints
    }

    private static func install(_ endpoint: Endpoint, below prefix: String, on router: inout Router) {
        let limits = RouteLimits(maximumBodyBytes: endpoint.bodyLimit)
        router.on(endpoint.method, "\(prefix)/\(endpoint.version)\(endpoint.path)", limits: limits) { request in
            try await respond(request) {
                if request.method == .post || request.method == .put { try Call.checkType(request) }
                let body = try await request.body()
                if let answer = try await endpoint.shortcut?(body) { return .json(bytes: answer) }
                return .json(bytes: try await endpoint.handler(Call(request, body)))
            }
        }
    }

    /// Runs a handler and turns the errors that clients may see into answers of the protocol.
    static func respond(
        _ request: HTTPRequest,
        _ handler: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        do {
            return try await handler()
        } catch let error as any HTTPErrorConvertible {
            throw error
        } catch {
            if let known = MLflowError(error) { return .json(bytes: known.body, status: known.code.status) }
            logger.error("A call failed", ["request": request.id, "path": request.path, "error": "\(error)"])
            let message = "The server failed; its log tells more under request \(request.id)."
            let failure = MLflowError(code: .internalError, message: message)
            return .json(bytes: failure.body, status: failure.code.status)
        }
    }

    /// Where a path is meant that begins with several slashes, as it does when a client joins it to an address that ends in
    /// one; nil when nothing is left of it.
    private static func withoutEmptyParts(_ request: HTTPRequest) -> HTTPResponse? {
        let parts = request.path.split(separator: "/")
        guard !parts.isEmpty else { return nil }
        let query = request.query.items.map { item in
            "\(PercentEncoding.encode(item.name))=\(PercentEncoding.encode(item.value))"
        }
        let place = "/" + parts.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        return HTTPResponse(status: 308, headers: ["Location": place])
    }

    /// The answer to a request that no handler took; clients know an unknown call by a 404 that is not JSON.
    private static func answer(to error: HTTPError, _ request: HTTPRequest) -> HTTPResponse {
        switch error.status {
        case 404:
            return .html("<!doctype html><title>404 Not Found</title><h1>Not Found</h1>", status: 404)
        case 405:
            return .html("<!doctype html><title>405 Method Not Allowed</title><h1>Method Not Allowed</h1>", status: 405)
        case 413:
            let refusal = MLflowError(code: .requestLimitExceeded, message: error.message)
            return .json(bytes: refusal.body, status: 413)
        case 500...:
            let refusal = MLflowError(code: .internalError, message: error.message)
            return .json(bytes: refusal.body, status: error.status)
        default:
            let refusal = MLflowError(code: .badRequest, message: error.message)
            return .json(bytes: refusal.body, status: error.status)
        }
    }
}

extension Call {
    private static let maximumDepth = 64

    /// Reads a request: the query of a GET, the JSON body of any other method.
    init(_ request: HTTPRequest, _ body: [UInt8]) {
        parameters = request.parameters
        let isQuery = request.method == .get || request.method == .head || request.method == .delete && body.isEmpty
        fields = isQuery ? Fields(Self.object(request.query), isQuery: true) : Fields(Self.object(body))
    }

    /// Refuses a body that is not declared to be JSON.
    static func checkType(_ request: HTTPRequest) throws(MLflowError) {
        guard let type = request.headers["Content-Type"] else {
            throw .invalid("Bad Request. Content-Type header is missing.")
        }
        let essence = type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard essence == "application/json" else {
            throw .invalid("Bad Request. Content-Type must be one of ['application/json'].")
        }
    }

    private static func object(_ query: QueryItems) -> JSONObject {
        var object = JSONObject()
        for name in query.names {
            let values = query.all(name)
            object[name] = values.count == 1 ? .string(values[0]) : .array(values.map { .string($0) })
        }
        return object
    }

    /// The object in a body; what is no JSON counts as an empty one, and JSON in a JSON string is read again.
    private static func object(_ body: [UInt8]) -> JSONObject {
        let options = JSONOptions(maximumDepth: maximumDepth, allowNaN: true)
        guard let value = try? JSONValue.parse(body, options: options) else { return JSONObject() }
        if case .string(let text) = value {
            return (try? JSONValue.parse(text, options: options))?.objectValue ?? JSONObject()
        }
        return value.objectValue ?? JSONObject()
    }
}
