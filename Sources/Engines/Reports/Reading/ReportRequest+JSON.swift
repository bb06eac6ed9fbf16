package import JSON
internal import Statistics

extension ReportRequest {
    /// Reads a request as the API takes it: `kind`, `columns`, `drift` and `model`; other members are left to the caller.
    ///
    /// - Throws: `ReportError` that names the member and what it can be.
    package init(json: JSONObject) throws(ReportError) {
        let fields = RequestFields(json, path: "")
        guard let kind = try fields.choice("kind", of: Kind.allCases) else {
            throw ReportError(.invalidOptions, "'kind' is needed: \(Kind.inWords)")
        }
        self.init(kind: kind)
        columns = try fields.strings("columns")
        if let object = try fields.object("drift") { drift = try DriftOptions(json: object) }
        if let object = try fields.object("model") { model = try Model(json: object) }
        if let object = try fields.object("chunks") { chunks = try ChunkOptions(json: object) }
        if let object = try fields.object("changes") { changes = try ChangeOptions(json: object) }
        if let object = try fields.object("outliers") { outliers = try OutlierOptions(json: object) }
    }

    /// The request as the API takes it.
    package var json: JSONObject {
        var object: JSONObject = ["kind": .string(kind.rawValue), "drift": .object(drift.json)]
        if let columns { object["columns"] = .array(columns.map { .string($0) }) }
        if let model { object["model"] = .object(model.json) }
        if kind == .chunks { object["chunks"] = .object(chunks.json) }
        if kind == .changes { object["changes"] = .object(changes.json) }
        if kind == .outliers { object["outliers"] = .object(outliers.json) }
        return object
    }
}

extension ChunkOptions {
    fileprivate init(json: JSONObject) throws(ReportError) {
        self.init()
        let fields = RequestFields(json, path: "chunks.")
        try fields.allow(["rows", "count", "limits", "class_scores", "losses"])
        if let rows = try fields.number("rows") { plan = .rows(Int(max(0, min(rows, 1e12)))) }
        if let count = try fields.number("count") { plan = .count(Int(max(0, min(count, 1e12)))) }
        if let members = try fields.object("limits") {
            let inner = RequestFields(members, path: "chunks.limits.")
            for name in members.keys {
                guard let object = try inner.object(name) else { continue }
                let ends = RequestFields(object, path: "chunks.limits.\(name).")
                try ends.allow(["lower", "upper"])
                limits[name] = .constant(lower: try ends.number("lower"), upper: try ends.number("upper"))
            }
        }
        try validate()
        if let scores = try fields.object("class_scores") {
            let inner = RequestFields(scores, path: "chunks.class_scores.")
            for name in scores.keys { classScores[name] = try inner.string(name) }
        }
        if let columns = try fields.object("losses") {
            let inner = RequestFields(columns, path: "chunks.losses.")
            try inner.allow(EstimatedLoss.allCases.map(\.rawValue))
            for metric in EstimatedLoss.allCases { losses[metric] = try inner.string(metric.rawValue) }
        }
    }

    fileprivate var json: JSONObject {
        var object: JSONObject = [:]
        switch plan {
        case .rows(let rows): object["rows"] = .int(Int64(rows))
        case .count(let count): object["count"] = .int(Int64(count))
        }
        let constants = limits.sorted { $0.key < $1.key }.compactMap { name, threshold -> (String, JSONValue)? in
            guard case .constant(let lower, let upper) = threshold else { return nil }
            var ends: JSONObject = [:]
            ends["lower"] = lower.map { .double($0) }
            ends["upper"] = upper.map { .double($0) }
            return (name, .object(ends))
        }
        object["limits"] = .object(JSONObject(constants))
        object["class_scores"] = .object(
            JSONObject(classScores.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        )
        object["losses"] = .object(
            JSONObject(losses.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, .string($0.value)) })
        )
        return object
    }
}

extension ReportRequest.Model {
    fileprivate init(json: JSONObject) throws(ReportError) {
        let fields = RequestFields(json, path: "model.")
        try fields.allow(["target", "prediction", "score", "positive", "threshold"])
        guard let target = try fields.string("target") else {
            throw ReportError(.invalidOptions, "'model.target' is needed: the column of what was true")
        }
        self.init(target: target)
        prediction = try fields.string("prediction")
        score = try fields.string("score")
        positive = try fields.string("positive")
        threshold = try fields.number("threshold") ?? 0.5
    }

    fileprivate var json: JSONObject {
        var object: JSONObject = ["target": .string(target), "threshold": .double(threshold)]
        object["prediction"] = prediction.map { .string($0) }
        object["score"] = score.map { .string($0) }
        object["positive"] = positive.map { .string($0) }
        return object
    }
}

extension DriftOptions {
    private static let members = [
        "method", "numerical_method", "categorical_method", "column_methods", "threshold", "numerical_threshold",
        "categorical_threshold", "column_thresholds", "drift_share", "compat", "correction", "significance",
    ]

    /// Reads the options as the API takes them.
    ///
    /// - Throws: `ReportError` that names the member and what it can be.
    package init(json: JSONObject) throws(ReportError) {
        self.init()
        let fields = RequestFields(json, path: "drift.")
        try fields.allow(Self.members)
        method = try fields.choice("method", of: DriftMethod.allCases)
        numericalMethod = try fields.choice("numerical_method", of: DriftMethod.allCases)
        categoricalMethod = try fields.choice("categorical_method", of: DriftMethod.allCases)
        threshold = try fields.number("threshold")
        numericalThreshold = try fields.number("numerical_threshold")
        categoricalThreshold = try fields.number("categorical_threshold")
        driftShare = try fields.number("drift_share") ?? driftShare
        significance = try fields.number("significance") ?? significance
        compatibility = try fields.choice("compat", of: Compatibility.allCases) ?? .none
        if json["correction"] == .string("none") {
            correction = nil
        } else {
            correction = try fields.choice("correction", of: MultipleTesting.allCases) ?? correction
        }
        if let methods = try fields.object("column_methods") {
            let inner = RequestFields(methods, path: "drift.column_methods.")
            for name in methods.keys { columnMethods[name] = try inner.choice(name, of: DriftMethod.allCases) }
        }
        if let limits = try fields.object("column_thresholds") {
            let inner = RequestFields(limits, path: "drift.column_thresholds.")
            for name in limits.keys { columnThresholds[name] = try inner.number(name) }
        }
        try validate()
    }

    /// The options as the API takes them.
    package var json: JSONObject {
        var object: JSONObject = [
            "drift_share": .double(driftShare),
            "significance": .double(significance),
            "compat": .string(compatibility.rawValue),
            "correction": .string(correction?.rawValue ?? "none"),
        ]
        object["method"] = method.map { .string($0.rawValue) }
        object["numerical_method"] = numericalMethod.map { .string($0.rawValue) }
        object["categorical_method"] = categoricalMethod.map { .string($0.rawValue) }
        object["threshold"] = threshold.map { .double($0) }
        object["numerical_threshold"] = numericalThreshold.map { .double($0) }
        object["categorical_threshold"] = categoricalThreshold.map { .double($0) }
        object["column_methods"] = .object(
            JSONObject(columnMethods.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.rawValue)) })
        )
        object["column_thresholds"] = .object(
            JSONObject(columnThresholds.sorted { $0.key < $1.key }.map { ($0.key, .double($0.value)) })
        )
        return object
    }
}

/// Reads members of a request; every error names the member.
struct RequestFields {
    private let object: JSONObject
    private let path: String

    init(_ object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    /// Throws for a member that is not among `names`.
    func allow(_ names: [String]) throws(ReportError) {
        guard let unknown = object.keys.first(where: { !names.contains($0) }) else { return }
        throw ReportError(
            .invalidOptions,
            "there is no '\(path)\(unknown)'; known: \(names.joined(separator: ", "))"
        )
    }

    func string(_ name: String) throws(ReportError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw wrong(name, "must be a string, not \(value.typeName)") }
        return text
    }

    func strings(_ name: String) throws(ReportError) -> [String]? {
        guard let value = value(name) else { return nil }
        let texts = value.arrayValue?.compactMap(\.stringValue)
        guard let texts, texts.count == value.arrayValue?.count, !texts.isEmpty else {
            throw wrong(name, "must be an array of strings")
        }
        return texts
    }

    func number(_ name: String) throws(ReportError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.doubleValue else { throw wrong(name, "must be a number, not \(value.typeName)") }
        return number
    }

    func object(_ name: String) throws(ReportError) -> JSONObject? {
        guard let value = value(name) else { return nil }
        guard let object = value.objectValue else { throw wrong(name, "must be an object, not \(value.typeName)") }
        return object
    }

    func choice<Choice: RawRepresentable<String>>(
        _ name: String,
        of known: [Choice]
    ) throws(ReportError) -> Choice? {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = known.map(\.rawValue).joined(separator: ", ")
            throw wrong(name, "is one of \(names); not '\(text)'")
        }
        return choice
    }

    private func value(_ name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    private func wrong(_ name: String, _ problem: String) -> ReportError {
        ReportError(.invalidOptions, "'\(path)\(name)' \(problem)")
    }
}
