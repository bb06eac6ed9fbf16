package import JSON
internal import Statistics

extension ChangeReport {
    /// The report for programs; rows are counted from 0.
    package var json: JSONValue {
        [
            "kind": "changes",
            "current": current.json,
            "series": .array(series.map(json)),
            "skipped": .array(skipped.map { ["column": .string($0.name), "reason": .string($0.reason)] }),
        ]
    }

    private func json(_ series: ChangeSeries) -> JSONValue {
        [
            "column": .string(series.name),
            "method": .string(series.method.rawValue),
            "values": .int(Int64(series.values)),
            "passed_by": .int(Int64(series.passedBy)),
            "changes_count": .int(Int64(series.changeCount)),
            "warnings_count": .int(Int64(series.warningCount)),
            "changes": .array(series.changes.map { .int(Int64($0)) }),
            "warnings": .array(series.warnings.map { .int(Int64($0)) }),
            "stretches": .array(series.stretches.map(json)),
        ]
    }

    private func json(_ stretch: ChangeSeries.Stretch) -> JSONValue {
        [
            "first_row": .int(Int64(stretch.first)),
            "last_row": .int(Int64(stretch.last)),
            "values": .int(Int64(stretch.count)),
            "mean": stretch.count > 0 ? .finite(stretch.mean) : .null,
            "std": stretch.deviation.map { .finite($0) } ?? .null,
        ]
    }
}
