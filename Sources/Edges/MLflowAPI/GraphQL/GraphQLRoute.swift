internal import HTTPServer
internal import JSON

/// The GraphQL endpoint, for the queries that MLflow's web pages send.
struct GraphQLRoute: Sendable {
    private static let bodyLimit = 1 << 20

    /// What answers the calls, by method and path.
    private let handlers: [String: Endpoint.Handler]

    init(_ endpoints: [Endpoint]) {
        handlers = Dictionary(endpoints.map { ("\($0.method.rawValue) \($0.path)", $0.handler) }) { first, _ in first }
    }

    func install(on router: inout Router) {
        router.on(.post, "/graphql", limits: RouteLimits(maximumBodyBytes: Self.bodyLimit)) { request in
            try await MLflowAPI.respond(request) {
                try Call.checkType(request)
                return .json(bytes: try await answer(Call(request, try await request.body()).fields))
            }
        }
    }

    /// `{data, errors}`: also for what cannot be answered, with data that is null.
    private func answer(_ fields: Fields) async throws -> [UInt8] {
        let answer: (data: JSONValue, errors: [String])
        do {
            let document = try GraphQLParser.parse(fields.requiredString("query"))
            try GraphQLLimits.check(document)
            var executor = try GraphQLExecutor(
                document,
                operation: fields.value("operationName")?.stringValue,
                variables: fields.value("variables")?.objectValue ?? JSONObject(),
                call
            )
            answer = try await executor.run()
        } catch let error as GraphQLError {
            answer = (.null, [error.message])
        }
        let errors: JSONValue = answer.errors.isEmpty ? .null : .array(answer.errors.map { .string($0) })
        return JSONValue.object(["data": answer.data, "errors": errors]).serialized()
    }

    @Sendable private func call(_ name: String, _ fields: JSONObject) async throws -> JSONObject {
        guard let handler = handlers[name] else { preconditionFailure("the schema names a call that exists: \(name)") }
        let bytes = try await handler(Call(fields: Fields(fields), parameters: [:]))
        return try JSONValue.parse(bytes).objectValue ?? JSONObject()
    }
}
