internal import Filters
internal import SQLStore

/// Rows of an index that hold every run that a search may find.
struct RunDriver {
    /// A table with a column `run`, named `f`.
    let table: String
    /// The rows of it.
    let condition: SQLCondition
}

/// Finds one page of runs without looking at all runs.
///
/// A search with an order by a metric, parameter or tag comes in phases: the runs that have a value, by the index of
/// values; then those whose metric is not a number; then those that have none. Each phase stops when the page is full.
/// Where few runs can match, those are looked up and sorted instead. The statements name their tables in the order in
/// which they are to be read (`CROSS JOIN` keeps it in SQLite; PostgreSQL finds it by its statistics).
struct RunPageSearch {
    let transaction: any SQLTransaction
    let search: RunSearch
    let request: SearchRequest
    let experiments: [ExperimentID]
    let view: StageView
    /// Up to so many rows are looked up and sorted rather than an order walked along.
    var fewRows: Int64 = 1_500

    /// What is the same for all phases of one search.
    private struct Plan {
        let order: RunOrder
        let expression: FilterExpression
        /// Experiments and stage.
        let scope: SQLCondition
        let driver: Driver
    }

    private enum Driver {
        case scope
        case clause(RunDriver)
        case order
    }

    /// The rows of the page, and the token of the next one.
    func page() throws -> (rows: [SQLRow], next: String?) {
        let plan = try plan()
        let token = try RunPageToken(parsing: request.pageToken)
        var found: [(phase: RunPhase, row: SQLRow)] = []
        for phase in try phases(plan) where phase.rank >= (token?.phase ?? .all).rank {
            let begin = phase == token?.phase || token?.phase == nil && found.isEmpty ? token?.place : nil
            let rows = try rows(of: phase, plan, from: begin, limit: request.limit + 1 - found.count)
            found += rows.map { (phase, $0) }
            if found.count > request.limit { break }
        }
        guard found.count > request.limit else { return (found.map(\.row), nil) }
        let page = found.prefix(request.limit)
        return (page.map(\.row), try next(after: page, plan.order, token)?.text)
    }

    private func plan() throws -> Plan {
        let expression = try FilterParser.parse(request.filter)
        // Also where nothing is read in the end: a filter that is wrong is refused.
        _ = try search.condition(of: expression)
        let order = try RunOrder(request.orderBy, keyNumber: search.keyNumber)
        let marks = Array(repeating: "?", count: experiments.count).joined(separator: ", ")
        let isIn = experiments.count == 1 ? "= ?" : "IN (\(marks))"
        var scope = SQLCondition("r.experiment \(isIn)", experiments.map { .int($0.number) })
        if experiments.isEmpty { scope = .never }
        switch view {
        case .activeOnly: scope = scope && SQLCondition("r.stage = 0")
        case .deletedOnly: scope = scope && SQLCondition("r.stage = 1")
        case .all: break
        }
        let driver = try driver(order, scope, try search.drivers(of: expression))
        return Plan(order: order, expression: expression, scope: scope, driver: driver)
    }

    /// What to read first: the smallest of the sets that hold all matches when it is small, else the order.
    private func driver(_ order: RunOrder, _ scope: SQLCondition, _ clauses: [RunDriver]) throws -> Driver {
        if order.lead == .attributes, clauses.isEmpty { return .scope }
        var best = (count: try count("runs r", scope), driver: Driver.scope)
        for clause in clauses where best.count > 0 {
            let count = try count(clause.table, clause.condition)
            if count < best.count { best = (count, .clause(clause)) }
        }
        if best.count < fewRows { return best.driver }
        return order.lead == .attributes ? .scope : .order
    }

    /// How many rows there are, up to the number from which on it does not matter.
    private func count(_ table: String, _ condition: SQLCondition) throws -> Int64 {
        let sql = "SELECT count(*) FROM (SELECT 1 AS one FROM \(table) WHERE \(condition.sql) LIMIT ?) AS bounded"
        return try transaction.first(sql, condition.arguments + [.int(fewRows)])?.int(0) ?? 0
    }

    private func phases(_ plan: Plan) throws -> [RunPhase] {
        switch plan.order.lead {
        case .attributes: return [.all]
        case .pair(_, let key): return key == nil ? [.missing] : [.valued, .missing]
        case .metric(let name, let key):
            guard key != nil else { return [.missing] }
            // A clause about the metric itself leaves no run without a value.
            let isBounded = try search.range(of: name, in: plan.expression, column: "o.value") != nil
            return isBounded ? [.valued] : [.valued, .notANumber, .missing]
        }
    }

    private func rows(of phase: RunPhase, _ plan: Plan, from place: RunPageToken.Place?, limit: Int) throws -> [SQLRow]
    {
        var tables = ["runs r"]
        var condition = plan.scope && (try filter(plan, phase))
        if case .clause(let clause) = plan.driver {
            tables.insert(clause.table, at: 0)
            condition = clause.condition && SQLCondition("r.id = f.run") && condition
        }
        if let lead = try lead(plan, phase) {
            condition = lead.condition && condition
            if let table = lead.table {
                if case .order = plan.driver { tables.insert(table, at: 0) } else { tables.append(table) }
            }
        }
        var offset = 0
        switch place {
        case .offset(let rows): offset = rows
        case .after(let last): condition = condition && last.condition(plan.order, phase)
        case nil: break
        }
        let value = phase == .valued ? "o.value" : "NULL"
        let terms = leadTerms(plan.order, phase) + plan.order.terms
        let sql = """
            SELECT \(RunStore.Statements.columns), \(value) FROM \(tables.joined(separator: " CROSS JOIN "))\
            \(plan.order.joins.sql) WHERE \(condition.sql) ORDER BY \(terms.joined(separator: ", ")) LIMIT ? OFFSET ?
            """
        let window: [SQLValue] = [.int(Int64(limit)), .int(Int64(offset))]
        return try transaction.query(sql, plan.order.joins.arguments + condition.arguments + window)
    }

    /// What the filter means for the tables of a phase.
    private func filter(_ plan: Plan, _ phase: RunPhase) throws -> SQLCondition {
        var search = search
        switch plan.driver {
        case .clause: search.run = "f.run"
        case .order where phase != .missing: search.run = "o.run"
        case .order, .scope: break
        }
        guard case .metric(let name, _) = plan.order.lead, phase == .valued else {
            return try search.condition(of: plan.expression)
        }
        return try search.condition(of: search.rest(of: plan.expression, without: name))
    }

    /// The table of the lead, if the phase reads it, and what holds of it.
    private func lead(_ plan: Plan, _ phase: RunPhase) throws -> (table: String?, condition: SQLCondition)? {
        let table: String
        let key: Int64?
        switch plan.order.lead {
        case .attributes: return nil
        case .metric(_, let number): (table, key) = ("metric_series", number)
        case .pair(let pairs, let number): (table, key) = (pairs, number)
        }
        guard phase != .missing else {
            let none = "NOT EXISTS (SELECT 1 FROM \(table) o WHERE o.run = r.id AND o.key = ?)"
            return key.map { (nil, SQLCondition(none, [.int($0)])) }
        }
        let isNull = phase == .notANumber ? "o.value IS NULL" : "o.value IS NOT NULL"
        var condition = SQLCondition("r.id = o.run AND o.key = ? AND \(isNull)", [.int(key ?? -1)])
        if case .metric(let name, _) = plan.order.lead,
            let range = try search.range(of: name, in: plan.expression, column: "o.value")
        {
            condition = condition && range
        }
        return ("\(table) o", condition)
    }

    private func leadTerms(_ order: RunOrder, _ phase: RunPhase) -> [String] {
        let direction = order.leadIsAscending ? "ASC" : "DESC"
        switch order.lead {
        case .metric where phase == .valued: return ["o.value \(direction)"]
        case .pair where phase == .valued:
            let indexed = SearchSchema.indexed("o.value", search.dialect)
            return (indexed == "o.value" ? [] : ["\(indexed) \(direction)"]) + ["o.value \(direction)"]
        default: return []
        }
    }

    private func next(
        after page: ArraySlice<(phase: RunPhase, row: SQLRow)>,
        _ order: RunOrder,
        _ token: RunPageToken?
    ) throws -> RunPageToken? {
        guard let last = page.last else { return nil }
        if order.timeIsAscending != nil,
            let place = try RunPageToken.Last(last.row, isPair: order.isPair)
        {
            return RunPageToken(phase: last.phase, place: .after(place))
        }
        var before = page.filter { $0.phase == last.phase }.count
        if case .offset(let rows)? = token?.place, token?.phase == nil || token?.phase == last.phase { before += rows }
        return RunPageToken(phase: last.phase, place: .offset(before))
    }
}

extension RunOrder {
    /// Whether a parameter or tag leads.
    var isPair: Bool {
        if case .pair = lead { return true }
        return false
    }
}
