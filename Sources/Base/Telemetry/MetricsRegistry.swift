internal import Synchronization

/// A number with its labels, made when metrics are asked for.
package struct MetricSample: Sendable {
    /// The labels by name.
    package let labels: [String: String]
    /// The number.
    package let value: Double

    /// Makes a sample.
    package init(labels: [String: String], value: Double) {
        self.labels = labels
        self.value = value
    }
}

/// All metrics of the process by name and labels, rendered in Prometheus' text format 0.0.4.
///
/// Asking twice for the same name and labels gives the same metric. Names follow `area_thing_unit`. Callers keep the
/// metric rather than look it up on a hot path. Thread-safe.
package final class MetricsRegistry: Sendable {
    private enum Metric: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(HistogramMetric)
        case collected(@Sendable () -> [MetricSample])

        var type: String {
            switch self {
            case .counter: "counter"
            case .gauge, .collected: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Family: Sendable {
        let help: String
        let type: String
        var metrics: [String: Metric] = [:]
    }

    /// The registry behind `/metrics`.
    package static let shared = MetricsRegistry()

    private let families = Mutex<[String: Family]>([:])

    /// An empty registry, for tests.
    package init() {}

    /// The counter with this name and these labels.
    package func counter(_ name: String, help: String, labels: [String: String] = [:]) -> Counter {
        let metric = find(name, help, labels, type: "counter") { .counter(Counter()) }
        if case .counter(let counter) = metric { return counter }
        return Counter()
    }

    /// The gauge with this name and these labels.
    package func gauge(_ name: String, help: String, labels: [String: String] = [:]) -> Gauge {
        let metric = find(name, help, labels, type: "gauge") { .gauge(Gauge()) }
        if case .gauge(let gauge) = metric { return gauge }
        return Gauge()
    }

    /// The histogram with this name and these labels; the bounds count where it is new.
    package func histogram(
        _ name: String,
        help: String,
        labels: [String: String] = [:],
        bounds: [Double] = HistogramMetric.latencyBounds
    ) -> HistogramMetric {
        let metric = find(name, help, labels, type: "histogram") { .histogram(HistogramMetric(bounds: bounds)) }
        if case .histogram(let histogram) = metric { return histogram }
        return HistogramMetric(bounds: bounds)
    }

    /// Gauges whose labels come and go: `samples` is asked for all of them whenever metrics are rendered.
    ///
    /// Replaces what was registered under this name; ``remove(_:labels:)`` without labels ends it.
    package func collect(_ name: String, help: String, _ samples: @escaping @Sendable () -> [MetricSample]) {
        families.withLock { $0[name] = Family(help: help, type: "gauge", metrics: ["": .collected(samples)]) }
    }

    /// Forgets the metric with this name and these labels, for a topic or deployment that is gone.
    package func remove(_ name: String, labels: [String: String]) {
        families.withLock { $0[name]?.metrics[MetricsRegistry.rendered(labels)] = nil }
    }

    /// Everything in Prometheus' text format 0.0.4, families and labels in order of their names.
    package func renderPrometheus() -> String {
        let all = families.withLock { $0 }
        var text = ""
        for (name, family) in all.sorted(by: { $0.key < $1.key }) where !family.metrics.isEmpty {
            text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.type)\n"
            for (labels, metric) in family.metrics.sorted(by: { $0.key < $1.key }) {
                MetricsRegistry.render(metric, name: name, labels: labels, into: &text)
            }
        }
        return text
    }

    private func find(
        _ name: String,
        _ help: String,
        _ labels: [String: String],
        type: String,
        make: () -> Metric
    ) -> Metric {
        let key = MetricsRegistry.rendered(labels)
        return families.withLock { families in
            var family = families[name] ?? Family(help: help, type: type)
            assert(family.type == type, "metric \(name) is a \(family.type), not a \(type)")
            if let known = family.metrics[key] { return known }
            let metric = make()
            if metric.type == family.type { family.metrics[key] = metric }
            families[name] = family
            return metric
        }
    }

    private static func render(_ metric: Metric, name: String, labels: String, into text: inout String) {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        switch metric {
        case .counter(let counter): text += "\(name)\(braces) \(counter.value)\n"
        case .gauge(let gauge): text += "\(name)\(braces) \(gauge.value)\n"
        case .collected(let samples):
            let lines = samples().map { "\(name){\(rendered($0.labels))} \($0.value)\n" }
            text += lines.sorted().joined()
        case .histogram(let histogram):
            let (counts, sum, total) = histogram.snapshot()
            let prefix = labels.isEmpty ? "" : labels + ","
            var cumulated = 0
            for (bound, count) in zip(histogram.bounds, counts) {
                cumulated += count
                text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(cumulated)\n"
            }
            text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(total)\n"
            text += "\(name)_sum\(braces) \(sum)\n\(name)_count\(braces) \(total)\n"
        }
    }

    private static func rendered(_ labels: [String: String]) -> String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }
}
