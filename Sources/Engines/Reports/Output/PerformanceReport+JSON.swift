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
            "metrics": .array(metrics.map(\.evidently) + byLabel),
        ]
    }

    /// The metrics that Evidently gives by class.
    private var byLabel: [JSONValue] {
        guard !labels.isEmpty else { return [] }
        var kinds: [(String, (Label) -> Double?)] = [
            ("F1ByLabel", { $0.f1 }), ("PrecisionByLabel", { $0.precision }), ("RecallByLabel", { $0.recall }),
        ]
        if labels.contains(where: { $0.areaUnderCurve != nil }) {
            kinds.append(("RocAucByLabel", { $0.areaUnderCurve }))
        }
        return kinds.map { name, value in
            // Evidently names the classes that came.
            let values = labels.filter { $0.support > 0 }.map {
                ($0.label, value($0).map { JSONValue.finite($0) } ?? .null)
            }
            return EvidentlyMetric.ofModel(name, value: .object(JSONObject(values)))
        }
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

extension PerformanceMetric {
    /// The metric in the shape of Evidently's preset; of means of errors with the standard deviation.
    fileprivate var evidently: JSONValue {
        let mean: JSONValue = current.map { .finite($0) } ?? .null
        guard let deviation else { return EvidentlyMetric.ofModel(name, value: mean) }
        let spread: JSONValue = deviation.value.map { .finite($0) } ?? .null
        return EvidentlyMetric.ofModel(name, value: ["mean": mean, "std": spread])
    }
}

extension EvidentlyMetric {
    /// What Evidently's presets ask to be drawn with each metric; it is part of the metrics' names.
    private static let drawings: [String: KeyValuePairs<String, Bool>] = [
        "Precision": ["conf_matrix": true, "pr_curve": false, "pr_table": false],
        "Recall": ["conf_matrix": true, "pr_curve": false, "pr_table": false],
        "F1Score": ["conf_matrix": true],
        "RocAuc": ["roc_curve": true, "pr_table": false],
        "LogLoss": ["pr_table": false],
        "TPR": ["pr_table": false],
        "TNR": ["pr_table": false],
        "FPR": ["pr_table": false],
        "FNR": ["pr_table": false],
        "MeanError": ["error_plot": true, "error_distr": false, "error_normality": false],
        "MAPE": ["perc_error_plot": true, "error_distr": false],
        "RMSE": ["error_plot": false, "error_distr": true, "error_normality": false],
        "MAE": ["error_plot": false, "error_distr": true, "error_normality": false],
        "R2Score": ["error_distr": false, "error_normality": false],
        "AbsMaxError": ["error_distr": false, "error_normality": false],
    ]

    private static let ofRegressions: Set = [
        "MeanError", "MAPE", "RMSE", "MAE", "R2Score", "AbsMaxError", "MedianAbsoluteError",
    ]

    /// A metric of a model, named as Evidently's presets name it.
    fileprivate static func ofModel(_ type: String, value: JSONValue) -> JSONValue {
        let task = ofRegressions.contains(type) ? "regression_name" : "classification_name"
        var parts = ["\(task)=default"]
        var configuration: JSONObject = ["type": .string("evidently:metric_v2:\(type)"), task: "default"]
        for (name, isDrawn) in drawings[type] ?? [:] {
            parts.append("\(name)=\(isDrawn ? "True" : "False")")
            configuration[name] = .bool(isDrawn)
        }
        return json(name: "\(type)(\(parts.joined(separator: ",")))", configuration: configuration, value: value)
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
