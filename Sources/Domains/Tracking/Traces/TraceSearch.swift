internal import Filters
internal import SQLStore

/// Turns the filter and order of a search for traces into SQL over `traces t`.
enum TraceSearch {
    private static let textComparators: [FilterComparator] = [.equal, .notEqual, .like, .ilike, .rlike]
    /// The SQL of the name of a trace's state.
    static let stateName: String = {
        let names = TraceState.allCases.map { "WHEN \($0.rawValue) THEN '\($0.name)'" }.joined(separator: " ")
        return "(CASE t.state \(names) END)"
    }()

    /// The statement that selects the rows of a page, and one row more; the columns of a keyset come last.
    static func statement(_ request: SearchRequest, experiments: [ExperimentID]) throws -> SQLCondition {
        let condition = try scope(request.filter, experiments: experiments)
        if let keyset = try keyset(request.orderBy) {
            return try request.page(TraceStore.Statements.columns, "traces t", condition, keyset)
        }
        let order = try terms(request.orderBy)
        let window: [SQLValue] = [.int(Int64(request.limit) + 1), .int(Int64(try request.offset()))]
        return SQLCondition(
            "\(TraceStore.Statements.select) WHERE \(condition.sql) ORDER BY \(order.sql) LIMIT ? OFFSET ?",
            condition.arguments + order.arguments + window
        )
    }

    /// Refuses a filter that a search would refuse.
    static func check(_ filter: String?) throws {
        _ = try condition(filter)
    }

    /// The condition of a filter.
    static func condition(_ filter: String?) throws -> SQLCondition {
        try conditionOnOneSpan(FilterParser.parse(filter))
    }

    /// The condition of being in some experiments, and of a filter.
    static func scope(_ filter: String?, experiments: [ExperimentID]) throws -> SQLCondition {
        let marks = Array(repeating: "?", count: experiments.count).joined(separator: ", ")
        let scope = SQLCondition("t.experiment IN (\(marks))", experiments.map { .int($0.number) })
        return scope && (try condition(filter))
    }

    /// The condition of a filter; in a plain list of clauses all clauses about spans hold for one and the same span.
    private static func conditionOnOneSpan(_ expression: FilterExpression) throws -> SQLCondition {
        guard let clauses = expression.conjunction else { return try SQLCondition(expression, clause: condition) }
        let aboutSpans = clauses.filter { $0.identifier.entity == "span" }
        var result = SQLCondition.always
        for clause in clauses where clause.identifier.entity != "span" { result = result && (try condition(clause)) }
        guard !aboutSpans.isEmpty else { return result }
        return result && oneSpan(try aboutSpans.map(spanCondition))
    }

    private static func oneSpan(_ conditions: [SQLCondition]) -> SQLCondition {
        let tests = conditions.map { " AND (\($0.sql))" }.joined()
        return SQLCondition(
            "EXISTS (SELECT 1 FROM spans s WHERE s.trace = t.id\(tests))",
            conditions.flatMap(\.arguments)
        )
    }

    private static func condition(_ clause: FilterClause) throws -> SQLCondition {
        switch clause.identifier.entity {
        case nil, "attributes", "attribute", "trace": return try attribute(clause)
        case "tags", "tag": return try pair(clause, "trace_tags", clause.identifier.key)
        case "metadata", "request_metadata": return try pair(clause, "trace_metadata", clause.identifier.key)
        case "span": return oneSpan([try spanCondition(clause)])
        case "feedback", "expectation": return try AssessmentFilter.condition(clause)
        case "issue": return try AssessmentFilter.issue(clause)
        case let entity?:
            throw FilterError(
                "Invalid entity type '\(entity)'. "
                    + "Valid values are {'attribute', 'tag', 'metadata', 'request_metadata', 'span', 'trace', "
                    + "'feedback', 'expectation', 'issue'}"
            )
        }
    }

    private static func attribute(_ clause: FilterClause) throws -> SQLCondition {
        let key = clause.identifier.key
        switch key {
        case "status": return try text(clause, stateName, lists: true)
        case "request_id": return try text(clause, "t.trace_id", lists: true)
        case "client_request_id": return try text(clause, "coalesce(t.client_request_id, '')", lists: true)
        case "name": return try pair(clause, "trace_tags", TraceKeys.name)
        case "run_id": return try run(clause)
        case "prompt": return try prompt(clause)
        case "timestamp", "timestamp_ms": return try number(clause, "t.request_time")
        case "execution_time", "execution_time_ms": return try number(clause, "t.duration")
        case "end_time", "end_time_ms": return try number(clause, "(t.request_time + t.duration)")
        case "text" where clause.identifier.entity == "trace":
            return oneSpan([try content(clause)])
        default:
            throw FilterError(
                "Invalid attribute key '\(key)' specified. Valid keys are '{'request_id', 'client_request_id', "
                    + "'timestamp', 'timestamp_ms', 'execution_time', 'execution_time_ms', 'end_time', 'end_time_ms', "
                    + "'status', 'name', 'run_id'}'"
            )
        }
    }

    private static func spanCondition(_ clause: FilterClause) throws -> SQLCondition {
        switch clause.identifier.key {
        case "name": return try text(clause, "s.name", lists: true)
        case "type": return try text(clause, "s.type", lists: true)
        case "status": return try text(clause, "s.status", lists: true)
        case "content": return try content(clause)
        case let key where key.hasPrefix("attributes."):
            let name = String(key.dropFirst("attributes.".count))
            let test = try text(clause, "a.value", lists: true)
            return SQLCondition(
                "EXISTS (SELECT 1 FROM span_attributes a WHERE a.trace = s.trace AND a.span_id = s.span_id "
                    + "AND a.key = ? AND \(test.sql))",
                [.text(name)] + test.arguments
            )
        case let key:
            throw FilterError(
                "Invalid span attribute '\(key)'. "
                    + "Supported attributes: name, status, type, attributes.<attribute_name>."
            )
        }
    }

    private static func content(_ clause: FilterClause) throws -> SQLCondition {
        guard clause.comparator == .like || clause.comparator == .ilike else {
            throw FilterError(
                "\(clause.identifier.text) comparator '\(clause.comparator.rawValue)' not one of '{'ILIKE', 'LIKE'}'"
            )
        }
        return try text(clause, spanText, lists: false)
    }

    /// The text of a span without the words that the protocol puts around keys and values: nobody searches for those.
    private static let spanText = [
        "key", "value", "values", "string_value", "int_value", "double_value", "bool_value", "array_value",
        "kvlist_value",
    ].reduce("s.json") { "replace(\($0), '\"\($1)\":', '')" }

    private static func run(_ clause: FilterClause) throws -> SQLCondition {
        let ofMetadata = try pair(clause, "trace_metadata", TraceKeys.run)
        guard clause.comparator == .equal, case .string(let run, _) = clause.value else { return ofMetadata }
        return SQLCondition(
            "(\(ofMetadata.sql)) OR EXISTS (SELECT 1 FROM trace_runs l WHERE l.run = ? AND l.trace = t.trace_id)",
            ofMetadata.arguments + [.text(run)]
        )
    }

    private static func prompt(_ clause: FilterClause) throws -> SQLCondition {
        guard clause.comparator == .equal else {
            throw FilterError(
                "Invalid comparator '\(clause.comparator.rawValue)' for prompts filter. "
                    + "Only '=' is supported with format: prompt = \"name/version\""
            )
        }
        try ClauseRules.checkText(clause, "attributes")
        guard case .string(let prompt, _) = clause.value, prompt.split(separator: "/").count == 2 else {
            throw FilterError(
                "Invalid prompts filter value '\(clause.value.plain)'. Expected format: prompt = \"name/version\""
            )
        }
        return SQLCondition(
            "EXISTS (SELECT 1 FROM trace_prompts p WHERE p.trace = t.id AND p.prompt = ?)",
            [.text(prompt)]
        )
    }

    private static func pair(_ clause: FilterClause, _ table: String, _ key: String) throws -> SQLCondition {
        try ClauseRules.check(clause, isOneOf: textComparators + [.isNull, .isNotNull])
        try ClauseRules.checkText(clause, "tag")
        var exists = SQLCondition("EXISTS (SELECT 1 FROM \(table) p WHERE p.trace = t.id AND p.key = ?", [.text(key)])
        if !clause.comparator.asksPresence {
            let test = SQLCondition.text("p.value", clause.comparator, clause.value)
            exists = SQLCondition("\(exists.sql) AND \(test.sql)", exists.arguments + test.arguments)
        }
        return SQLCondition((clause.comparator == .isNull ? "NOT " : "") + exists.sql + ")", exists.arguments)
    }

    private static func text(_ clause: FilterClause, _ column: String, lists: Bool) throws -> SQLCondition {
        try ClauseRules.check(clause, isOneOf: textComparators + (lists ? [.within, .notWithin] : []))
        try ClauseRules.checkText(clause, "attributes")
        return .text(column, clause.comparator, clause.value)
    }

    private static func number(_ clause: FilterClause, _ column: String) throws -> SQLCondition {
        try ClauseRules.check(clause, isOneOf: FilterComparator.allCases.filter(\.isNumeric))
        let number = try ClauseRules.number(clause, "numeric attribute: \(clause.identifier.key)")
        let test = SQLCondition.number(column, clause.comparator, number)
        return SQLCondition("\(column) IS NOT NULL AND \(test.sql)", test.arguments)
    }

    /// The token of the next page, where there is one: `rows` are those of ``statement(_:experiments:)``.
    static func next(after rows: [SQLRow], _ request: SearchRequest) throws -> String? {
        if let keyset = try keyset(request.orderBy) { return request.next(after: rows, keyset) }
        return rows.count > request.limit ? PageToken(offset: try request.offset() + request.limit).text : nil
    }

    /// The order where nothing orders that may be missing: the time, as is usual, and what names a trace.
    private static func keyset(_ texts: [String]) throws -> Keyset? {
        let columns = ["timestamp_ms": "t.request_time", "request_id": "t.trace_id", "experiment_id": "t.experiment"]
        var terms: [Keyset.Term] = []
        var fields: [String] = []
        for text in texts {
            let order = try FilterOrder(parsing: text)
            let field = try orderTerm(order.identifier).0
            guard let column = columns[field] else { return nil }
            fields.append(field)
            terms.append(Keyset.Term(column, isAscending: order.isAscending))
        }
        try ClauseRules.checkUnique(fields, fields)
        if !fields.contains("timestamp_ms") { terms.append(.init("t.request_time", isAscending: false)) }
        if !fields.contains("request_id") { terms.append(.init("t.trace_id", isAscending: true)) }
        return Keyset(terms)
    }

    private static func terms(_ texts: [String]) throws -> SQLCondition {
        var terms: [String] = []
        var fields: [String] = []
        var arguments: [SQLValue] = []
        for text in texts {
            let order = try FilterOrder(parsing: text)
            let direction = order.isAscending ? "ASC" : "DESC"
            let (field, term) = try orderTerm(order.identifier)
            fields.append(field)
            terms += ["\(term.sql) IS NULL", "\(term.sql) \(direction)"]
            arguments += term.arguments + term.arguments
        }
        try ClauseRules.checkUnique(fields, fields)
        if !fields.contains("timestamp_ms") { terms.append("t.request_time DESC") }
        if !fields.contains("request_id") { terms.append("t.trace_id ASC") }
        return SQLCondition(terms.joined(separator: ", "), arguments)
    }

    private static func orderTerm(_ identifier: FilterIdentifier) throws -> (String, SQLCondition) {
        let key = identifier.key
        switch identifier.entity {
        case "tags", "tag": return ("tags.\(key)", value("trace_tags", key))
        case "metadata", "request_metadata": return ("metadata.\(key)", value("trace_metadata", key))
        case nil, "attributes", "attribute", "trace":
            switch key {
            case "timestamp", "timestamp_ms": return ("timestamp_ms", SQLCondition("t.request_time"))
            case "execution_time", "execution_time_ms": return ("execution_time_ms", SQLCondition("t.duration"))
            case "end_time", "end_time_ms": return ("end_time_ms", SQLCondition("(t.request_time + t.duration)"))
            case "status": return ("status", SQLCondition(stateName))
            case "request_id": return ("request_id", SQLCondition("t.trace_id"))
            case "experiment_id": return ("experiment_id", SQLCondition("t.experiment"))
            case "name": return ("name", value("trace_tags", TraceKeys.name))
            case "run_id": return ("run_id", value("trace_metadata", TraceKeys.run))
            default: throw FilterError("Invalid attribute key '\(key)' specified.")
            }
        case let entity?: throw FilterError("Invalid identifier type '\(entity)'")
        }
    }

    private static func value(_ table: String, _ key: String) -> SQLCondition {
        SQLCondition("(SELECT p.value FROM \(table) p WHERE p.trace = t.id AND p.key = ?)", [.text(key)])
    }
}
