internal import JSON

/// Answers one operation by calls of the REST API.
///
/// Their answers have the fields that the types name, in snake_case; what an answer leaves out has the standard value of
/// its type, as in the messages of MLflow.
struct GraphQLExecutor {
    /// A call by its method and path, with its fields.
    typealias Caller = @Sendable (_ call: String, _ fields: JSONObject) async throws -> JSONObject

    private let operation: GraphQLOperation
    private let selection: GraphQLSelectionSet
    private let caller: Caller
    private var errors: [String] = []
    /// Runs of one page mostly share their experiment.
    private var experiments: [String: JSONObject] = [:]

    init(
        _ document: GraphQLDocument,
        operation name: String?,
        variables given: JSONObject,
        _ caller: @escaping Caller
    ) throws(GraphQLError) {
        operation = try document.operation(named: name)
        selection = GraphQLSelectionSet(document: document, variables: try Self.variables(of: operation, given))
        self.caller = caller
    }

    /// The data, and what failed of it.
    mutating func run() async throws -> (data: JSONValue, errors: [String]) {
        for directive in operation.directives where directive.name != "component" {
            throw GraphQLError("Unknown directive '@\(directive.name)'.")
        }
        let isQuery = operation.kind == .query
        let roots = isQuery ? GraphQLSchema.query : GraphQLSchema.mutation
        let typeName = isQuery ? "Query" : "Mutation"
        let fields = try selection.fields(operation.selections, of: typeName)
        // All of it is looked at before anything is done.
        for field in fields where field.name != "__typename" {
            guard let root = roots[field.name] else { throw Self.unknown(field, typeName) }
            try validate(field, .object(root.output))
            _ = try arguments(of: field, root)
        }
        var data = JSONObject()
        for field in fields {
            guard let root = roots[field.name] else {
                data[field.key] = .string(typeName)
                continue
            }
            data[field.key] = try await answer(field, root)
        }
        return (.object(data), errors)
    }

    // MARK: - Before the calls

    private func validate(_ field: GraphQLField, _ output: GraphQLOutput) throws(GraphQLError) {
        guard let type = output.object else {
            guard field.selections.isEmpty else {
                throw GraphQLError(
                    "Field '\(field.name)' must not have a selection since type '\(output.name)' has no subfields."
                )
            }
            return
        }
        guard !field.selections.isEmpty else {
            throw GraphQLError("Field '\(field.name)' of type '\(output.name)' must have a selection of subfields.")
        }
        for inner in try selection.fields(field.selections, of: type.name) where inner.name != "__typename" {
            guard let output = type.fields[inner.name] else { throw Self.unknown(inner, type.name) }
            guard inner.arguments.isEmpty else {
                throw GraphQLError(
                    "Unknown argument '\(inner.arguments[0].name)' on field '\(type.name).\(inner.name)'."
                )
            }
            try validate(inner, output)
        }
    }

    private func arguments(of field: GraphQLField, _ root: GraphQLRootField) throws(GraphQLError) -> JSONObject {
        for argument in field.arguments where argument.name != root.argument {
            throw GraphQLError("Unknown argument '\(argument.name)' on field '\(field.name)'.")
        }
        let given = field.arguments.first?.value.resolved(selection.variables) ?? .null
        if case .echo = root.source {
            return ["output": try GraphQLInput.text(given)]
        }
        guard !given.isNull else { return JSONObject() }
        return try GraphQLInput.fields(given, root.input)
    }

    private static func variables(
        of operation: GraphQLOperation,
        _ given: JSONObject
    ) throws(GraphQLError)
        -> JSONObject
    {
        var variables = JSONObject()
        for variable in operation.variables {
            let value = given[variable.name] ?? variable.standard?.resolved(JSONObject())
            if variable.isRequired, value?.isNull ?? true {
                throw GraphQLError(
                    "Variable '$\(variable.name)' of required type '\(variable.type)' was not provided."
                )
            }
            variables[variable.name] = value
        }
        return variables
    }

    private static func unknown(_ field: GraphQLField, _ type: String) -> GraphQLError {
        GraphQLError("Cannot query field '\(field.name)' on type '\(type)'.")
    }

    // MARK: - The answer

    private mutating func answer(_ field: GraphQLField, _ root: GraphQLRootField) async throws -> JSONValue {
        let arguments = try arguments(of: field, root)
        guard case .call(let call) = root.source else {
            return try await object(arguments, field.selections, root.output)
        }
        do {
            return try await object(try await caller(call, arguments), field.selections, root.output)
        } catch {
            // One field that fails is null and leaves the others.
            guard let known = MLflowError(error) else { throw error }
            errors.append(known.message)
            return .null
        }
    }

    private mutating func object(
        _ object: JSONObject,
        _ selections: [GraphQLSelection],
        _ type: GraphQLObjectType
    ) async throws -> JSONValue {
        var answer = JSONObject()
        for field in try selection.fields(selections, of: type.name) {
            guard let output = type.fields[field.name] else {
                answer[field.key] = .string(type.name)
                continue
            }
            if case .related(let relation, let inner) = output {
                answer[field.key] = try await value(try await related(relation, to: object), field, inner)
            } else {
                answer[field.key] = try await value(object[GraphQLInput.snakeCased(field.name)], field, output)
            }
        }
        return .object(answer)
    }

    private mutating func value(
        _ value: JSONValue?,
        _ field: GraphQLField,
        _ output: GraphQLOutput
    ) async throws
        -> JSONValue
    {
        switch output {
        case .string: return value ?? ""
        case .boolean: return value ?? false
        case .enumeration(_, let first): return value ?? .string(first)
        case .long: return .string(value?.intValue.map { String($0) } ?? value?.stringValue ?? "0")
        case .float(let mayBeNaN): return number(value ?? 0.0, mayBeNaN: mayBeNaN)
        case .never: return .null
        case .object(let type): return try await object(value?.objectValue ?? JSONObject(), field.selections, type)
        case .list(let element):
            var elements: [JSONValue] = []
            for one in value?.arrayValue ?? [] { elements.append(try await self.value(one, field, element)) }
            return .array(elements)
        case .related(_, let inner): return try await self.value(value, field, inner)
        }
    }

    private mutating func number(_ value: JSONValue, mayBeNaN: Bool) -> JSONValue {
        guard let word = value.stringValue else { return value }
        if word != "NaN" || !mayBeNaN { errors.append("Float cannot represent non numeric value: \(word)") }
        return .null
    }

    private mutating func related(_ relation: GraphQLRelation, to run: JSONObject) async throws -> JSONValue? {
        let info = run["info"]
        switch relation {
        case .experimentOfRun:
            guard let id = info?["experiment_id"]?.stringValue else { return nil }
            if let known = experiments[id] { return .object(known) }
            let found = try await caller("GET /mlflow/experiments/get", ["experiment_id": .string(id)])
            let experiment = found["experiment"]?.objectValue ?? JSONObject()
            experiments[id] = experiment
            return .object(experiment)
        case .modelVersionsOfRun:
            guard let id = info?["run_id"]?.stringValue else { return nil }
            let filter = JSONValue.string("run_id='\(id)'")
            return try await caller("GET /mlflow/model-versions/search", ["filter": filter])["model_versions"]
        }
    }
}
