internal import Filters
internal import SQLStore

/// Turns the filter and order of a search for runs into SQL over `runs r`.
struct RunSearch {
    /// The database's SQL, which decides what its indexes hold.
    let dialect: SQLDialect
    /// Looks the number of a key up; nil when nothing has that key.
    let keyNumber: (String) throws -> Int64?
    /// The SQL of a run's row: of the table that is read first, so that runs which do not match are not looked up.
    var run = "r.id"

    /// What a filter means.
    func condition(of expression: FilterExpression) throws -> SQLCondition {
        try SQLCondition(expression) { try condition(of: $0) }
    }

    /// The rows of indexes that hold every run for which one clause of a conjunction holds.
    func drivers(of expression: FilterExpression) throws -> [RunDriver] {
        try (expression.conjunction ?? []).compactMap { clause in
            guard let key = try keyNumber(clause.identifier.key) else { return nil }
            switch try RunEntity(clause.identifier) {
            case .metric:
                guard let range = try Self.range(of: clause, column: "f.value") else { return nil }
                return RunDriver(table: "metric_series f", condition: SQLCondition("f.key = ?", [.int(key)]) && range)
            case .param, .tag:
                guard clause.comparator == .equal, case .string(let text, _) = clause.value else { return nil }
                let table = try RunEntity(clause.identifier) == .param ? "run_params f" : "run_tags f"
                // No more than what the index holds: the filter asks for the whole value anyway.
                let value = SearchSchema.indexed("f.value", dialect)
                let sql = "f.key = ? AND \(value) = \(SearchSchema.indexed("?", dialect))"
                return RunDriver(table: table, condition: SQLCondition(sql, [.int(key), .text(text)]))
            case .attribute, .dataset: return nil
            }
        }
    }

    /// The filter without the clauses that ``range(of:in:column:)`` says already.
    func rest(of expression: FilterExpression, without metric: String) throws -> FilterExpression {
        guard let clauses = expression.conjunction else { return expression }
        let others = try clauses.filter { clause in
            try clause.identifier.key != metric || RunEntity(clause.identifier) != .metric
                || Self.range(of: clause, column: "") == nil
        }
        return others.isEmpty ? .everything : .all(others.map(FilterExpression.clause))
    }

    /// The values of one metric that the clauses of a conjunction leave; nil when they say nothing of it.
    func range(of metric: String, in expression: FilterExpression, column: String) throws -> SQLCondition? {
        let clauses = try (expression.conjunction ?? []).filter {
            try $0.identifier.key == metric && RunEntity($0.identifier) == .metric
        }
        return try clauses.compactMap { try Self.range(of: $0, column: column) }.reduce(nil) { whole, part in
            whole.map { $0 && part } ?? part
        }
    }

    private static func range(of clause: FilterClause, column: String) throws -> SQLCondition? {
        guard clause.comparator.isNumeric, clause.comparator != .notEqual else { return nil }
        return .number(column, clause.comparator, try ClauseRules.number(clause, "metric"))
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
            "EXISTS (SELECT 1 FROM metric_series m WHERE m.run = \(run) AND m.key = ? AND (\(test.sql)))",
            [.int(key)] + test.arguments
        )
    }

    private func pair(_ clause: FilterClause, _ table: String, _ subject: String) throws -> SQLCondition {
        try ClauseRules.checkNoList(clause, subject)
        try ClauseRules.check(clause, isOneOf: [.equal, .notEqual, .like, .ilike, .isNull, .isNotNull])
        try ClauseRules.checkText(clause, subject)
        let key = try keyNumber(clause.identifier.key)
        if clause.comparator == .isNull, key == nil { return .always }
        guard let key else { return .never }
        let isEqual = clause.comparator == .equal
        let pairs = isEqual ? SearchSchema.byValue(table, as: "p", dialect) : "\(table) p"
        var exists = SQLCondition("EXISTS (SELECT 1 FROM \(pairs) WHERE p.run = \(run) AND p.key = ?", [.int(key)])
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
            ? "run_dataset_tags t WHERE t.run = \(run) AND t.key = 'mlflow.data.context'"
            : "run_datasets l JOIN datasets d ON d.id = l.dataset WHERE l.run = \(run)"
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
                    + "'{'start_time', 'created', 'Created', 'end_time', 'status', 'run_name', 'run name', 'Run name', "
                    + "'Run Name', 'artifact_uri', 'user_id', 'run_id'}'"
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
            let number = try ClauseRules.number(clause, "numeric attribute: \(clause.identifier.key)")
            try ClauseRules.check(clause, isOneOf: FilterComparator.allCases.filter(\.isNumeric))
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
