import JSON
import Testing

@testable import Tracking

@Suite struct TraceMetricsTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }

    /// Four traces a minute apart: two of `a` (10 and 30 ms), one of `b` (20 ms, failed), one without name and end.
    init() async throws {
        fixture = try await TrackingFixture()
        let rows: [(String?, Int64?, TraceState, Int64)] = [
            ("a", 10, .ok, 0), ("a", 30, .ok, 60_000), ("b", 20, .error, 120_000), (nil, nil, .inProgress, 180_000),
        ]
        for (index, (name, duration, state, time)) in rows.enumerated() {
            var info = TraceInfo(
                id: "tr-\(index)",
                experiment: .standard,
                requestTime: 1_763_698_860_000 + time,
                duration: duration,
                state: state
            )
            info.tags = name.map { [KeyValue("mlflow.traceName", $0)] } ?? []
            info.metadata = [
                KeyValue("mlflow.trace.session", index < 3 ? "s\(index / 2)" : ""),
                KeyValue("mlflow.trace.tokenUsage", "{\"input_tokens\": \(index * 10), \"total_tokens\": 5}"),
            ]
            if index == 3 { info.metadata = [] }
            _ = try await tracking.storeTrace(info)
        }
    }

    private func points(
        _ view: TraceMetricsQuery.View,
        _ metric: String,
        _ aggregations: [TraceMetricsQuery.Aggregation],
        _ change: (inout TraceMetricsQuery) -> Void = { _ in }
    ) async throws -> [String] {
        var query = TraceMetricsQuery(
            experiments: [.standard],
            view: view,
            metric: metric,
            aggregations: aggregations
        )
        change(&query)
        return try await tracking.traceMetrics(query).items.map { point in
            let group = point.dimensions.map(\.value).joined(separator: ",")
            return group + ":" + point.values.map { "\($0.label)=\($0.value)" }.joined(separator: " ")
        }
    }

    private func span(_ trace: String, _ id: String, _ parent: String?, _ attributes: [KeyValue]) -> TraceSpan {
        var span = TraceSpan(trace: trace, id: id, parent: parent, name: "call")
        span.type = "LLM"
        span.status = "OK"
        span.start = 1_763_698_860_000_000_000
        span.end = span.start + 7_500_000
        span.attributes = attributes
        return span
    }

    @Test func tracesAreCountedByNameAndState() async throws {
        #expect(try await points(.traces, "trace_count", [.count]) == [":COUNT=4.0"])
        let byName = try await points(.traces, "trace_count", [.count]) { $0.dimensions = ["trace_name"] }
        #expect(byName == ["a:COUNT=2.0", "b:COUNT=1.0"])
        let byState = try await points(.traces, "trace_count", [.count]) { $0.dimensions = ["trace_status"] }
        #expect(byState == ["ERROR:COUNT=1.0", "IN_PROGRESS:COUNT=1.0", "OK:COUNT=2.0"])
        #expect(try await points(.traces, "session_count", [.count]) == [":COUNT=2.0"])
    }

    @Test func latencyIsSummarised() async throws {
        let all: [TraceMetricsQuery.Aggregation] = [.average, .minimum, .maximum, .percentile(50), .percentile(75)]
        #expect(try await points(.traces, "latency", all) == [":AVG=20.0 MIN=10.0 MAX=30.0 P50.0=20.0 P75.0=25.0"])
        #expect(
            try await points(.traces, "latency", [.average]) { $0.filters = ["trace.status = 'ERROR'"] } == [
                ":AVG=20.0"
            ]
        )
        #expect(
            try await points(.traces, "latency", [.average]) { $0.filters = ["trace.tag.`mlflow.traceName` = 'a'"] }
                == [":AVG=20.0"]
        )
        #expect(
            try await points(.traces, "latency", [.average]) {
                $0.filters = ["trace.metadata.mlflow.trace.session = 's1'"]
            } == [":AVG=20.0"]
        )
        #expect(try await points(.traces, "latency", [.average]) { $0.end = 0 } == [])
    }

    @Test func tokensComeFromTheMetadata() async throws {
        #expect(try await points(.traces, "input_tokens", [.sum, .maximum]) == [":SUM=30.0 MAX=20.0"])
        #expect(try await points(.traces, "cache_read_input_tokens", [.sum]) == [])
    }

    @Test func timeMakesGroups() async throws {
        let found = try await points(.traces, "trace_count", [.count]) { query in
            query.interval = 120
            query.start = 1_763_698_860_000
            query.end = 1_763_698_860_000 + 180_000
        }
        #expect(
            found == [
                "2025-11-21T04:20:00+00:00:COUNT=1.0", "2025-11-21T04:22:00+00:00:COUNT=2.0",
                "2025-11-21T04:24:00+00:00:COUNT=1.0",
            ]
        )
        await #expect(throws: TrackingError.self) {
            try await points(.traces, "trace_count", [.count]) { $0.interval = 60 }
        }
    }

    @Test func pagesCutTheGroups() async throws {
        var query = TraceMetricsQuery(
            experiments: [.standard],
            view: .traces,
            metric: "trace_count",
            aggregations: [.count]
        )
        query.dimensions = ["trace_status"]
        query.limit = 2
        let first = try await tracking.traceMetrics(query)
        query.pageToken = first.next
        let second = try await tracking.traceMetrics(query)
        #expect(first.items.count == 2 && second.items.count == 1 && second.next == nil)
    }

    @Test func spansAndTheirCostsAreSummarised() async throws {
        let model = KeyValue("mlflow.llm.model", "m1")
        let cost = KeyValue("mlflow.llm.cost", "{\"total_cost\": 0.25}")
        let spans = [span("tr-0", "0000000000000001", nil, [model, cost]), span("tr-0", "0000000000000002", nil, [])]
        try await tracking.storeSpans(spans, experiment: .standard)
        #expect(try await points(.spans, "span_count", [.count]) { $0.dimensions = ["span_type"] } == ["LLM:COUNT=2.0"])
        #expect(try await points(.spans, "latency", [.average]) { $0.filters = ["span.name = 'call'"] } == [":AVG=7.0"])
        let costs = try await points(.spans, "total_cost", [.sum]) { $0.dimensions = ["span_model_name"] }
        #expect(costs == ["m1:SUM=0.25"])
    }

    @Test func assessmentsAreSummarised() async throws {
        let values: [JSONValue] = [true, "yes", "no", 3.0, "other"]
        for value in values {
            let source = AssessmentSource(kind: .code, id: nil)
            let content = Assessment.Content.feedback(value, error: nil)
            let assessment = Assessment(trace: "tr-0", name: "q", content: content, source: source, at: 1)
            _ = try await tracking.createAssessment(assessment)
        }
        #expect(try await points(.assessments, "assessment_count", [.count]) == [":COUNT=5.0"])
        let mean = try await points(.assessments, "assessment_value", [.average, .maximum]) {
            $0.filters = ["assessment.name = 'q'"]
        }
        #expect(mean == [":AVG=1.25 MAX=3.0"])
    }

    @Test(arguments: [
        ("trace_count", "AVG", "trace_name", ""), ("nothing", "COUNT", "trace_name", ""),
        ("trace_count", "COUNT", "span_name", ""), ("trace_count", "COUNT", "trace_name", "span.name = 'x'"),
        ("trace_count", "COUNT", "trace_name", "trace.status != 'OK'"),
        ("trace_count", "COUNT", "trace_name", "trace.tag = 'x'"),
        ("trace_count", "COUNT", "trace_name", "trace.status = 'a' AND trace.status = 'b'"),
        ("trace_count", "COUNT", "trace_name", "status = 'a'"),
    ])
    func whatAViewDoesNotHaveIsRefused(metric: String, kind: String, dimension: String, filter: String) async throws {
        await #expect(throws: TrackingError.self) {
            try await points(.traces, metric, [kind == "AVG" ? .average : .count]) { query in
                query.dimensions = [dimension]
                query.filters = filter.isEmpty ? [] : [filter]
            }
        }
    }

    @Test func filtersThatHoldTogetherCorrelate() async throws {
        let found = try await tracking.correlation(
            of: "status = 'OK'",
            and: "name = 'a'",
            within: nil,
            experiments: [.standard]
        )
        #expect((found.total, found.first, found.second, found.both) == (4, 2, 2, 2))
        #expect(abs(found.information - 1) < 1e-12)
        // log((2.5 * 6) / 9) / -log(2.5 / 6), with half an observation in each of the four cases
        #expect(abs(found.smoothedInformation - 0.583488) < 1e-6)
        let never = FilterCorrelation(total: 10, first: 3, second: 4, both: 0)
        #expect(never.information == -1)
        #expect(FilterCorrelation(total: 10, first: 0, second: 4, both: 0).information.isNaN)
        let within = try await tracking.correlation(
            of: "status = 'OK'",
            and: "name = 'a'",
            within: "execution_time > 15",
            experiments: [.standard]
        )
        #expect((within.total, within.first, within.both) == (2, 1, 1))
    }

    @Test func usageOfSpansIsSummedOverTheTraceWithoutCountingTwice() async throws {
        func usage(_ input: Int, _ output: Int) -> KeyValue {
            KeyValue(
                "mlflow.chat.tokenUsage",
                "{\"input_tokens\": \(input), \"output_tokens\": \(output), \"total_tokens\": \(input + output)}"
            )
        }
        let spans = [
            span("tr-new", "0000000000000001", nil, []),
            span("tr-new", "0000000000000002", "0000000000000001", [usage(5, 1)]),
            span("tr-new", "0000000000000003", "0000000000000002", [usage(5, 1)]),
            span(
                "tr-new",
                "0000000000000004",
                "0000000000000001",
                [usage(2, 2), KeyValue("mlflow.llm.cost", "{\"total_cost\": 0.5}")]
            ),
        ]
        for span in spans { try await tracking.storeSpans([span], experiment: .standard) }
        let metadata = try await tracking.traceInfo("tr-new").metadata
        let tokens = try JSONValue.parse(metadata.first { $0.key == "mlflow.trace.tokenUsage" }?.value ?? "")
        #expect(tokens == ["input_tokens": 7, "output_tokens": 3, "total_tokens": 10])
        let cost = try JSONValue.parse(metadata.first { $0.key == "mlflow.trace.cost" }?.value ?? "")
        #expect(cost["total_cost"]?.doubleValue == 0.5)
    }
}
