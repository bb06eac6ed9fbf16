internal import JSON

/// Reads the text of a GraphQL request: operations and fragments, no definitions of types.
struct GraphQLParser {
    /// How deep braces and brackets may nest; deeper ones are refused before limits on queries are looked at.
    private static let depthLimit = 64

    private var lexer: GraphQLLexer
    private var token = GraphQLLexer.Token.end
    private var depth = 0

    static func parse(_ text: String) throws(GraphQLError) -> GraphQLDocument {
        var parser = GraphQLParser(lexer: GraphQLLexer(text))
        return try parser.document()
    }

    private init(lexer: GraphQLLexer) {
        self.lexer = lexer
    }

    // MARK: - Definitions

    private mutating func document() throws(GraphQLError) -> GraphQLDocument {
        try advance()
        var document = GraphQLDocument()
        repeat {
            switch token {
            case .mark("{"):
                document.operations.append(
                    GraphQLOperation(
                        kind: .query,
                        name: nil,
                        variables: [],
                        directives: [],
                        selections: try selections()
                    )
                )
            case .name("fragment"):
                let (name, fragment) = try fragment()
                guard document.fragments.updateValue(fragment, forKey: name) == nil else {
                    throw GraphQLError("There can be only one fragment named '\(name)'.")
                }
            case .name(let word):
                guard let kind = GraphQLOperation.Kind(rawValue: word) else { throw unexpected() }
                document.operations.append(try operation(kind))
            default: throw unexpected()
            }
        } while token != .end
        return document
    }

    private mutating func operation(_ kind: GraphQLOperation.Kind) throws(GraphQLError) -> GraphQLOperation {
        try advance()
        var name: String?
        if case .name(let given) = token {
            name = given
            try advance()
        }
        var variables: [GraphQLVariable] = []
        if try take("(") {
            while try !take(")") { variables.append(try variable()) }
        }
        return GraphQLOperation(
            kind: kind,
            name: name,
            variables: variables,
            directives: try directives(),
            selections: try selections()
        )
    }

    private mutating func variable() throws(GraphQLError) -> GraphQLVariable {
        try expect("$")
        let name = try name()
        try expect(":")
        let (type, isRequired) = try type()
        let standard = try take("=") ? try value() : nil
        return GraphQLVariable(name: name, type: type, isRequired: isRequired, standard: standard)
    }

    private mutating func type() throws(GraphQLError) -> (text: String, isRequired: Bool) {
        try enter()
        defer { depth -= 1 }
        var text: String
        if try take("[") {
            text = "[\(try type().text)]"
            try expect("]")
        } else {
            text = try name()
        }
        let isRequired = try take("!")
        if isRequired { text += "!" }
        return (text, isRequired)
    }

    private mutating func fragment() throws(GraphQLError) -> (String, GraphQLFragment) {
        try advance()
        let name = try name()
        guard token == .name("on") else { throw unexpected() }
        try advance()
        let type = try self.name()
        _ = try directives()
        return (name, GraphQLFragment(type: type, selections: try selections()))
    }

    // MARK: - Selections

    private mutating func selections() throws(GraphQLError) -> [GraphQLSelection] {
        try enter()
        defer { depth -= 1 }
        try expect("{")
        var found: [GraphQLSelection] = []
        repeat {
            if token == .spread { found.append(try spread()) } else { found.append(.field(try field())) }
        } while try !take("}")
        return found
    }

    private mutating func spread() throws(GraphQLError) -> GraphQLSelection {
        try advance()
        if case .name(let name) = token, name != "on" {
            try advance()
            return .spread(name: name, directives: try directives())
        }
        var type: String?
        if token == .name("on") {
            try advance()
            type = try name()
        }
        return .inline(type: type, directives: try directives(), selections: try selections())
    }

    private mutating func field() throws(GraphQLError) -> GraphQLField {
        var name = try name()
        var alias: String?
        if try take(":") {
            alias = name
            name = try self.name()
        }
        let arguments = try arguments()
        let directives = try directives()
        let selections = token == .mark("{") ? try selections() : []
        return GraphQLField(
            alias: alias,
            name: name,
            arguments: arguments,
            directives: directives,
            selections: selections
        )
    }

    private mutating func arguments() throws(GraphQLError) -> [GraphQLArgument] {
        guard try take("(") else { return [] }
        var found: [GraphQLArgument] = []
        repeat { found.append(try argument()) } while try !take(")")
        return found
    }

    private mutating func argument() throws(GraphQLError) -> GraphQLArgument {
        let name = try name()
        try expect(":")
        return GraphQLArgument(name: name, value: try value())
    }

    private mutating func directives() throws(GraphQLError) -> [GraphQLDirective] {
        var found: [GraphQLDirective] = []
        while try take("@") { found.append(GraphQLDirective(name: try name(), arguments: try arguments())) }
        return found
    }

    // MARK: - Values

    private mutating func value() throws(GraphQLError) -> GraphQLValue {
        try enter()
        defer { depth -= 1 }
        let first = token
        try advance()
        switch first {
        case .mark("$"): return .variable(try name())
        case .int(let number): return .scalar(.int(number))
        case .float(let number): return .scalar(.double(number))
        case .string(let text): return .scalar(.string(text))
        case .name("true"): return .scalar(.bool(true))
        case .name("false"): return .scalar(.bool(false))
        case .name("null"): return .scalar(.null)
        case .name(let name): return .name(name)
        case .mark("["):
            var values: [GraphQLValue] = []
            while try !take("]") { values.append(try value()) }
            return .list(values)
        case .mark("{"):
            var members: [GraphQLArgument] = []
            while try !take("}") { members.append(try argument()) }
            return .object(members)
        default: throw unexpected(first)
        }
    }

    // MARK: - Words

    private mutating func advance() throws(GraphQLError) {
        token = try lexer.next()
    }

    private mutating func enter() throws(GraphQLError) {
        depth += 1
        guard depth <= Self.depthLimit else { throw GraphQLError("Syntax Error: The document nests too deeply.") }
    }

    private mutating func name() throws(GraphQLError) -> String {
        guard case .name(let name) = token else { throw unexpected() }
        try advance()
        return name
    }

    private mutating func take(_ mark: Character) throws(GraphQLError) -> Bool {
        guard token == .mark(mark) else { return false }
        try advance()
        return true
    }

    private mutating func expect(_ mark: Character) throws(GraphQLError) {
        guard try take(mark) else { throw GraphQLError("Syntax Error: Expected '\(mark)', found \(shown(token)).") }
    }

    private func unexpected(_ other: GraphQLLexer.Token? = nil) -> GraphQLError {
        GraphQLError("Syntax Error: Unexpected \(shown(other ?? token)).")
    }

    private func shown(_ token: GraphQLLexer.Token) -> String {
        switch token {
        case .mark(let mark): "'\(mark)'"
        case .spread: "'...'"
        case .name(let name): "Name '\(name.prefix(100))'"
        case .int(let number): "Int '\(number)'"
        case .float(let number): "Float '\(number)'"
        case .string(let text): "String '\(text.prefix(100))'"
        case .end: "<EOF>"
        }
    }
}
