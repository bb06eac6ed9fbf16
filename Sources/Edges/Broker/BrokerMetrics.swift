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
    private let health = Mutex<(partitions: [PartitionHealth], positions: [PositionHealth])>(([], []))
    private let groups: Gauge

    init(registry: MetricsRegistry) {
        self.registry = registry
        connections = registry.gauge("log_connections", help: "Open client connections of the log.")
        offlinePartitions = registry.gauge("log_partitions_offline", help: "Partitions that are out of order.")
        groups = registry.gauge("log_groups", help: "Consumer groups that the log remembers.")
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
        tellHealth()
    }

    /// Lets `/metrics` tell of partitions and positions; what was told before is replaced.
    func publish(partitions: [PartitionHealth], positions: [PositionHealth], groups: Int) {
        health.withLock { $0 = (partitions, positions) }
        self.groups.set(Double(groups))
    }

    private func tellHealth() {
        tellPartitions("log_partition_end_offset", "The offset that the next record of the partition gets.") {
            Double($0.endOffset)
        }
        tellPartitions("log_partition_bytes", "Bytes of the partition on disk.") { Double($0.bytes) }
        tellPartitions("log_partition_unreadable_records", "Records that were written and that readers cannot see yet.")
        {
            Double(max(0, $0.endOffset - $0.highWatermark))
        }
        tellPartitions(
            "log_partition_stalled_seconds",
            "How long written records have not become readable; 0 while they do."
        ) {
            Double($0.stalledNanoseconds) / 1e9
        }
        tellGroups("log_group_lag_records", "Readable records that the group has not committed.") { Double($0.lag) }
        tellGroups(
            "log_group_stalled_seconds",
            "How long the group has not moved with records to read; 0 while it moves."
        ) {
            Double($0.stalledNanoseconds) / 1e9
        }
    }

    private func tellPartitions(
        _ name: String,
        _ help: String,
        _ value: @escaping @Sendable (PartitionHealth) -> Double
    ) {
        registry.collect(name, help: help) { [weak self] in
            (self?.health.withLock { $0.partitions } ?? []).map { partition in
                let labels = ["topic": partition.topic, "partition": String(partition.partition)]
                return MetricSample(labels: labels, value: value(partition))
            }
        }
    }

    private func tellGroups(_ name: String, _ help: String, _ value: @escaping @Sendable (PositionHealth) -> Double) {
        registry.collect(name, help: help) { [weak self] in
            (self?.health.withLock { $0.positions } ?? []).map { position in
                let labels = [
                    "group": position.group, "topic": position.topic, "partition": String(position.partition),
                ]
                return MetricSample(labels: labels, value: value(position))
            }
        }
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
