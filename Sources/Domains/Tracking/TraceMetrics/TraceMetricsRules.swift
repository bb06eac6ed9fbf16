internal import Filters

/// What may be asked of each view.
enum TraceMetricsRules {
    private struct Rule {
        let aggregations: [String]
        let dimensions: [String]
    }

    private static let counted = ["COUNT"]
    private static let measured = ["AVG", "MAX", "MIN", "PERCENTILE"]
    private static let summed = ["AVG", "MAX", "MIN", "PERCENTILE", "SUM"]
    private static let models = ["span_model_name", "span_model_provider"]

    /// The metrics of each view in the order in which messages list them.
    private static let rules: [TraceMetricsQuery.View: [(metric: String, rule: Rule)]] = [
        .traces: [
            ("trace_count", Rule(aggregations: counted, dimensions: ["trace_name", "trace_status"])),
            ("session_count", Rule(aggregations: counted, dimensions: [])),
            ("latency", Rule(aggregations: measured, dimensions: ["trace_name"])),
            ("input_tokens", Rule(aggregations: summed, dimensions: ["trace_name"])),
            ("output_tokens", Rule(aggregations: summed, dimensions: ["trace_name"])),
            ("total_tokens", Rule(aggregations: summed, dimensions: ["trace_name"])),
            ("cache_read_input_tokens", Rule(aggregations: summed, dimensions: ["trace_name"])),
            ("cache_creation_input_tokens", Rule(aggregations: summed, dimensions: ["trace_name"])),
        ],
        .spans: [
            (
                "span_count",
                Rule(aggregations: counted, dimensions: models + ["span_name", "span_status", "span_type"])
            ),
            ("latency", Rule(aggregations: measured, dimensions: ["span_name", "span_status"])),
            ("input_cost", Rule(aggregations: summed, dimensions: models)),
            ("output_cost", Rule(aggregations: summed, dimensions: models)),
            ("total_cost", Rule(aggregations: summed, dimensions: models)),
        ],
        .assessments: [
            (
                "assessment_count",
                Rule(aggregations: counted, dimensions: ["assessment_name", "assessment_value"])
            ),
            ("assessment_value", Rule(aggregations: measured, dimensions: ["assessment_name"])),
        ],
    ]

    /// Refuses a query that asks for what its view does not have.
    static func check(_ query: TraceMetricsQuery) throws(TrackingError) {
        let known = rules[query.view] ?? []
        guard let rule = known.first(where: { $0.metric == query.metric })?.rule else {
            throw .invalid("metric_name must be one of \(list(known.map(\.metric))), got '\(query.metric)'")
        }
        let wrong = Set(query.aggregations.map(\.kind)).subtracting(rule.aggregations).sorted()
        guard wrong.isEmpty else {
            throw .invalid(
                "Found invalid aggregation_type(s): \(list(wrong)). "
                    + "Supported aggregation types: \(list(rule.aggregations))"
            )
        }
        let unknown = Set(query.dimensions).subtracting(rule.dimensions).sorted()
        guard unknown.isEmpty else {
            throw .invalid(
                "Found invalid dimension(s): \(list(unknown)). Supported dimensions: \(list(rule.dimensions))"
            )
        }
        try checkNumbers(query)
    }

    private static func checkNumbers(_ query: TraceMetricsQuery) throws(TrackingError) {
        for case .percentile(let percent) in query.aggregations where !(0...100).contains(percent) {
            throw .invalid("Percentile value must be between 0 and 100, got \(percent)")
        }
        guard let interval = query.interval else { return }
        guard interval > 0, interval <= Int64(Int32.max) else {
            throw .invalid("time_interval_seconds must be a positive integer, got \(interval)")
        }
        guard query.start != nil, query.end != nil else {
            throw .invalid("start_time_ms and end_time_ms are required if time_interval_seconds is set")
        }
    }

    private static func list(_ words: [String]) -> String {
        "[" + words.map { "'\($0)'" }.joined(separator: ", ") + "]"
    }
}
