internal import Filters
internal import SQLStore

/// Turns the filter and order of a search for experiments into SQL over `experiments`.
enum ExperimentSearch {
    private static let order = [
        "name": "name", "experiment_id": "id", "creation_time": "created_at", "last_update_time": "updated_at",
    ]

    /// The statement that selects the rows of a page, and one row more, in this order.
    static func statement(_ request: SearchRequest, view: StageView, _ order: Keyset) throws -> SQLCondition {
        var options = FilterParser.Options()
        options.quotesRefusedWords = false
        var condition = try SQLCondition(FilterParser.parse(request.filter, options: options), clause: condition)
        switch view {
        case .activeOnly: condition = SQLCondition("stage = 0") && condition
        case .deletedOnly: condition = SQLCondition("stage = 1") && condition
        case .all: break
        }
        return try request.page(ExperimentStore.Statements.columns, "experiments", condition, order)
    }

    private static func condition(_ clause: FilterClause) throws -> SQLCondition {
        switch clause.identifier.entity {
        case nil, "attribute", "attributes": return try attribute(clause)
        case "tag", "tags": return try tag(clause)
        case let entity?:
            throw FilterError("Invalid entity type '\(entity)'. Valid entity types are ('attribute', 'tag', 'tags')")
        }
    }

    private static func attribute(_ clause: FilterClause) throws -> SQLCondition {
        let key = clause.identifier.key
        switch key {
        case "creation_time", "last_update_time":
            guard clause.comparator.isNumeric else { throw wrongComparator(key, clause) }
            _ = try ClauseRules.number(clause, "numeric attribute: \(key)")
            guard let number = Int64(clause.value.text) else {
                throw FilterError("Invalid value for numeric attribute '\(key)': '\(clause.value.text)'")
            }
            let column = key == "creation_time" ? "created_at" : "updated_at"
            return .number(column, clause.comparator, Double(number))
        case "name":
            if clause.comparator.takesList {
                throw FilterError(
                    "Only ['experiment_id'] attributes support comparison with a list of quoted string values."
                )
            }
            try ClauseRules.check(clause, isOneOf: [.equal, .notEqual, .like, .ilike])
            try checkText(clause)
            return .text("name", clause.comparator, clause.value)
        case "experiment_id":
            guard [.equal, .notEqual, .within, .notWithin].contains(clause.comparator) else {
                throw wrongComparator(key, clause)
            }
            try checkText(clause)
            return try identifier(clause)
        default:
            throw FilterError(
                "Invalid attribute key '\(key)' specified. "
                    + "Valid keys are '{'name', 'creation_time', 'last_update_time', 'experiment_id'}'"
            )
        }
    }

    private static func identifier(_ clause: FilterClause) throws -> SQLCondition {
        let texts = if case .list(let texts) = clause.value { texts } else { [clause.value.plain] }
        let numbers = try texts.map { SQLValue.int(try ExperimentID(parsing: $0).number) }
        let marks = Array(repeating: "?", count: numbers.count).joined(separator: ", ")
        let word = [.equal, .within].contains(clause.comparator) ? "IN" : "NOT IN"
        return SQLCondition("id \(word) (\(marks))", numbers)
    }

    private static func tag(_ clause: FilterClause) throws -> SQLCondition {
        guard [.equal, .notEqual, .like, .ilike, .isNull, .isNotNull].contains(clause.comparator) else {
            throw wrongComparator("tag", clause)
        }
        try ClauseRules.checkText(clause, "tag")
        var exists = "EXISTS (SELECT 1 FROM experiment_tags t WHERE t.experiment = experiments.id AND t.key = ?"
        var arguments: [SQLValue] = [.text(clause.identifier.key)]
        if !clause.comparator.asksPresence {
            let test = SQLCondition.text("t.value", clause.comparator, clause.value)
            exists += " AND \(test.sql)"
            arguments += test.arguments
        }
        return SQLCondition((clause.comparator == .isNull ? "NOT " : "") + exists + ")", arguments)
    }

    private static func checkText(_ clause: FilterClause) throws(FilterError) {
        if case .number(let text) = clause.value {
            throw FilterError("Expected a quoted string value for attributes. Got value \(text)")
        }
        try ClauseRules.checkText(clause, "attributes")
    }

    private static func wrongComparator(_ subject: String, _ clause: FilterClause) -> FilterError {
        FilterError("Invalid comparator for \(subject): \(clause.comparator.rawValue)")
    }

    /// The order of a search.
    static func order(_ texts: [String]) throws -> Keyset {
        var terms: [Keyset.Term] = []
        var hasID = false
        for text in texts {
            let parsed = try FilterOrder(parsing: text)
            guard parsed.identifier.entity == nil || parsed.identifier.entity == "attribute" else {
                let entity = parsed.identifier.entity ?? ""
                throw FilterError("Invalid order_by entity: \(entity == "tags" ? "tag" : entity)")
            }
            guard let column = order[parsed.identifier.key] else {
                throw FilterError(
                    "Invalid attribute key '\(parsed.identifier.key)' specified. "
                        + "Valid keys are '{'name', 'creation_time', 'last_update_time', 'experiment_id'}'"
                )
            }
            hasID = hasID || column == "id"
            terms.append(Keyset.Term(column, isAscending: parsed.isAscending))
        }
        if terms.isEmpty {
            return Keyset([.init("created_at", isAscending: false), .init("id", isAscending: true)])
        }
        return Keyset(terms + (hasID ? [] : [.init("id", isAscending: false)]))
    }
}
