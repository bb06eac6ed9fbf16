internal import Filters
internal import SQLStore

/// The order of a search for runs.
struct RunOrder {
    /// What the first term orders by, where an index holds its values in order.
    enum Lead: Equatable {
        /// Attributes of the run, the start when nothing is given.
        case attributes
        /// A metric; the key is nil when no run has it.
        case metric(name: String, key: Int64?)
        /// A parameter or tag; the key is nil when no run has it.
        case pair(table: String, key: Int64?)
    }

    /// The first term, unless it is an attribute.
    private(set) var lead = Lead.attributes
    /// Whether small values of the lead come first.
    private(set) var leadIsAscending = true
    /// The joins that the terms after the lead need.
    private(set) var joins = SQLCondition("")
    /// The terms of ORDER BY after the lead.
    private(set) var terms: [String] = []
    /// The direction of the start, where nothing but the lead, the start and the identifier orders.
    private(set) var timeIsAscending: Bool?

    private var fields: [String] = []
    /// The fields as the caller named them, for messages.
    private var names: [String] = []

    init(_ texts: [String], keyNumber: (String) throws -> Int64?) throws {
        for (index, text) in texts.enumerated() {
            try add(FilterOrder(parsing: text), index, keyNumber)
        }
        try ClauseRules.checkUnique(fields, names)
        let own = fields.dropFirst(lead == .attributes ? 0 : 1)
        if own.isEmpty { timeIsAscending = false }
        if own == ["start_time"] { timeIsAscending = terms == ["r.start_time ASC"] }
        if !fields.contains("start_time") { terms.append("r.start_time DESC") }
        if !fields.contains("run_id") { terms.append("r.uuid ASC") }
    }

    private mutating func add(_ order: FilterOrder, _ index: Int, _ keyNumber: (String) throws -> Int64?) throws {
        let direction = order.isAscending ? "ASC" : "DESC"
        let key = order.identifier.key
        names.append(order.identifier.entity == nil ? key : order.identifier.text)
        if index == 0 { leadIsAscending = order.isAscending }
        switch try RunEntity(order.identifier) {
        case .attribute:
            let attribute = try RunAttribute(key)
            fields.append(attribute.name)
            if attribute.name == "end_time" { terms.append("r.end_time IS NULL") }
            terms.append("\(attribute.column) \(direction)")
        case .metric:
            fields.append("metrics.\(key)")
            if index == 0 {
                lead = .metric(name: key, key: try keyNumber(key))
            } else {
                join("metric_series", index, try keyNumber(key))
                terms.append("CASE WHEN o\(index).run IS NULL THEN 2 WHEN o\(index).value IS NULL THEN 1 ELSE 0 END")
                terms.append("o\(index).value \(direction)")
            }
        case .param, .tag:
            let isParam = try RunEntity(order.identifier) == .param
            fields.append((isParam ? "params." : "tags.") + key)
            let table = isParam ? "run_params" : "run_tags"
            if index == 0 {
                lead = .pair(table: table, key: try keyNumber(key))
            } else {
                join(table, index, try keyNumber(key))
                terms += ["o\(index).value IS NULL", "o\(index).value \(direction)"]
            }
        case .dataset:
            throw FilterError("Invalid identifier type 'dataset'")
        }
    }

    private mutating func join(_ table: String, _ index: Int, _ key: Int64?) {
        joins.sql += " LEFT JOIN \(table) o\(index) ON o\(index).run = r.id AND o\(index).key = ?"
        joins.arguments.append(.int(key ?? -1))
    }
}
