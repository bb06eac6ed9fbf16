internal import Filters
internal import SQLStore

/// A dataset that a search for logged models looks at; every digest when it is nil.
package struct DatasetReference: Sendable, Hashable {
    /// The name of the dataset.
    package var name: String
    /// The digest of the dataset.
    package var digest: String?

    /// A dataset.
    package init(name: String, digest: String?) {
        self.name = name
        self.digest = digest
    }
}

/// One field of the order of a search for logged models.
package struct LoggedModelOrder: Sendable, Hashable {
    /// An attribute, or `metrics.` and a key.
    package var field: String
    /// Whether small values come first.
    package var isAscending: Bool
    /// Which points of a metric count.
    package var dataset: DatasetReference?

    /// An order by a field.
    package init(field: String, isAscending: Bool, dataset: DatasetReference?) {
        self.field = field
        self.isAscending = isAscending
        self.dataset = dataset
    }
}

/// What to search for among logged models.
package struct LoggedModelQuery: Sendable {
    /// Where to look.
    package var experiments: [ExperimentID]
    /// The filter; nil or empty means everything.
    package var filter: String?
    /// Which points of metrics count, or which models when no clause names a metric.
    package var datasets: [DatasetReference] = []
    /// The order, most significant first.
    package var orderBy: [LoggedModelOrder] = []
    /// How many models a page holds at most.
    package var limit = 50
    /// The token of the page; nil for the first.
    package var pageToken: String?

    /// Everything in these experiments.
    package init(experiments: [ExperimentID]) {
        self.experiments = experiments
    }
}

/// Turns a search for logged models into SQL over `logged_models l`.
struct LoggedModelSearch {
    let query: LoggedModelQuery

    /// What the page token must agree with.
    var fingerprints: [String] {
        [
            PageToken.fingerprint(query.experiments.map(\.description).sorted().joined(separator: ",")),
            PageToken.fingerprint(query.filter ?? ""),
            PageToken.fingerprint(
                query.orderBy.map { "\($0.field) \($0.isAscending) \($0.dataset?.name ?? "")" }.joined(separator: ",")
            ),
        ]
    }

    /// Where the page begins; refuses the token of another search.
    private func place() throws -> PageToken? {
        guard let token = try PageToken(parsing: query.pageToken) else { return nil }
        let subjects = ["Experiment IDs in the page token do not", "Filter string in the page token does not"]
        for (index, subject) in (subjects + ["Order by in the page token does not"]).enumerated()
        where index >= token.fingerprints.count || token.fingerprints[index] != fingerprints[index] {
            throw FilterError("\(subject) match the requested ones.")
        }
        return PageToken(offset: token.offset, fingerprints: Array(token.fingerprints.dropFirst(fingerprints.count)))
    }

    /// The token of the next page, where there is one: `rows` are those of ``statement()``.
    func next(after rows: [SQLRow]) throws -> String? {
        guard rows.count > query.limit else { return nil }
        let place =
            if let order = keyset {
                order.place(of: rows[query.limit - 1])
            } else {
                PageToken(offset: try (place()?.offset ?? 0) + query.limit)
            }
        return PageToken(offset: place.offset, fingerprints: fingerprints + place.fingerprints).text
    }

    /// The statement that selects the rows of a page, and one row more.
    func statement() throws -> SQLCondition {
        var options = FilterParser.Options()
        options.noClausesMessage = """
            Invalid filter string: '%'. Expected a list of comparisons separated by 'AND' \
            (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').
            """
        let expression = try FilterParser.parse(query.filter, options: options)
        let marks = Array(repeating: "?", count: query.experiments.count).joined(separator: ", ")
        var condition = SQLCondition(
            "l.stage = 0 AND l.experiment IN (\(marks))",
            query.experiments.map { .int($0.number) }
        )
        condition = condition && (try SQLCondition(expression) { try self.condition($0) })
        if !query.datasets.isEmpty, !expression.clauses.contains(where: { $0.identifier.entity == "metrics" }) {
            condition = condition && hasMetricOnDatasets
        }
        return try page(condition)
    }

    private func page(_ condition: SQLCondition) throws -> SQLCondition {
        let place = try place()
        var columns = LoggedModelStore.Statements.columns
        var (condition, offset, order) = (condition, place?.offset ?? 0, SQLCondition(""))
        if let keyset {
            let start = try keyset.start(place)
            (condition, offset) = (condition && start.condition, start.offset)
            (columns, order) = ("\(columns), \(keyset.columns)", SQLCondition(keyset.orderBy))
        } else {
            order = try orderTerms()
        }
        let window: [SQLValue] = [.int(Int64(query.limit) + 1), .int(Int64(offset))]
        return SQLCondition(
            """
            SELECT \(columns) FROM logged_models l WHERE \(condition.sql) ORDER BY \(order.sql) LIMIT ? OFFSET ?
            """,
            condition.arguments + order.arguments + window
        )
    }

    /// The order where nothing but attributes orders, none of which is ever null.
    private var keyset: Keyset? {
        var terms: [Keyset.Term] = []
        for order in query.orderBy {
            guard let column = Self.attributes[Self.attributeKey(order.field)] else { return nil }
            terms.append(Keyset.Term(column, isAscending: order.isAscending))
        }
        let ties = [Keyset.Term("l.created_at", isAscending: false), Keyset.Term("l.model_id", isAscending: true)]
        return Keyset(terms + ties)
    }

    private func condition(_ clause: FilterClause) throws -> SQLCondition {
        switch clause.identifier.entity {
        case nil, "attributes": try attribute(clause)
        case "metrics": try metric(clause)
        case "params": try pair(clause, "logged_model_params")
        case "tags": try pair(clause, "logged_model_tags")
        case let entity?:
            throw FilterError(
                "Invalid entity type: '\(entity)'. Expected one of ['attributes', 'metrics', 'params', 'tags']."
            )
        }
    }

    private func attribute(_ clause: FilterClause) throws -> SQLCondition {
        switch clause.identifier.key {
        case "name": try text(clause, "l.name")
        case "model_id": try text(clause, "l.model_id")
        case "model_type": try text(clause, "l.type")
        case "source_run_id": try text(clause, "l.source_run")
        case "experiment_id": try text(clause, "CAST(l.experiment AS TEXT)")
        case "status": try status(clause)
        case "creation_timestamp", "creation_time": try number(clause, "l.created_at")
        case "last_updated_timestamp": try number(clause, "l.updated_at")
        case let key: throw FilterError("Invalid filter attribute: '\(key)'.")
        }
    }

    private func metric(_ clause: FilterClause) throws -> SQLCondition {
        var test = try number(clause, "m.value")
        if clause.comparator == .notEqual { test.sql = "(\(test.sql) OR m.value IS NULL)" }
        let points = Self.points(on: query.datasets)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM logged_model_metrics m WHERE m.model = l.id AND m.key = ? "
                + "AND \(test.sql) AND \(points.sql))",
            [.text(clause.identifier.key)] + test.arguments + points.arguments
        )
    }

    private func pair(_ clause: FilterClause, _ table: String) throws -> SQLCondition {
        let test = try text(clause, "p.value")
        return SQLCondition(
            "EXISTS (SELECT 1 FROM \(table) p WHERE p.model = l.id AND p.key = ? AND \(test.sql))",
            [.text(clause.identifier.key)] + test.arguments
        )
    }

    private func text(_ clause: FilterClause, _ column: String) throws -> SQLCondition {
        let allowed: [FilterComparator] = [.equal, .notEqual, .like, .ilike, .within, .notWithin]
        guard allowed.contains(clause.comparator) else {
            throw FilterError(
                "Invalid comparison operator for \(Self.subject(clause)): '\(clause.comparator.rawValue)'. "
                    + "Expected one of ('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')."
            )
        }
        // Only single quotes are taken off, as MLflow does.
        if case .string(let text, let quote) = clause.value, quote == "\"" {
            return .text(column, clause.comparator, .bare("\"\(text)\""))
        }
        return .text(column, clause.comparator, clause.value)
    }

    private func number(_ clause: FilterClause, _ column: String) throws -> SQLCondition {
        guard clause.comparator.isNumeric else {
            throw FilterError(
                "Invalid comparison operator for \(Self.subject(clause)): '\(clause.comparator.rawValue)'. "
                    + "Expected one of ('=', '!=', '>', '>=', '<', '<=')."
            )
        }
        guard case .number(let text) = clause.value, let number = Double(text) else {
            throw FilterError("Expected a number for \(clause.identifier.text). Found \(clause.value.text)")
        }
        return .number(column, clause.comparator, number)
    }

    /// What messages call the left side of a clause: attributes have their entity also where the filter leaves it out.
    private static func subject(_ clause: FilterClause) -> String {
        clause.identifier.entity == nil ? "attributes.\(clause.identifier.key)" : clause.identifier.text
    }

    /// The status by its name, or by the number that MLflow's server compares with.
    private func status(_ clause: FilterClause) throws -> SQLCondition {
        if case .number = clause.value { return try number(clause, "l.status") }
        let names = LoggedModelStatus.allCases.map { "WHEN \($0.rawValue) THEN '\($0.shortName)'" }
        return try text(clause, "(CASE l.status \(names.joined(separator: " ")) END)")
    }

    private var hasMetricOnDatasets: SQLCondition {
        let points = Self.points(on: query.datasets)
        return SQLCondition(
            "EXISTS (SELECT 1 FROM logged_model_metrics m WHERE m.model = l.id AND \(points.sql))",
            points.arguments
        )
    }

    /// The condition that a point of `logged_model_metrics m` was measured on one of the datasets.
    private static func points(on datasets: [DatasetReference]) -> SQLCondition {
        guard !datasets.isEmpty else { return .always }
        let conditions = datasets.map { dataset in
            let name = SQLCondition("coalesce(m.dataset_name, '') = ?", [.text(dataset.name)])
            guard let digest = dataset.digest else { return name }
            return name && SQLCondition("coalesce(m.dataset_digest, '') = ?", [.text(digest)])
        }
        return SQLCondition(
            "(" + conditions.map { "(\($0.sql))" }.joined(separator: " OR ") + ")",
            conditions.flatMap(\.arguments)
        )
    }

    private static let attributes = [
        "name": "l.name", "model_id": "l.model_id", "model_type": "l.type", "source_run_id": "l.source_run",
        "experiment_id": "l.experiment", "status": "l.status", "creation_timestamp": "l.created_at",
        "creation_time": "l.created_at", "last_updated_timestamp": "l.updated_at",
    ]

    private func orderTerms() throws -> SQLCondition {
        var terms: [String] = []
        var arguments: [SQLValue] = []
        for order in query.orderBy {
            let direction = order.isAscending ? "ASC" : "DESC"
            if let column = Self.attributes[Self.attributeKey(order.field)] {
                terms.append("\(column) \(direction)")
                continue
            }
            let latest = try Self.latestMetric(order)
            terms.append("\(latest.sql) IS NULL")
            terms.append("\(latest.sql) \(direction)")
            arguments += latest.arguments + latest.arguments
        }
        terms += ["l.created_at DESC", "l.model_id ASC"]
        return SQLCondition(terms.joined(separator: ", "), arguments)
    }

    private static func attributeKey(_ field: String) -> String {
        field.hasPrefix("attributes.") ? String(field.dropFirst("attributes.".count)) : field
    }

    private static func latestMetric(_ order: LoggedModelOrder) throws(FilterError) -> SQLCondition {
        let parts = order.field.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { throw FilterError("Invalid order by field name: \(order.field)") }
        guard parts[0] == "metrics" else {
            throw FilterError("Invalid order by field name: \(order.field). Only metrics are supported.")
        }
        let points = points(on: order.dataset.map { [$0] } ?? [])
        return SQLCondition(
            """
            (SELECT m.value FROM logged_model_metrics m WHERE m.model = l.id AND m.key = ? AND \(points.sql)
            ORDER BY m.timestamp DESC, m.step DESC, m.run ASC LIMIT 1)
            """,
            [.text(String(parts[1]))] + points.arguments
        )
    }
}
