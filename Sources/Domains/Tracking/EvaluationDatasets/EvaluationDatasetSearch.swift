internal import Filters
internal import SQLStore

/// Turns the filter and order of a search for evaluation datasets into SQL over `evaluation_datasets d`.
enum EvaluationDatasetSearch {
    private static let columns = [
        "name": "d.name", "created_time": "d.created_at", "last_update_time": "d.updated_at",
        "created_by": "d.created_by", "last_updated_by": "d.updated_by",
    ]
    private static let orderKeys = ["name", "created_time", "last_update_time"]
    private static let textComparators: [FilterComparator] = [.equal, .notEqual, .like, .ilike]

    /// The statement that selects the rows of a page, and one row more; in any experiment when none is named.
    static func statement(_ request: SearchRequest, experiments: [ExperimentID]) throws -> SQLCondition {
        var options = FilterParser.Options()
        options.quotesRefusedWords = false
        var condition = try SQLCondition(FilterParser.parse(request.filter, options: options), clause: condition)
        if !experiments.isEmpty {
            let marks = Array(repeating: "?", count: experiments.count).joined(separator: ", ")
            let member = """
                EXISTS (SELECT 1 FROM evaluation_dataset_experiments e
                WHERE e.dataset = d.dataset_id AND e.experiment IN (\(marks)))
                """
            condition = SQLCondition(member, experiments.map { .int($0.number) }) && condition
        }
        let sql = """
            \(EvaluationDatasetStore.Statements.select) WHERE \(condition.sql)
            ORDER BY \(try terms(request.orderBy)) LIMIT ? OFFSET ?
            """
        let window: [SQLValue] = [.int(Int64(request.limit) + 1), .int(Int64(try request.offset()))]
        return SQLCondition(sql, condition.arguments + window)
    }

    private static func condition(_ clause: FilterClause) throws -> SQLCondition {
        switch clause.identifier.entity {
        case nil: return try attribute(clause)
        case "tags": return try tag(clause)
        case let entity?: throw FilterError("Invalid identifier token '\(entity)' specified")
        }
    }

    private static func attribute(_ clause: FilterClause) throws -> SQLCondition {
        let key = clause.identifier.key
        guard let column = columns[key] else {
            let keys = columns.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            throw FilterError("Invalid attribute key '\(key)' specified. Valid keys are: {\(keys)}")
        }
        if key == "created_time" || key == "last_update_time" { return try number(clause, column) }
        guard clause.comparator != .notWithin else {
            throw FilterError("List values for 'name' are only supported with the IN comparator.")
        }
        let isList = key == "name" && clause.comparator == .within
        guard clause.comparator.isNumeric || textComparators.contains(clause.comparator) || isList else {
            throw FilterError("Invalid comparator for string attribute: \(clause.comparator.rawValue)")
        }
        if case .number(let text) = clause.value {
            throw FilterError("Expected a quoted string value for attributes. Got value \(text)")
        }
        try ClauseRules.checkText(clause, "attributes")
        let test = SQLCondition.text(column, clause.comparator, clause.value)
        return SQLCondition("\(column) IS NOT NULL") && test
    }

    private static func number(_ clause: FilterClause, _ column: String) throws -> SQLCondition {
        if case .string = clause.value {
            _ = try ClauseRules.number(clause, "numeric attribute: \(clause.identifier.key)")
        }
        guard clause.comparator.isNumeric else {
            throw FilterError("Invalid comparator for numeric attribute: \(clause.comparator.rawValue)")
        }
        guard case .number(let text) = clause.value, let number = Int64(text) else {
            throw FilterError(
                "Invalid value for numeric attribute '\(clause.identifier.key)': '\(clause.value.plain)'"
            )
        }
        return .number(column, clause.comparator, Double(number))
    }

    private static func tag(_ clause: FilterClause) throws -> SQLCondition {
        guard textComparators.contains(clause.comparator) else {
            throw FilterError("Invalid comparator for tag: \(clause.comparator.rawValue)")
        }
        try ClauseRules.checkText(clause, "tag")
        let test = SQLCondition.text("g.value", clause.comparator, clause.value)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM evaluation_dataset_tags g "
                + "WHERE g.dataset = d.dataset_id AND g.key = ? AND \(test.sql))",
            [.text(clause.identifier.key)] + test.arguments
        )
    }

    private static func terms(_ texts: [String]) throws -> String {
        var terms: [String] = []
        for text in texts {
            let order = try FilterOrder(parsing: text)
            if order.identifier.entity == "tags" { throw FilterError("Invalid order_by entity: tag") }
            guard order.identifier.entity == nil, orderKeys.contains(order.identifier.key),
                let column = columns[order.identifier.key]
            else {
                let keys = orderKeys.map { "'\($0)'" }.joined(separator: ", ")
                throw FilterError(
                    "Invalid attribute key '\(order.identifier.text)' specified. Valid keys are: {\(keys)}"
                )
            }
            terms.append("\(column) \(order.isAscending ? "ASC" : "DESC")")
        }
        if terms.isEmpty { terms.append("d.created_at DESC") }
        return (terms + ["d.dataset_id DESC"]).joined(separator: ", ")
    }
}
