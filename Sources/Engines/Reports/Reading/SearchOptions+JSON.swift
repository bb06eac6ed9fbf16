internal import JSON
internal import Statistics

extension ChangeOptions {
    /// Reads `method` and `parameters`.
    init(json: JSONObject) throws(ReportError) {
        self.init()
        let fields = RequestFields(json, path: "changes.")
        try fields.allow(["method", "parameters"])
        method = try fields.choice("method", of: DetectorMethod.allCases)
        guard let members = try fields.object("parameters") else { return }
        let inner = RequestFields(members, path: "changes.parameters.")
        for name in members.keys {
            if let word = members[name]?.stringValue ?? members[name]?.boolValue?.description {
                do {
                    parameters[name] = try (method ?? .adwin).number(word, of: name)
                } catch {
                    throw ReportError(.invalidOptions, error.message)
                }
            } else {
                parameters[name] = try inner.number(name)
            }
        }
    }

    /// The options as the API takes them.
    var json: JSONObject {
        var object: JSONObject = [:]
        object["method"] = method.map { .string($0.rawValue) }
        object["parameters"] = .object(
            JSONObject(parameters.sorted { $0.key < $1.key }.map { ($0.key, .double($0.value)) })
        )
        return object
    }
}

extension OutlierOptions {
    /// Reads `rule`, `limit`, `neighbours`, `components` and `listed`.
    init(json: JSONObject) throws(ReportError) {
        self.init()
        let fields = RequestFields(json, path: "outliers.")
        try fields.allow(["rule", "limit", "neighbours", "components", "listed"])
        rule = try fields.choice("rule", of: OutlierRule.allCases) ?? rule
        limit = try fields.number("limit")
        neighbours = try Self.whole(fields.number("neighbours")) ?? neighbours
        components = try Self.whole(fields.number("components"))
        listed = try Self.whole(fields.number("listed")) ?? listed
        try validate()
    }

    private static func whole(_ number: Double?) -> Int? { number.map { Int(max(-1, min($0, 1e9))) } }

    /// The options as the API takes them.
    var json: JSONObject {
        var object: JSONObject = [
            "rule": .string(rule.rawValue),
            "neighbours": .int(Int64(neighbours)),
            "listed": .int(Int64(listed)),
        ]
        object["limit"] = limit.map { .double($0) }
        object["components"] = components.map { .int(Int64($0)) }
        return object
    }
}
