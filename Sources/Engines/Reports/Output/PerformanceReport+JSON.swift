package import JSON
internal import Statistics

extension PerformanceReport {
    /// The report for programs: our own fields, and `metrics` in the shape that Evidently 0.7 writes.
    package var json: JSONValue {
        [
            "kind": "performance",
            "task": .string(task),
            "reference": reference?.json ?? .null,
            "current": current.json,
            "rows": .int(Int64(rows)),
            "unlabelled": .int(Int64(unlabelled)),
            "comparison": .array(metrics.map(\.json)),
            "labels": .array(labels.map(\.json)),
            "confusion": confusionJSON,
            "metrics": .array(
                metrics.map { EvidentlyMetric.json($0.name, value: $0.current.map { .finite($0) } ?? .null) }
            ),
        ]
    }

    private var confusionJSON: JSONValue {
        guard let confusion else { return .null }
        let rows = confusion.classes.indices.map { label in
            JSONValue.array(confusion.classes.indices.map { .int(Int64(confusion.matrix[label, $0])) })
        }
        return ["labels": .array(confusion.classes.map { .string($0) }), "rows": .array(rows)]
    }
}

extension PerformanceMetric {
    /// The metric for programs; `decline` is how much worse it has become, as a share.
    package var json: JSONValue {
        [
            "name": .string(name),
            "reference": reference.map { .finite($0) } ?? .null,
            "current": current.map { .finite($0) } ?? .null,
            "decline": decline.map { .finite($0) } ?? .null,
        ]
    }
}

extension PerformanceReport.Label {
    fileprivate var json: JSONValue {
        [
            "label": .string(label),
            "precision": .finite(precision),
            "recall": .finite(recall),
            "f1": .finite(f1),
            "support": .finite(support),
        ]
    }
}
