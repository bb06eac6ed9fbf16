internal import JSON

/// The fields that selections come to: fragments in their places, what is skipped left out, equal keys joined.
struct GraphQLSelectionSet {
    let document: GraphQLDocument
    let variables: JSONObject

    /// The fields of an object, in the order of the answer.
    func fields(_ selections: [GraphQLSelection], of type: String) throws(GraphQLError) -> [GraphQLField] {
        var fields: [GraphQLField] = []
        var positions: [String: Int] = [:]
        var visited: Set<String> = []
        for field in try flattened(selections, of: type, within: [], &visited) {
            guard let position = positions[field.key] else {
                positions[field.key] = fields.count
                fields.append(field)
                continue
            }
            guard fields[position].name == field.name, fields[position].arguments == field.arguments else {
                throw GraphQLError(
                    "Fields '\(field.key)' conflict because they ask for different things. "
                        + "Use different aliases on the fields to fetch both if this was intentional."
                )
            }
            fields[position].selections += field.selections
        }
        return fields
    }

    private func flattened(
        _ selections: [GraphQLSelection],
        of type: String,
        within path: [String],
        _ visited: inout Set<String>
    ) throws(GraphQLError) -> [GraphQLField] {
        var found: [GraphQLField] = []
        for selection in selections {
            switch selection {
            case .field(let field):
                if try includes(field.directives) { found.append(field) }
            case .inline(let wanted, let directives, let selections):
                try checkType(wanted ?? type, type)
                guard try includes(directives) else { continue }
                found += try flattened(selections, of: type, within: path, &visited)
            case .spread(let name, let directives):
                guard let fragment = document.fragments[name] else {
                    throw GraphQLError("Unknown fragment '\(name)'.")
                }
                guard !path.contains(name) else {
                    throw GraphQLError("Cannot spread fragment '\(name)' within itself.")
                }
                try checkType(fragment.type, type)
                guard try includes(directives), visited.insert(name).inserted else { continue }
                found += try flattened(fragment.selections, of: type, within: path + [name], &visited)
            }
        }
        return found
    }

    private func checkType(_ wanted: String, _ type: String) throws(GraphQLError) {
        guard wanted != type else { return }
        throw GraphQLError("A fragment on type '\(wanted)' cannot be spread where objects have type '\(type)'.")
    }

    /// What `@skip` and `@include` say.
    private func includes(_ directives: [GraphQLDirective]) throws(GraphQLError) -> Bool {
        for directive in directives {
            guard ["skip", "include"].contains(directive.name) else {
                throw GraphQLError("Unknown directive '@\(directive.name)'.")
            }
            guard let condition = directive.arguments.first(where: { $0.name == "if" }),
                case .bool(let holds)? = condition.value.resolved(variables)
            else {
                throw GraphQLError("Directive '@\(directive.name)' argument 'if' of type 'Boolean!' is required.")
            }
            if holds == (directive.name == "skip") { return false }
        }
        return true
    }
}
