internal import Filters
internal import SQLStore

/// What a search of the registry looks at: its attributes, its tags and its orders.
struct RegistryFilter {
    /// An attribute that can be filtered by.
    struct Attribute {
        let column: String
        let isNumeric: Bool
        let takesList: Bool
    }

    /// The attributes by name.
    let attributes: [String: Attribute]
    /// The names of the attributes as messages list them.
    let attributeNames: String
    /// `SELECT 1 FROM … t WHERE …`, the tags of the row at hand.
    let tags: String
    /// The columns that can be ordered by.
    let orders: [String: String]
    /// The names of the orders as messages list them.
    let orderNames: String
    /// What messages call a key of an order.
    let orderSubject: String
    /// The order when none is given.
    let defaultOrder: [Keyset.Term]
    /// What makes an order total, unless its column was given.
    let tieBreakers: [Keyset.Term]

    /// Registered models `m`.
    static let models = RegistryFilter(
        attributes: ["name": Attribute(column: "m.name", isNumeric: false, takesList: true)],
        attributeNames: "'name'",
        tags: "SELECT 1 FROM registered_model_tags t WHERE t.model = m.id",
        orders: ["name": "m.name", "timestamp": "m.updated_at", "last_updated_timestamp": "m.updated_at"],
        orderNames: "'name', 'timestamp'",
        orderSubject: "order by",
        defaultOrder: [.init("m.name", isAscending: true)],
        tieBreakers: [.init("m.name", isAscending: true)]
    )

    /// Model versions `v` of models `m`.
    static let versions = RegistryFilter(
        attributes: [
            "name": Attribute(column: "m.name", isNumeric: false, takesList: true),
            "run_id": Attribute(column: "v.run", isNumeric: false, takesList: true),
            "source_path": Attribute(column: "v.source", isNumeric: false, takesList: false),
            "version_number": Attribute(column: "v.version", isNumeric: true, takesList: false),
        ],
        attributeNames: "'source_path', 'version_number', 'name', 'run_id'",
        tags: "SELECT 1 FROM model_version_tags t WHERE t.model = v.model AND t.version = v.version",
        orders: [
            "name": "m.name", "version_number": "v.version", "creation_timestamp": "v.created_at",
            "last_updated_timestamp": "v.updated_at",
        ],
        orderNames: "'name', 'version_number', 'creation_timestamp', 'last_updated_timestamp'",
        orderSubject: "attribute",
        defaultOrder: [
            .init("v.updated_at", isAscending: false), .init("m.name", isAscending: true),
            .init("v.version", isAscending: false),
        ],
        tieBreakers: [.init("m.name", isAscending: true), .init("v.version", isAscending: false)]
    )

    /// The statement that selects the rows of a page, and one row more; the columns of the order come last.
    func statement(_ columns: String, _ tables: String, _ search: RegistrySearch) throws -> SQLCondition {
        var options = FilterParser.Options()
        options.quotesRefusedWords = false
        let expression = try FilterParser.parse(search.filter, options: options)
        let asksForPrompts = expression.clauses.contains(where: Self.asksForPrompts)
        var condition = try SQLCondition(expression) { clause in
            Self.isAboutPrompts(clause) ? .always : try self.condition(clause)
        }
        let prompt = SQLCondition(
            "EXISTS (\(tags) AND t.key = ? AND lower(t.value) = 'true')",
            [.text(RegistryRules.promptTag)]
        )
        condition = condition && (asksForPrompts ? prompt : SQLCondition("NOT \(prompt.sql)", prompt.arguments))
        let order = try order(search.orderBy)
        let start = try order.start(PageToken(parsing: search.pageToken))
        condition = condition && start.condition
        return SQLCondition(
            """
            SELECT \(columns), \(order.columns) FROM \(tables) WHERE \(condition.sql)
            ORDER BY \(order.orderBy) LIMIT ? OFFSET ?
            """,
            condition.arguments + [.int(Int64(search.limit) + 1), .int(Int64(start.offset))]
        )
    }

    /// The token of the next page, where there is one: `rows` are those of ``statement(_:_:_:)``.
    func next(after rows: [SQLRow], _ search: RegistrySearch) throws -> String? {
        rows.count > search.limit ? try order(search.orderBy).place(of: rows[search.limit - 1]).text : nil
    }

    private static func isAboutPrompts(_ clause: FilterClause) -> Bool {
        ["tag", "tags"].contains(clause.identifier.entity) && clause.identifier.key == RegistryRules.promptTag
    }

    private static func asksForPrompts(_ clause: FilterClause) -> Bool {
        guard isAboutPrompts(clause), case .string(let value, _) = clause.value else { return false }
        return clause.comparator == .equal && value == "true" || clause.comparator == .notEqual && value == "false"
    }

    private func condition(_ clause: FilterClause) throws -> SQLCondition {
        if clause.comparator.asksPresence {
            throw FilterError("IS NULL / IS NOT NULL is not supported for registered model search.")
        }
        switch clause.identifier.entity {
        case nil, "attribute", "attributes": return try attribute(clause)
        case "tag", "tags": return try tag(clause)
        case let entity?:
            throw FilterError("Invalid entity type '\(entity)'. Valid entity types are ('attribute', 'tag', 'tags')")
        }
    }

    private func attribute(_ clause: FilterClause) throws -> SQLCondition {
        let key = clause.identifier.key
        guard let attribute = attributes[key] else {
            throw FilterError("Invalid attribute key '\(key)' specified. Valid keys are '{\(attributeNames)}'")
        }
        if attribute.isNumeric { return try number(clause, attribute) }
        if clause.comparator.takesList, !attribute.takesList {
            throw FilterError(
                "Only ['name', 'run_id'] attributes support comparison with a list of quoted string values."
            )
        }
        let allowed: [FilterComparator] = [.equal, .notEqual, .like, .ilike, .within, .notWithin]
        guard allowed.contains(clause.comparator) else {
            throw FilterError("Invalid comparator for attribute: \(clause.comparator.rawValue)")
        }
        switch clause.value {
        case .number(let text):
            throw FilterError(
                "Expected a quoted string value or a list of quoted string values for attributes. Got value \(text)"
            )
        case .bare(let text): throw Self.unquoted(text)
        case .string, .list, .none: return .text(attribute.column, clause.comparator, clause.value)
        }
    }

    private func number(_ clause: FilterClause, _ attribute: Attribute) throws -> SQLCondition {
        guard clause.comparator.isNumeric else {
            throw FilterError(
                "Invalid comparator for attribute \(clause.identifier.key): \(clause.comparator.rawValue)"
            )
        }
        var number: Int64?
        if case .number(let text) = clause.value { number = Int64(text) }
        if case .string(let text, _) = clause.value { number = Int64(text) }
        guard let number else {
            throw FilterError(
                "Invalid value for numeric attribute '\(clause.identifier.key)': \(clause.value.text)"
            )
        }
        return SQLCondition("\(attribute.column) \(clause.comparator.rawValue) ?", [.int(number)])
    }

    private func tag(_ clause: FilterClause) throws -> SQLCondition {
        guard [.equal, .notEqual, .like, .ilike].contains(clause.comparator) else {
            throw FilterError("Invalid comparator for tag: \(clause.comparator.rawValue)")
        }
        switch clause.value {
        case .number(let text): throw FilterError("Expected a quoted string value for tags. Got value \(text)")
        case .bare(let text): throw Self.unquoted(text)
        case .string, .list, .none: break
        }
        let test = SQLCondition.text("t.value", clause.comparator, clause.value)
        return SQLCondition(
            "EXISTS (\(tags) AND t.key = ? AND \(test.sql))",
            [.text(clause.identifier.key)] + test.arguments
        )
    }

    private static func unquoted(_ text: String) -> FilterError {
        FilterError(
            "Parameter value is either not quoted or unidentified quote types used for string value \(text). "
                + "Use either single or double quotes."
        )
    }

    /// The order of a search.
    func order(_ texts: [String]) throws -> Keyset {
        guard !texts.isEmpty else { return Keyset(defaultOrder) }
        var columns: [String] = []
        var names: [String] = []
        var terms: [Keyset.Term] = []
        for text in texts {
            let order = try FilterOrder(parsing: text)
            guard order.identifier.entity == nil, let column = orders[order.identifier.key] else {
                throw FilterError(
                    "Invalid \(orderSubject) key '\(order.identifier.text)' specified. Valid keys are '{\(orderNames)}'"
                )
            }
            columns.append(column)
            names.append("'\(order.identifier.key)'")
            terms.append(Keyset.Term(column, isAscending: order.isAscending))
        }
        guard Set(columns).count == columns.count else {
            throw FilterError("`order_by` contains duplicate fields: [\(names.joined(separator: ", "))]")
        }
        return Keyset(terms + tieBreakers.filter { !columns.contains($0.column) })
    }
}
