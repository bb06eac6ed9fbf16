internal import JSON
internal import Reports
internal import Statistics

/// What `martlet report` takes and shows when it looks for changes and outliers.
enum SearchOptions {
    static let options: [OptionSpecification] = [
        .value("--detector", "NAME", "For changes: \(detectors); adwin without, hddm_a for errors of a model"),
        .values("--parameter", "NAME=NUMBER", "A parameter of the detector by river's name, such as delta=0.01"),
        .value("--rule", "RULE", "For outliers: \(rules); tukey without"),
        .value("--rule-limit", "NUMBER", "From where a value or row is an outlier, in the rule's unit"),
        .value("--neighbours", "COUNT", "Neighbours of a row for lof and knn; 20 without"),
        .value("--components", "COUNT", "Components of pca; half of the columns without"),
    ]

    private static let detectors = DetectorMethod.allCases.map(\.rawValue).joined(separator: ", ")
    private static let rules = OutlierRule.allCases.map(\.rawValue).joined(separator: ", ")

    static func changes(_ invocation: Invocation) throws(CommandFailure) -> ChangeOptions {
        var options = ChangeOptions()
        if let name = invocation.value("--detector") {
            guard let method = DetectorMethod(rawValue: name) else {
                throw .usage("--detector is one of \(detectors); not '\(name)'")
            }
            options.method = method
        }
        for text in invocation.allValues("--parameter") {
            guard case (let name?, let value) = DriftCommand.split(text) else {
                throw .usage("--parameter takes NAME=NUMBER, not '\(text)'")
            }
            do throws(DetectorParameterError) {
                let method = options.method ?? .adwin
                if let number = Double(value) {
                    options.parameters[name] = number
                } else {
                    options.parameters[name] = try method.number(value, of: name)
                }
            } catch {
                throw .usage("--parameter: \(error.message)")
            }
        }
        return options
    }

    static func outliers(_ invocation: Invocation) throws(CommandFailure) -> OutlierOptions {
        var options = OutlierOptions()
        if let name = invocation.value("--rule") {
            guard let rule = OutlierRule(rawValue: name) else {
                throw .usage("--rule is one of \(rules); not '\(name)'")
            }
            options.rule = rule
        }
        options.limit = try invocation.number("--rule-limit", 1e-12...1e15)
        options.neighbours = try invocation.number("--neighbours", 1...1_000).map { Int($0) } ?? options.neighbours
        options.components = try invocation.number("--components", 1...1_000).map { Int($0) }
        return options
    }

    static let series: [Column] = [
        Column("COLUMN", "column"), Column("DETECTOR", "method"), Column("CHANGES", "changes_count"),
        Column("WARNINGS", "warnings_count"), Column("VALUES", "values"),
        Column("AT ROWS") { series in
            let rows = series["changes"]?.arrayValue?.prefix(8).map(\.description) ?? []
            let isMore = (series["changes_count"]?.intValue ?? 0) > 8
            return .string(rows.joined(separator: " ") + (isMore ? " …" : ""))
        },
    ]

    static let findings: [Column] = [
        Column("COLUMN") { $0["column"] ?? .string("whole rows") }, Column("OUTLIERS", "outliers"),
        Column("OF", "judged"), Column("LOWER") { DriftCommand.text($0["lower"]) },
        Column("UPPER") { DriftCommand.text($0["upper"]) },
        Column("FARTHEST AT ROWS") { finding in
            let rows = finding["farthest"]?.arrayValue?.prefix(6).compactMap { $0["row"]?.description } ?? []
            return .string(rows.joined(separator: " "))
        },
    ]
}
