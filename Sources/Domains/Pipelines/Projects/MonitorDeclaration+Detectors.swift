internal import JSON

extension MonitorDeclaration {
    private static let detectorFields: Set<String> = ["column", "of", "method", "quietRows", "severity"]

    /// The detectors: a list, or `auto` for those that seldom cry wolf.
    static func detectors(_ fields: ProjectFieldReader) throws(ProjectError) -> [Detector] {
        guard let value = fields.value("detectors") else { return [] }
        if let word = value.stringValue {
            guard word == "auto" else {
                throw fields.error("detectors", "must be auto or a list of detectors, not '\(word)'")
            }
            return try automatic(fields)
        }
        var detectors: [Detector] = []
        for entry in try fields.list("detectors") { detectors.append(try detector(entry, fields)) }
        return detectors
    }

    /// ADWIN on every column of numbers, and the default method on the champion's errors where there are labels.
    private static func automatic(_ fields: ProjectFieldReader) throws(ProjectError) -> [Detector] {
        var detectors: [Detector] = []
        for column in try columns(fields) where !column.isCategorical {
            detectors.append(Detector(column: column.name, of: nil, method: "adwin", parameters: [:], severity: "warn"))
        }
        if fields.value("predictions") != nil, fields.value("labels") != nil {
            let method = try method(of: "errors", fields)
            detectors.append(Detector(column: nil, of: "errors", method: method, parameters: [:], severity: "warn"))
        }
        return detectors
    }

    private static func detector(
        _ entry: ProjectFieldReader,
        _ fields: ProjectFieldReader
    ) throws(ProjectError) -> Detector {
        let column = try entry.optionalString("column")
        let of = try entry.optionalString("of")
        guard (column == nil) != (of == nil) else {
            throw ProjectError(entry.place, "needs a column, or of: errors or predictions; one of them")
        }
        if let of, !["errors", "predictions"].contains(of) {
            throw entry.error("of", "must be errors or predictions, not '\(of)'")
        }
        var parameters: [String: JSONValue] = [:]
        for place in entry.unknown(besides: detectorFields) {
            let name = String(place.dropFirst(entry.place.count + 1))
            parameters[name] = entry.value(name)
        }
        let standard = try method(of: of, fields)
        return Detector(
            column: column,
            of: of,
            method: try entry.optionalString("method") ?? standard,
            parameters: parameters,
            quietRows: try entry.optionalInt("quietRows", 1...1_000_000_000),
            severity: try severity(entry, default: "warn")
        )
    }

    /// The method of a series for which none is named.
    private static func method(of series: String?, _ fields: ProjectFieldReader) throws(ProjectError) -> String {
        guard series == "errors" else { return "adwin" }
        return try task(fields) == "regression" ? "adwin" : "hddm_a"
    }
}
