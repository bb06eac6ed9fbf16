internal import JSON
internal import Telemetry

/// Answers one request.
package typealias HTTPHandler = @Sendable (HTTPRequest) async throws -> HTTPResponse

/// Gives an error the shape that the clients of an API expect.
package typealias HTTPErrorResponder = @Sendable (HTTPError, HTTPRequest) -> HTTPResponse

/// Finds the handler for a request: by literal parts first, then `{name}`, then `{name...}`.
///
/// A value that is filled at start and then shared.
package struct Router: Sendable {
    struct Route: Sendable {
        let pattern: String
        let limits: RouteLimits
        let handler: HTTPHandler
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: (name: String, node: Node)?
        let rest: (name: String, routes: [HTTPMethod: Route])?
        let routes: [HTTPMethod: Route]

        init(
            literals: [String: Node] = [:],
            parameter: (name: String, node: Node)? = nil,
            rest: (name: String, routes: [HTTPMethod: Route])? = nil,
            routes: [HTTPMethod: Route] = [:]
        ) {
            self.literals = literals
            self.parameter = parameter
            self.rest = rest
            self.routes = routes
        }
    }

    private var root = Node()
    private var hostRules: HostRules?
    private var responders: [(prefix: String, responder: HTTPErrorResponder)] = []
    private static let logger = Logger(label: "http")

    /// A router without routes.
    package init() {}

    /// Adds a route, such as `/api/v1/runs/{id}` or `/assets/{path...}`.
    ///
    /// Traps where the same method and pattern stand twice, or two names stand at one place: a fault of the program.
    package mutating func on(
        _ method: HTTPMethod,
        _ pattern: String,
        limits: RouteLimits = .default,
        _ handler: @escaping HTTPHandler
    ) {
        precondition(pattern.hasPrefix("/"), "a pattern begins with a slash: \(pattern)")
        let parts = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let route = Route(pattern: pattern, limits: limits, handler: handler)
        root = Router.adding(route, method, parts[...], to: root)
    }

    /// Errors of paths below `prefix` get their answer from `responder`; the longest prefix counts.
    package mutating func errors(below prefix: String, _ responder: @escaping HTTPErrorResponder) {
        responders.append((prefix, responder))
        responders.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
    }

    /// Answers only requests that come under names that the rules admit, and not from pages of other sites.
    package mutating func admit(_ rules: HostRules) {
        hostRules = rules
    }

    /// The refusal of a request by the rules for names; nil for one that is to be answered.
    func refusal(of request: HTTPRequest) -> HTTPResponse? {
        hostRules?.refusal(of: request)
    }

    /// Answers a request without a server: finds the route, runs the handler, turns errors into answers.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let refusal = refusal(of: request) { return refusal }
        return switch find(request) {
        case .success(let match): await run(match.route, match.request)
        case .failure(let error): response(to: error, for: request)
        }
    }

    /// The route with the request that knows its parameters; 404 or 405 where there is none.
    func find(_ request: HTTPRequest) -> Result<(route: Route, request: HTTPRequest), HTTPError> {
        var parameters: [String: String] = [:]
        guard let routes = Router.match(request.pathSegments[...], in: root, &parameters) else {
            return .failure(HTTPError(status: 404, message: "there is nothing at \(request.path)"))
        }
        let method = request.method == .head && routes[.head] == nil ? .get : request.method
        guard let route = routes[method] else {
            let allowed = routes.keys.map(\.rawValue).sorted().joined(separator: ", ")
            let message = "\(request.method.rawValue) is not allowed at \(request.path); allowed: \(allowed)"
            return .failure(HTTPError(status: 405, message: message, headers: ["Allow": allowed]))
        }
        var found = request
        found.parameters = parameters
        found.limits = route.limits
        return .success((route, found))
    }

    func run(_ route: Route, _ request: HTTPRequest) async -> HTTPResponse {
        do {
            return try await route.handler(request)
        } catch let error as any HTTPErrorConvertible {
            let error = error.httpError
            if error.status >= 500 { log(error.message, request) }
            return response(to: error, for: request)
        } catch is CancellationError {
            // The client has gone, the time is up or the server stops: nobody waits for this answer.
            return response(to: HTTPError(status: 503, message: "the request was given up"), for: request)
        } catch {
            log("\(error)", request)
            let message = "the server failed; its log tells more under request \(request.id)"
            return response(to: HTTPError(status: 500, message: message), for: request)
        }
    }

    /// The answer to an error in the shape that its path asks for.
    func response(to error: HTTPError, for request: HTTPRequest) -> HTTPResponse {
        let own = responders.first { request.path.hasPrefix($0.prefix) }?.responder
        var response = own.map { $0(error, request) } ?? Router.plainError(error, request)
        for field in error.headers.fields { response.headers[field.name] = field.value }
        return response
    }

    private func log(_ message: String, _ request: HTTPRequest) {
        Router.logger.error(
            "A request failed",
            ["request": request.id, "method": request.method.rawValue, "path": request.path, "error": message]
        )
    }

    private static func plainError(_ error: HTTPError, _ request: HTTPRequest) -> HTTPResponse {
        .json(
            [
                "error": [
                    "code": .string(error.code), "message": .string(error.message), "request_id": .string(request.id),
                ]
            ],
            status: error.status
        )
    }

    // MARK: - The tree

    private static func adding(_ route: Route, _ method: HTTPMethod, _ parts: ArraySlice<String>, to node: Node) -> Node
    {
        guard let part = parts.first else {
            precondition(node.routes[method] == nil, "\(method.rawValue) \(route.pattern) stands twice")
            let routes = node.routes.merging([method: route]) { $1 }
            return Node(literals: node.literals, parameter: node.parameter, rest: node.rest, routes: routes)
        }
        if part.hasPrefix("{"), part.hasSuffix("...}") {
            precondition(parts.count == 1, "{name...} must be the last part: \(route.pattern)")
            let name = String(part.dropFirst().dropLast(4))
            let routes = (node.rest?.routes ?? [:]).merging([method: route]) { $1 }
            return Node(
                literals: node.literals,
                parameter: node.parameter,
                rest: (name, routes),
                routes: node.routes
            )
        }
        if part.hasPrefix("{"), part.hasSuffix("}") {
            let name = String(part.dropFirst().dropLast())
            precondition(node.parameter.map { $0.name == name } ?? true, "two names at one place: \(route.pattern)")
            let child = adding(route, method, parts.dropFirst(), to: node.parameter?.node ?? Node())
            return Node(literals: node.literals, parameter: (name, child), rest: node.rest, routes: node.routes)
        }
        let child = adding(route, method, parts.dropFirst(), to: node.literals[part] ?? Node())
        let literals = node.literals.merging([part: child]) { $1 }
        return Node(literals: literals, parameter: node.parameter, rest: node.rest, routes: node.routes)
    }

    private static func match(
        _ parts: ArraySlice<String>,
        in node: Node,
        _ parameters: inout [String: String]
    ) -> [HTTPMethod: Route]? {
        guard let part = parts.first else { return node.routes.isEmpty ? nil : node.routes }
        if let child = node.literals[part], let routes = match(parts.dropFirst(), in: child, &parameters) {
            return routes
        }
        if let (name, child) = node.parameter, !part.isEmpty,
            let routes = match(parts.dropFirst(), in: child, &parameters)
        {
            parameters[name] = part
            return routes
        }
        guard let (name, routes) = node.rest else { return nil }
        parameters[name] = parts.joined(separator: "/")
        return routes
    }
}
