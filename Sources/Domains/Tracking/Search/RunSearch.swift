internal import Filters
internal import SQLStore

/// Turns the filter and order of a search for runs into SQL over `runs r`.
struct RunSearch {
    /// Looks the number of a key up; nil when nothing has that key.
    let keyNumber: (String) throws -> Int64?

    /// The statement that selects the rows of a page, and one row more.
    func statement(_ request: SearchRequest, experiments: [ExperimentID], view: StageView) throws -> SQLCondition {
        let filter = try SQLCondition(FilterParser.parse(request.filter)) { try condition(of: $0) }
        let order = try RunOrder(request.orderBy, keyNumber: keyNumber)
        let marks = Array(repeating: "?", count: experiments.count).joined(separator: ", ")
        var scope = SQLCondition("r.experiment IN (\(marks))", experiments.map { .int($0.number) })
        switch view {
        case .activeOnly: scope = scope && SQLCondition("r.stage = 0")
        case .deletedOnly: scope = scope && SQLCondition("r.stage = 1")
        case .all: break
        }
        let whole = filter == .always ? scope : scope && filter
        let sql = """
            \(RunStore.Statements.select) \(order.joins.sql) WHERE \(whole.sql)
            ORDER BY \(order.terms.joined(separator: ", ")) LIMIT ? OFFSET ?
            """
        let window: [SQLValue] = [.int(Int64(request.limit) + 1), .int(Int64(try request.offset()))]
        return SQLCondition(sql, order.joins.arguments + whole.arguments + window)
    }

    private func condition(of clause: FilterClause) throws -> SQLCondition {
        switch try RunEntity(clause.identifier) {
        case .metric: try metric(clause)
        case .param: try pair(clause, "run_params", "parameter")
        case .tag: try pair(clause, "run_tags", "tag")
        case .attribute: try RunAttribute.condition(clause)
        case .dataset: try dataset(clause)
        }
    }

    private func metric(_ clause: FilterClause) throws -> SQLCondition {
        if clause.comparator.asksPresence {
            throw FilterError(
                "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' '\(clause.identifier.key)'"
            )
        }
        try ClauseRules.check(clause, isOneOf: FilterComparator.allCases.filter(\.isNumeric))
        let number = try ClauseRules.number(clause, "metric")
        guard let key = try keyNumber(clause.identifier.key) else { return .never }
        var test = SQLCondition.number("m.value", clause.comparator, number)
        if clause.comparator == .notEqual { test.sql += " OR m.value IS NULL" }
        return SQLCondition(
            "EXISTS (SELECT 1 FROM metric_series m WHERE m.run = r.id AND m.key = ? AND (\(test.sql)))",
            [.int(key)] + test.arguments
        )
    }

    private func pair(_ clause: FilterClause, _ table: String, _ subject: String) throws -> SQLCondition {
        try ClauseRules.check(clause, isOneOf: [.equal, .notEqual, .like, .ilike, .isNull, .isNotNull])
        try ClauseRules.checkText(clause, subject)
        let key = try keyNumber(clause.identifier.key)
        if clause.comparator == .isNull, key == nil { return .always }
        guard let key else { return .never }
        var exists = SQLCondition("EXISTS (SELECT 1 FROM \(table) p WHERE p.run = r.id AND p.key = ?", [.int(key)])
        if !clause.comparator.asksPresence {
            let test = SQLCondition.text("p.value", clause.comparator, clause.value)
            exists = SQLCondition("\(exists.sql) AND \(test.sql)", exists.arguments + test.arguments)
        }
        return SQLCondition((clause.comparator == .isNull ? "NOT " : "") + exists.sql + ")", exists.arguments)
    }

    private func dataset(_ clause: FilterClause) throws -> SQLCondition {
        let columns = ["name": "d.name", "digest": "d.digest", "context": "t.value"]
        guard let column = columns[clause.identifier.key] else {
            throw FilterError(
                "Invalid dataset key '\(clause.identifier.key)' specified. Valid keys are '{'name', 'digest', 'context'}'"
            )
        }
        try ClauseRules.check(clause, isOneOf: [.equal, .notEqual, .like, .ilike, .within, .notWithin])
        try ClauseRules.checkText(clause, "dataset")
        let test = SQLCondition.text(column, clause.comparator, clause.value)
        let source =
            column == "t.value"
            ? "run_dataset_tags t WHERE t.run = r.id AND t.key = 'mlflow.data.context'"
            : "run_datasets l JOIN datasets d ON d.id = l.dataset WHERE l.run = r.id"
        return SQLCondition("EXISTS (SELECT 1 FROM \(source) AND \(test.sql))", test.arguments)
    }
}

/// What an identifier of a search for runs belongs to.
enum RunEntity {
    case metric
    case param
    case tag
    case attribute
    case dataset

    init(_ identifier: FilterIdentifier) throws(FilterError) {
        switch identifier.entity {
        case "metrics", "metric": self = .metric
        case "params", "param", "parameters", "parameter": self = .param
        case "tags", "tag": self = .tag
        case nil, "attributes", "attribute", "attr", "run": self = .attribute
        case "datasets", "dataset": self = .dataset
        case let entity?:
            throw FilterError(
                "Invalid entity type '\(entity)'. "
                    + "Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
            )
        }
    }
}

/// An attribute of a run in filters and orders.
struct RunAttribute {
    /// The name that aliases share.
    let name: String
    /// The SQL of its value.
    let column: String
    /// Whether it is a number.
    let isNumeric: Bool

    init(_ key: String) throws(FilterError) {
        switch key {
        case "start_time", "created", "Created": self.init("start_time", "r.start_time", true)
        case "end_time": self.init("end_time", "r.end_time", true)
        case "status": self.init("status", Self.statusName, false)
        case "run_name", "run name", "Run name", "Run Name": self.init("run_name", "r.name", false)
        case "artifact_uri": self.init("artifact_uri", "r.artifact_location", false)
        case "user_id": self.init("user_id", "r.user_name", false)
        case "run_id": self.init("run_id", "r.uuid", false)
        default:
            throw FilterError(
                "Invalid attribute key '\(key)' specified. Valid keys are "
                    + "'{'start_time', 'end_time', 'status', 'run_name', 'artifact_uri', 'user_id', 'run_id', 'created'}'"
            )
        }
    }

    private init(_ name: String, _ column: String, _ isNumeric: Bool) {
        self.name = name
        self.column = column
        self.isNumeric = isNumeric
    }

    static func condition(_ clause: FilterClause) throws -> SQLCondition {
        let attribute = try RunAttribute(clause.identifier.key)
        if clause.comparator.asksPresence {
            throw FilterError(
                "IS NULL / IS NOT NULL is only supported for tags and params, "
                    + "not for 'attribute' '\(clause.identifier.key)'"
            )
        }
        if attribute.isNumeric {
            try ClauseRules.check(clause, isOneOf: FilterComparator.allCases.filter(\.isNumeric))
            let number = try ClauseRules.number(clause, "numeric attribute: \(clause.identifier.key)")
            let test = SQLCondition.number(attribute.column, clause.comparator, number)
            return SQLCondition("\(attribute.column) IS NOT NULL AND \(test.sql)", test.arguments)
        }
        if clause.comparator.takesList, attribute.name != "run_id" {
            throw FilterError("Only ['run_id'] attributes support comparison with a list of quoted string values.")
        }
        try ClauseRules.check(clause, isOneOf: [.equal, .notEqual, .like, .ilike, .within, .notWithin])
        try ClauseRules.checkText(clause, "attributes")
        return .text(attribute.column, clause.comparator, clause.value)
    }

    private static let statusName: String = {
        let names = RunStatus.allCases.map { "WHEN \($0.rawValue) THEN '\($0.name)'" }.joined(separator: " ")
        return "(CASE r.status \(names) END)"
    }()
}

/// The order of a search for runs.
struct RunOrder {
    /// The joins that the terms need.
    private(set) var joins = SQLCondition("")
    /// The terms of ORDER BY.
    private(set) var terms: [String] = []

    init(_ texts: [String], keyNumber: (String) throws -> Int64?) throws {
        var fields: [String] = []
        for (index, text) in texts.enumerated() {
            let order = try FilterOrder(parsing: text)
            let direction = order.isAscending ? "ASC" : "DESC"
            let key = order.identifier.key
            switch try RunEntity(order.identifier) {
            case .attribute:
                let attribute = try RunAttribute(key)
                fields.append(attribute.name)
                if attribute.name == "end_time" { terms.append("r.end_time IS NULL") }
                terms.append("\(attribute.column) \(direction)")
            case .metric:
                fields.append("metrics.\(key)")
                join("metric_series", index, try keyNumber(key))
                terms.append("CASE WHEN o\(index).run IS NULL THEN 2 WHEN o\(index).value IS NULL THEN 1 ELSE 0 END")
                terms.append("o\(index).value \(direction)")
            case .param, .tag:
                let isParam = try RunEntity(order.identifier) == .param
                fields.append((isParam ? "params." : "tags.") + key)
                join(isParam ? "run_params" : "run_tags", index, try keyNumber(key))
                terms.append("o\(index).value IS NULL")
                terms.append("o\(index).value \(direction)")
            case .dataset:
                throw FilterError("Invalid identifier type 'dataset'")
            }
        }
        try ClauseRules.checkUnique(fields)
        if !fields.contains("start_time") { terms.append("r.start_time DESC") }
        if !fields.contains("run_id") { terms.append("r.uuid ASC") }
    }

    private mutating func join(_ table: String, _ index: Int, _ key: Int64?) {
        joins.sql += " LEFT JOIN \(table) o\(index) ON o\(index).run = r.id AND o\(index).key = ?"
        joins.arguments.append(.int(key ?? -1))
    }
}
