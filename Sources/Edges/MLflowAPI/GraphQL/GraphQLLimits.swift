/// How large a query may be, counted as MLflow's server counts: by level, with fragments in their places.
struct GraphQLLimits {
    private static let depth = 10
    private static let selections = 1_000
    private static let rootFields = 10
    private static let aliases = 10

    private let fragments: [String: GraphQLFragment]
    private var selections = 0
    private var rootFields = 0
    private var aliases = 0

    /// Refuses a document that is too deep, too long, or asks for too much at once.
    static func check(_ document: GraphQLDocument) throws(GraphQLError) {
        var limits = GraphQLLimits(document)
        for operation in document.operations { try limits.count(operation.selections, depth: 1) }
        try refuse(limits.rootFields, over: rootFields, "root fields")
        try refuse(limits.aliases, over: aliases, "aliases")
    }

    private init(_ document: GraphQLDocument) {
        fragments = document.fragments
    }

    // What a level holds is counted before what lies below it, so that no query can make this deep or long.
    private mutating func count(_ level: [GraphQLSelection], depth: Int) throws(GraphQLError) {
        guard depth <= Self.depth else { throw GraphQLError("Query exceeds maximum depth of \(Self.depth)") }
        let fields = fields(of: level)
        if depth == 1 { rootFields += fields.count }
        selections += fields.count
        guard selections <= Self.selections else {
            throw GraphQLError("Query exceeds maximum total selections of \(Self.selections)")
        }
        aliases = max(aliases, fields.count { $0.alias != nil })
        for field in fields where !field.selections.isEmpty { try count(field.selections, depth: depth + 1) }
    }

    private func fields(of level: [GraphQLSelection]) -> [GraphQLField] {
        var found: [GraphQLField] = []
        var visited: Set<String> = []
        var waiting = level[...]
        while let selection = waiting.popFirst() {
            switch selection {
            case .field(let field): found.append(field)
            case .inline(_, _, let selections): waiting += selections
            case .spread(let name, _):
                if visited.insert(name).inserted, let fragment = fragments[name] { waiting += fragment.selections }
            }
        }
        return found
    }

    private static func refuse(_ count: Int, over limit: Int, _ what: String) throws(GraphQLError) {
        guard count > limit else { return }
        throw GraphQLError("GraphQL queries should have at most \(limit) \(what), got \(count) \(what).")
    }
}
