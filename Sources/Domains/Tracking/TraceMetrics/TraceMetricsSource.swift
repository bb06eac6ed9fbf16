internal import Filters
internal import JSON
internal import SQLStore

/// The SQL that reads what a query of trace metrics is computed from.
///
/// Its rows hold a time in Unix milliseconds, the value, and then each dimension; rows with a dimension that is null
/// belong to no group.
struct TraceMetricsSource {
    private static let traceName = tag("t.id", TraceKeys.name)
    private static let usageKey = "mlflow.trace.tokenUsage"
    private static let costKey = "mlflow.llm.cost"

    let query: TraceMetricsQuery

    /// The whole statement.
    func statement() throws -> SQLCondition {
        let marks = Array(repeating: "?", count: query.experiments.count).joined(separator: ", ")
        var condition = SQLCondition("t.experiment IN (\(marks))", query.experiments.map { .int($0.number) })
        if let start = query.start { condition = condition && SQLCondition("\(rangeTime) >= ?", [.int(start)]) }
        if let end = query.end { condition = condition && SQLCondition("\(rangeTime) <= ?", [.int(end)]) }
        if query.view == .assessments { condition = condition && SQLCondition("a.is_valid = 1") }
        for filter in query.filters { condition = condition && (try Self.filter(filter, query.view)) }
        let columns = [time, value] + query.dimensions.map(Self.dimension)
        return SQLCondition(
            "SELECT \(columns.joined(separator: ", ")) FROM \(table) WHERE \(condition.sql)",
            condition.arguments
        )
    }

    /// The number that a row stands for; nil for none.
    func number(_ value: SQLValue) -> Double? {
        switch value {
        case .int(let number): return Double(number)
        case .double(let number): return number
        case .text(let text):
            guard let json = try? JSONValue.parse(text) else { return nil }
            return query.view == .assessments ? Self.judged(json) : json[query.metric]?.doubleValue
        case .null, .blob: return nil
        }
    }

    private var table: String {
        switch query.view {
        case .traces: "traces t"
        case .spans: "spans s JOIN traces t ON t.id = s.trace"
        case .assessments: "assessments a JOIN traces t ON t.id = a.trace"
        }
    }

    private var isCost: Bool { query.view == .spans && query.metric.hasSuffix("_cost") }

    private var time: String { query.view == .spans ? "s.start_time / 1000000" : "t.request_time" }

    /// What the times of the query bound: costs belong to the time of their span, everything else to that of its trace.
    private var rangeTime: String { isCost ? time : "t.request_time" }

    private var value: String {
        switch (query.view, query.metric) {
        case (.traces, "session_count"): Self.metadata("t.id", AssessmentStore.sessionKey)
        case (.traces, "latency"): "t.duration"
        case (.traces, "trace_count"), (.spans, "span_count"), (.assessments, "assessment_count"): "1"
        case (.traces, _): Self.metadata("t.id", Self.usageKey)
        case (.spans, "latency"): "CASE WHEN s.end_time > 0 THEN (s.end_time - s.start_time) / 1000000 END"
        case (.spans, _): Self.attribute(Self.costKey)
        case (.assessments, _): "a.value"
        }
    }

    private static func dimension(_ name: String) -> String {
        switch name {
        case "trace_name": traceName
        case "trace_status": TraceSearch.stateName
        case "span_name": "s.name"
        case "span_type": "s.type"
        case "span_status": "s.status"
        case "span_model_name": attribute("mlflow.llm.model")
        case "span_model_provider": attribute("mlflow.llm.provider")
        case "assessment_name": "a.name"
        default: "a.value"
        }
    }

    private static func tag(_ trace: String, _ key: String) -> String {
        "(SELECT p.value FROM trace_tags p WHERE p.trace = \(trace) AND p.key = '\(key)')"
    }

    private static func metadata(_ trace: String, _ key: String) -> String {
        "(SELECT p.value FROM trace_metadata p WHERE p.trace = \(trace) AND p.key = '\(key)')"
    }

    private static func attribute(_ key: String) -> String {
        "(SELECT b.value FROM span_attributes b WHERE b.trace = s.trace AND b.span_id = s.span_id AND b.key = '\(key)')"
    }

    /// Truth values, and yes and no, count as 1 and 0.
    private static func judged(_ value: JSONValue) -> Double? {
        if let truth = value.boolValue { return truth ? 1 : 0 }
        switch value.stringValue?.lowercased().filter({ !$0.isWhitespace }) {
        case "yes": return 1
        case "no": return 0
        default: return value.doubleValue
        }
    }

    // MARK: - Filters

    private static func filter(_ text: String, _ view: TraceMetricsQuery.View) throws -> SQLCondition {
        guard let clauses = try FilterParser.parse(text).conjunction, clauses.count == 1 else {
            throw FilterError("Invalid filter: '\(text)'. Expected one filter clause.")
        }
        let clause = clauses[0]
        guard clause.comparator == .equal else {
            throw FilterError(
                "Invalid comparator: '\(clause.comparator.rawValue)', only '=' operator is supported"
            )
        }
        try ClauseRules.checkText(clause, clause.identifier.key)
        let value = SQLValue.text(clause.value.plain)
        switch clause.identifier.entity {
        case "trace": return try ofTrace(clause.identifier, value)
        case "span":
            try require(.spans, view, "span")
            return try column(clause.identifier, ["name": "s.name", "status": "s.status", "type": "s.type"], value)
        case "assessment":
            try require(.assessments, view, "assessment")
            return try column(clause.identifier, ["name": "a.name", "type": "a.kind"], value)
        default:
            throw FilterError(
                "Invalid identifier '\(clause.identifier.text)'. Columns should be specified as 'trace.<key>', "
                    + "'span.<key>', 'assessment.<key>'."
            )
        }
    }

    private static func ofTrace(_ identifier: FilterIdentifier, _ value: SQLValue) throws -> SQLCondition {
        let parts = identifier.key.split(separator: ".", maxSplits: 1).map(String.init)
        switch (parts.first ?? "", parts.count > 1 ? parts[1] : nil) {
        case ("status", nil): return SQLCondition("\(TraceSearch.stateName) = ?", [value])
        case ("tag", let key?): return pair("trace_tags", key, value)
        case ("metadata", let key?) where key == TraceKeys.run:
            let linked = "EXISTS (SELECT 1 FROM trace_runs l WHERE l.trace = t.trace_id AND l.run = ?)"
            let named = pair("trace_metadata", key, value)
            return SQLCondition("\(named.sql) OR \(linked)", named.arguments + [value])
        case ("metadata", let key?): return pair("trace_metadata", key, value)
        case (let entity, nil) where entity == "tag" || entity == "metadata":
            throw FilterError("Filtering by \(entity) requires a key, e.g. 'trace.\(entity).<key> = <value>'")
        case ("status", _):
            throw FilterError("Filtering by status does not require a key, use 'trace.status' instead")
        case (let entity, _):
            throw FilterError(
                "Invalid entity '\(entity)' specified for view type 'trace'. "
                    + "Valid entities are ['status', 'tag', 'metadata']"
            )
        }
    }

    private static func pair(_ table: String, _ key: String, _ value: SQLValue) -> SQLCondition {
        SQLCondition(
            "EXISTS (SELECT 1 FROM \(table) q WHERE q.trace = t.id AND q.key = ? AND q.value = ?)",
            [.text(key), value]
        )
    }

    private static func column(
        _ identifier: FilterIdentifier,
        _ columns: [String: String],
        _ value: SQLValue
    ) throws -> SQLCondition {
        guard let column = columns[identifier.key] else {
            let known = columns.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            throw FilterError(
                "Invalid entity '\(identifier.key)' specified for view type '\(identifier.entity ?? "")'. "
                    + "Valid entities are [\(known)]"
            )
        }
        return SQLCondition("\(column) = ?", [value])
    }

    private static func require(
        _ wanted: TraceMetricsQuery.View,
        _ view: TraceMetricsQuery.View,
        _ word: String
    ) throws {
        guard view == wanted else {
            throw FilterError(
                "Filtering by \(word) is only supported for \(wanted.name) view type, got \(view.name)"
            )
        }
    }
}
