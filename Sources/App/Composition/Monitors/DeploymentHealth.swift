internal import Monitoring
internal import Scoring
internal import Streams
internal import Synchronization

/// How the deployments and consumer groups of a monitor's input are doing.
final class DeploymentHealth: HealthSource {
    private let admin: StreamAdmin
    private let statuses = Mutex<(@Sendable () -> [DeploymentStatus])?>(nil)

    init(admin: StreamAdmin) {
        self.admin = admin
    }

    /// Sets where the deployments are asked for.
    func follow(_ source: @escaping @Sendable () -> [DeploymentStatus]) {
        statuses.withLock { $0 = source }
    }

    func readings(for definition: MonitorDefinition) async -> [HealthReading] {
        let deployments = (statuses.withLock { $0 }?() ?? []).filter { $0.input == definition.inputTopic }
        var readings = deployments.map { status in
            var reading = HealthReading(
                part: "deployment \(status.name)",
                lag: status.lag,
                progress: Int64(status.rowsSinceStart + status.errors)
            )
            reading.errors = Int64(status.errors)
            reading.latencyMilliseconds = status.latencyP99
            return reading
        }
        guard let description = try? await admin.topic(definition.inputTopic) else { return readings }
        let partitions = (0..<Int32(clamping: description.partitions)).map { TopicPartition(definition.inputTopic, $0) }
        if let input = await inputReading(partitions, definition.inputTopic) { readings.append(input) }
        for group in definition.health?.groups ?? [] { readings += await groupReadings(group, partitions) }
        return readings
    }

    private func inputReading(_ partitions: [TopicPartition], _ topic: String) async -> HealthReading? {
        var rows: Int64 = 0
        for partition in partitions {
            guard let marks = try? await admin.watermarks(partition) else { return nil }
            rows += marks.high
        }
        return HealthReading(part: "topic \(topic)", lag: 0, progress: rows, isInput: true)
    }

    /// One reading for each partition that the group has an offset of: one that stands still is seen by itself.
    private func groupReadings(_ group: String, _ partitions: [TopicPartition]) async -> [HealthReading] {
        let offsets = admin.group(group)
        guard let committed = try? await offsets.committed(partitions), let lag = try? await offsets.lag(partitions)
        else { return [] }
        return partitions.compactMap { partition in
            guard let offset = committed[partition], let behind = lag[partition] else { return nil }
            return HealthReading(
                part: "group \(group), partition \(partition.partition)",
                lag: behind,
                progress: offset
            )
        }
    }
}
