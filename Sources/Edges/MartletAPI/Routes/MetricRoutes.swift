internal import HTTPServer
internal import JSON
internal import Tracking

/// The charts of metrics.
struct MetricRoutes: RouteGroup {
    let tracking: TrackingService

    var operations: [Operation] {
        [
            .get(
                "/api/v1/runs/{id}/metrics/{key}",
                "A metric of a run over equal parts of a range of steps: lowest, highest and last value of each",
                query: [
                    .optional("from", "integer", "The first step; the first that there is without"),
                    .optional("to", "integer", "The last step; the last that there is without"),
                    .optional("buckets", "integer", "Most parts, 1 to 10000; 500 without"),
                ],
                chart
            )
        ]
    }

    @Sendable private func chart(_ request: HTTPRequest) async throws -> HTTPResponse {
        let anyStep = Int64.min...Int64.max
        let (first, last) = (try request.integer("from", anyStep), try request.integer("to", anyStep))
        if let first, let last, first > last {
            throw HTTPError(status: 400, message: "`from` is \(first), after `to`, which is \(last)")
        }
        let key = request.parameter("key")
        let chart = try await tracking.metricChart(
            key,
            of: RunID(request.parameter("id")),
            from: first,
            to: last,
            buckets: Int(try request.integer("buckets", 1...10_000) ?? 500)
        )
        return .json([
            "key": .string(key),
            "from": chart.steps.map { .int($0.lowerBound) } ?? .null,
            "to": chart.steps.map { .int($0.upperBound) } ?? .null,
            "buckets": .array(chart.buckets.map(\.json)),
        ])
    }
}

extension MetricChart.Bucket {
    fileprivate var json: JSONValue {
        [
            "from": .int(steps.lowerBound),
            "to": .int(steps.upperBound),
            "count": .int(count),
            "min": values.map { .double($0.lowerBound) } ?? .null,
            "max": values.map { .double($0.upperBound) } ?? .null,
            "last": last.value.isNaN ? .null : .double(last.value),
            "last_time": .int(last.timestamp),
        ]
    }
}
