internal import KafkaWire
internal import LogStorage
internal import Synchronization
internal import Telemetry

/// What `/metrics` shows of the log.
final class BrokerMetrics: Sendable {
    /// What is counted per topic.
    struct TopicCounters: Sendable {
        let bytesIn: Counter
        let bytesOut: Counter
        let recordsIn: Counter
    }

    /// Open connections.
    let connections: Gauge
    /// Partitions that are out of order.
    let offlinePartitions: Gauge
    private let registry: MetricsRegistry
    private let latencies: [ApiKey: HistogramMetric]
    private let topics = Mutex<[String: TopicCounters]>([:])

    init(registry: MetricsRegistry) {
        self.registry = registry
        connections = registry.gauge("log_connections", help: "Open client connections of the log.")
        offlinePartitions = registry.gauge("log_partitions_offline", help: "Partitions that are out of order.")
        latencies = Dictionary(
            uniqueKeysWithValues: ApiKey.allCases.map { key in
                let histogram = registry.histogram(
                    "log_request_seconds",
                    help: "Time from a request's arrival to its answer, waiting included.",
                    labels: ["api": "\(key)"]
                )
                return (key, histogram)
            }
        )
    }

    /// Notes how long a request took.
    func observe(_ key: ApiKey?, nanoseconds: Int64) {
        guard let key else { return }
        latencies[key]?.observe(Double(nanoseconds) / 1e9)
    }

    /// The counters of a topic.
    func counters(of topic: String) -> TopicCounters {
        topics.withLock { topics in
            if let known = topics[topic] { return known }
            let labels = ["topic": topic]
            let counters = TopicCounters(
                bytesIn: registry.counter("log_topic_in_bytes_total", help: "Bytes appended.", labels: labels),
                bytesOut: registry.counter("log_topic_out_bytes_total", help: "Bytes fetched.", labels: labels),
                recordsIn: registry.counter("log_topic_in_records_total", help: "Records appended.", labels: labels)
            )
            topics[topic] = counters
            return counters
        }
    }

    /// Forgets a deleted topic.
    func forget(_ topic: String) {
        topics.withLock { $0[topic] = nil }
        for name in ["log_topic_in_bytes_total", "log_topic_out_bytes_total", "log_topic_in_records_total"] {
            registry.remove(name, labels: ["topic": topic])
        }
    }
}
