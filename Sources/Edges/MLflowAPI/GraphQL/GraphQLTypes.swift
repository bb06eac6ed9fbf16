/// An object type of the GraphQL schema: a message of the REST API, its fields in camelCase.
struct GraphQLObjectType: Sendable {
    let name: String
    let fields: [String: GraphQLOutput]

    init(_ name: String, _ fields: [String: GraphQLOutput]) {
        self.name = name
        self.fields = fields
    }
}

/// The type of a field.
indirect enum GraphQLOutput: Sendable {
    case string
    /// A whole number of 64 bits, written as text.
    case long
    /// A number; what is not one is null, and an error unless the type says that it may be NaN.
    case float(mayBeNaN: Bool)
    case boolean
    /// The name of a case; the first is meant where none is given.
    case enumeration(String, first: String)
    case object(GraphQLObjectType)
    case list(GraphQLOutput)
    /// What the schema has and no server of ours or of MLflow's fills.
    case never(GraphQLObjectType)
    /// What another call tells.
    case related(GraphQLRelation, GraphQLOutput)

    static let float = float(mayBeNaN: false)

    /// The type of what is selected below the field; nil for scalars.
    var object: GraphQLObjectType? {
        switch self {
        case .object(let type), .never(let type): type
        case .list(let element): element.object
        case .related(_, let output): output.object
        case .string, .long, .float, .boolean, .enumeration: nil
        }
    }

    /// How messages name the type.
    var name: String {
        switch self {
        case .string: "String"
        case .long: "LongString"
        case .float: "Float"
        case .boolean: "Boolean"
        case .enumeration(let name, _): name
        case .object(let type), .never(let type): type.name
        case .list(let element): "[\(element.name)]"
        case .related(_, let output): output.name
        }
    }
}

/// What belongs to a run and has a call of its own.
enum GraphQLRelation: Sendable {
    case experimentOfRun
    case modelVersionsOfRun
}

/// A field that operations begin with.
struct GraphQLRootField: Sendable {
    /// What answers it.
    enum Source: Sendable {
        /// A call of the REST API, by its method and path.
        case call(String)
        /// The text of an argument, as the field `output`.
        case echo
    }

    let source: Source
    let argument: String
    /// The fields of the argument; empty where it is a text.
    let input: GraphQLInputType
    let output: GraphQLObjectType
}

/// The type of an argument.
struct GraphQLInputType: Sendable {
    enum Field: Sendable {
        case string
        case strings
        case int
        case view
    }

    let name: String
    let fields: [String: Field]
}
