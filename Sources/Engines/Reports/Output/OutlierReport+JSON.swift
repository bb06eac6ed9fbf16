package import JSON

extension OutlierReport {
    /// The report for programs; rows are counted from 0.
    package var json: JSONValue {
        [
            "kind": "outliers",
            "rule": .string(rule.rawValue),
            "reference": reference?.json ?? .null,
            "current": current.json,
            rule.isOfRows ? "rows" : "columns": .array(findings.map(json)),
            "skipped": .array(skipped.map { ["column": .string($0.name), "reason": .string($0.reason)] }),
        ]
    }

    private func json(_ finding: OutlierFinding) -> JSONValue {
        var object: JSONObject = [
            "judged": .int(Int64(finding.judged)),
            "passed_by": .int(Int64(finding.passedBy)),
            "outliers": .int(Int64(finding.outside)),
            "share": .finite(finding.share),
            "upper": .finite(finding.upper),
        ]
        if rule.isOfRows {
            object["columns"] = .array(finding.columns.map { .string($0) })
        } else {
            object["column"] = .string(finding.columns[0])
            object["lower"] = finding.lower.map { .finite($0) } ?? .null
        }
        object["farthest"] = .array(
            finding.farthest.map { outlier in
                var member: JSONObject = ["row": .int(Int64(outlier.row)), "score": .finite(outlier.score)]
                member["value"] = outlier.value.map { .finite($0) }
                return .object(member)
            }
        )
        return .object(object)
    }
}
