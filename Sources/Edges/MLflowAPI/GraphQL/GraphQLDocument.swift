internal import JSON

/// A GraphQL request as it was written.
struct GraphQLDocument: Sendable {
    var operations: [GraphQLOperation] = []
    var fragments: [String: GraphQLFragment] = [:]

    /// The operation of that name, or the only one.
    func operation(named name: String?) throws(GraphQLError) -> GraphQLOperation {
        if let name, !name.isEmpty {
            guard let found = operations.first(where: { $0.name == name }) else {
                throw GraphQLError("Unknown operation named '\(name)'.")
            }
            return found
        }
        guard let only = operations.first, operations.count == 1 else {
            throw GraphQLError(
                operations.isEmpty
                    ? "Must provide an operation."
                    : "Must provide operation name if query contains multiple operations."
            )
        }
        return only
    }
}

/// What a GraphQL answer says of a request, or of one of its fields, that cannot be answered.
struct GraphQLError: Error, Equatable {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}

struct GraphQLOperation: Sendable {
    enum Kind: String {
        case query
        case mutation
    }

    let kind: Kind
    let name: String?
    let variables: [GraphQLVariable]
    let directives: [GraphQLDirective]
    let selections: [GraphQLSelection]
}

/// A variable of an operation; its type is taken from where it is used.
struct GraphQLVariable: Sendable {
    let name: String
    let type: String
    let isRequired: Bool
    let standard: GraphQLValue?
}

struct GraphQLFragment: Sendable {
    let type: String
    let selections: [GraphQLSelection]
}

indirect enum GraphQLSelection: Sendable {
    case field(GraphQLField)
    case spread(name: String, directives: [GraphQLDirective])
    /// A part for one type; nil means any.
    case inline(type: String?, directives: [GraphQLDirective], selections: [GraphQLSelection])
}

struct GraphQLField: Sendable {
    let alias: String?
    let name: String
    let arguments: [GraphQLArgument]
    let directives: [GraphQLDirective]
    var selections: [GraphQLSelection]

    /// What the answer calls it.
    var key: String { alias ?? name }
}

struct GraphQLArgument: Sendable, Hashable {
    let name: String
    let value: GraphQLValue
}

struct GraphQLDirective: Sendable {
    let name: String
    let arguments: [GraphQLArgument]
}

indirect enum GraphQLValue: Sendable, Hashable {
    case variable(String)
    case scalar(JSONValue)
    /// The name of a case of an enumeration.
    case name(String)
    case list([GraphQLValue])
    case object([GraphQLArgument])

    /// The value with variables in their places; what is not given stays absent.
    func resolved(_ variables: JSONObject) -> JSONValue? {
        switch self {
        case .variable(let name): variables[name]
        case .scalar(let value): value
        case .name(let name): .string(name)
        case .list(let values): .array(values.map { $0.resolved(variables) ?? .null })
        case .object(let members):
            .object(
                JSONObject(
                    members.compactMap { member in
                        member.value.resolved(variables).map { (member.name, $0) }
                    }
                )
            )
        }
    }
}
