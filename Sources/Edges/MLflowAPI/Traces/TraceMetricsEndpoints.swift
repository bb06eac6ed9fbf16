internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls that compute something over many traces.
struct TraceMetricsEndpoints {
    private static let pageLimit = 1_000

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/mlflow/traces/metrics", version: "3.0", metrics),
            Endpoint(.post, "/mlflow/traces/calculate-filter-correlation", version: "3.0", correlation),
        ]
    }

    @Sendable private func metrics(_ call: Call) async throws -> [UInt8] {
        let page = try await tracking.traceMetrics(Self.query(call.fields))
        return JSONWriter.object { writer in
            writer.list("data_points", page.items) { $0.point($1) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func correlation(_ call: Call) async throws -> [UInt8] {
        let experiments = try call.fields.experimentIDs()
        guard !experiments.isEmpty else { throw MLflowError.missing("experiment_ids") }
        let found = try await tracking.correlation(
            of: call.fields.requiredString("filter_string1"),
            and: call.fields.requiredString("filter_string2"),
            within: call.fields.nonEmpty("base_filter"),
            experiments: experiments
        )
        return JSONWriter.object { writer in
            writer.key("npmi")
            writer.double(found.information)
            writer.key("npmi_smoothed")
            writer.double(found.smoothedInformation)
            writer.member("filter1_count", found.first)
            writer.member("filter2_count", found.second)
            writer.member("joint_count", found.both)
            writer.member("total_count", found.total)
        }
    }

    private static func query(_ fields: Fields) throws -> TraceMetricsQuery {
        let experiments = try fields.experimentIDs()
        guard !experiments.isEmpty else { throw MLflowError.missing("experiment_ids") }
        let view = try fields.choice(
            "view_type",
            named: TraceMetricsQuery.View.init(name:),
            numbered: TraceMetricsQuery.View.init(rawValue:)
        )
        guard let view else { throw MLflowError.missing("view_type") }
        let metric = try fields.requiredString("metric_name")
        let aggregations = try fields.messages("aggregations").map(aggregation)
        guard !aggregations.isEmpty else { throw MLflowError.missing("aggregations") }
        var query = TraceMetricsQuery(
            experiments: experiments,
            view: view,
            metric: metric,
            aggregations: aggregations
        )
        query.dimensions = try fields.strings("dimensions")
        query.filters = try fields.strings("filters")
        query.interval = try fields.int("time_interval_seconds").flatMap { $0 == 0 ? nil : $0 }
        query.start = try fields.int("start_time_ms")
        query.end = try fields.int("end_time_ms")
        query.limit = try fields.maxResults(standard: pageLimit, limit: pageLimit)
        query.pageToken = try fields.string("page_token")
        return query
    }

    private static func aggregation(_ fields: Fields) throws -> TraceMetricsQuery.Aggregation {
        let kinds = ["COUNT", "SUM", "AVG", "PERCENTILE", "MIN", "MAX"]
        let kind = try fields.choice(
            "aggregation_type",
            named: { kinds.contains($0) ? $0 : nil },
            numbered: { (1...6).contains($0) ? kinds[Int($0) - 1] : nil }
        )
        let percentile = try fields.has("percentile_value") ? fields.requiredDouble("percentile_value") : nil
        guard kind == "PERCENTILE" || percentile == nil else {
            throw MLflowError.invalid(
                "Percentile value is only allowed for PERCENTILE aggregation type, got \(kind ?? "none")"
            )
        }
        switch kind {
        case "COUNT": return .count
        case "SUM": return .sum
        case "AVG": return .average
        case "MIN": return .minimum
        case "MAX": return .maximum
        case "PERCENTILE":
            guard let percentile else {
                throw MLflowError.invalid("Percentile value is required for PERCENTILE aggregation")
            }
            return .percentile(percentile)
        default: throw MLflowError.missing("aggregation_type")
        }
    }
}

extension JSONWriter {
    fileprivate mutating func point(_ point: TraceMetricsPoint) {
        beginObject()
        member("metric_name", point.metric)
        map("dimensions", point.dimensions)
        key("values")
        beginObject()
        for (label, value) in point.values {
            key(label)
            double(value)
        }
        endObject()
        endObject()
    }
}
