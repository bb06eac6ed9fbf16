import Testing

@testable import Telemetry

@Suite struct MetricsRegistryTests {
    @Test func `metrics are rendered in Prometheus' text format`() {
        let registry = MetricsRegistry()
        registry.counter("log_records_total", help: "Records appended.", labels: ["topic": "a\"b"]).increment(by: 3)
        registry.gauge("log_bytes", help: "Bytes kept.").set(1.5)
        let histogram = registry.histogram("http_request_seconds", help: "Time.", bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { histogram.observe(value) }
        #expect(
            registry.renderPrometheus() == """
                # HELP http_request_seconds Time.
                # TYPE http_request_seconds histogram
                http_request_seconds_bucket{le="0.1"} 2
                http_request_seconds_bucket{le="1.0"} 3
                http_request_seconds_bucket{le="+Inf"} 4
                http_request_seconds_sum 7.65
                http_request_seconds_count 4
                # HELP log_bytes Bytes kept.
                # TYPE log_bytes gauge
                log_bytes 1.5
                # HELP log_records_total Records appended.
                # TYPE log_records_total counter
                log_records_total{topic="a\\"b"} 3

                """
        )
    }

    @Test func `gauges whose labels come and go are made when they are asked for`() {
        let registry = MetricsRegistry()
        registry.collect("lag", help: "Lag.") {
            ["b", "a\n"].map { MetricSample(labels: ["group": $0, "partition": "0"], value: 2) }
        }
        #expect(
            registry.renderPrometheus() == """
                # HELP lag Lag.
                # TYPE lag gauge
                lag{group="a\\n",partition="0"} 2.0
                lag{group="b",partition="0"} 2.0

                """
        )
        registry.remove("lag", labels: [:])
        #expect(registry.renderPrometheus() == "")
    }

    @Test func `the same name and labels give the same metric`() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "A.", labels: ["x": "1"]).increment()
        registry.counter("a_total", help: "A.", labels: ["x": "1"]).increment()
        #expect(registry.counter("a_total", help: "A.", labels: ["x": "1"]).value == 2)
        registry.remove("a_total", labels: ["x": "1"])
        #expect(registry.renderPrometheus() == "")
    }

    @Test func `a gauge keeps all of many concurrent additions`() async {
        let gauge = MetricsRegistry().gauge("g", help: "G.")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<1_000 { gauge.increment(by: 1) } } }
        }
        #expect(gauge.value == 8_000)
    }
}
