internal import JSON
internal import Monitoring
internal import Pipelines
internal import Primitives
internal import Retraining
internal import Scoring
internal import Streams

/// What a played loop leaves behind: counted anew from the topics, with what was decided and why.
struct LoopReport: Sendable {
    let loop: ProjectLoop

    private var project: Project { loop.project }
    private var parts: ServerParts { loop.parts }

    /// The report; reads the champion's predictions whole.
    func json() async throws -> JSONObject {
        let snapshot = LoopSnapshot(loop: loop)
        let counts = try await countPredictions()
        let windows = try await snapshot.windows()
        let status = loop.currentStatus
        let nanoseconds = (status.finishedAt ?? MonotonicClock.nowNanoseconds()) - status.startedAt
        return [
            "project": .string(project.name), "state": .string(status.state.rawValue),
            "rows_total": .int(Int64(counts.rows)), "rows_scored": .int(Int64(counts.unique)),
            "lost": .int(Int64(counts.rows - counts.unique)),
            "duplicates": .int(Int64(counts.predictions - counts.unique)),
            "rejected": .int(Int64(counts.rejected)),
            "windows": .array(windows.map { .object(LoopJSON.window($0)) }),
            "alerts": .array(try await snapshot.alerts().map { .object(LoopJSON.alert($0)) }),
            "promotions": .array(try await promotions().map(JSONValue.object)),
            "checks": .array(checks(windows: windows, counts: counts).map(JSONValue.object)),
            "latency_ms": try await snapshot.latency(), "seconds": .double(Double(nanoseconds) / 1e9),
        ]
    }

    private struct Counts {
        var rows = 0
        var predictions = 0
        var unique = 0
        var rejected = 0
    }

    /// Counts rows, predictions and rejections of the first deployment that follows an alias.
    private func countPredictions() async throws -> Counts {
        let followsAlias = project.modelDeployments.first {
            if case .alias = $0.selection { true } else { false }
        }
        guard let deployment = followsAlias ?? project.modelDeployments.first else { return Counts() }
        var counts = Counts()
        for partition in try await partitions(of: deployment.input) {
            let input = try await parts.admin.watermarks(partition)
            counts.rows += Int(input.high - input.low)
        }
        var seen: Set<String> = []
        let predictions = try await read(deployment.output) { record in
            guard let id = try? JSONDocument(parsing: record).root["prediction_id"]?.stringValue else { return }
            seen.insert(id)
        }
        counts.predictions = predictions
        counts.unique = seen.count
        counts.rejected = try await read("\(deployment.input).errors") { _ in }
        return counts
    }

    /// The partitions of a topic; none where it does not exist.
    private func partitions(of topic: String) async throws -> [TopicPartition] {
        let count = try await parts.admin.topic(topic)?.partitions ?? 0
        return (0..<Int32(count)).map { TopicPartition(topic, $0) }
    }

    /// Hands each value of a topic to `body`, partition after partition; the number of records.
    private func read(_ topic: String, _ body: ([UInt8]) -> Void) async throws -> Int {
        var count = 0
        for partition in try await partitions(of: topic) { count += try await read(partition, body) }
        return count
    }

    private func read(_ partition: TopicPartition, _ body: ([UInt8]) -> Void) async throws -> Int {
        let (low, high) = try await parts.admin.watermarks(partition)
        guard high > low else { return 0 }
        let reader = try StreamReader(parts.streams, assignments: [(partition, low)])
        var count = 0
        var next = low
        while next < high {
            let records = try await reader.next(maximum: 5_000, wait: .seconds(5))
            if records.isEmpty { break }
            for record in records where record.offset < high {
                body(record.value ?? [])
                count += 1
            }
            next = (records.last?.offset ?? high) + 1
        }
        await reader.close()
        return count
    }

    private func promotions() async throws -> [JSONObject] {
        var promotions: [JSONObject] = []
        for retrainer in loop.currentParts?.retrainers ?? [] {
            for attempt in try await retrainer.history() where attempt.state == .promoted {
                promotions.append(promotion(attempt))
            }
        }
        return promotions
    }

    private func promotion(_ attempt: RetrainingAttempt) -> JSONObject {
        let numbers = attempt.verdict?.numbers
        let metric = numbers?.metric ?? .auc
        return [
            "attempt": .string(attempt.id), "row": .int(Int64(attempt.row)),
            "run_id": .string(attempt.challenger?.runID ?? ""), "dataset": .string(attempt.cut?.name ?? ""),
            "dataset_hash": .string(attempt.cut?.contentHash ?? ""),
            "offsets": offsets(attempt.cut?.ranges ?? []),
            "version": .int(Int64(attempt.challenger?.version ?? 0)),
            "previous_version": .int(Int64(attempt.championVersion ?? 0)),
            "commit": .string(attempt.challenger?.commit ?? ""),
            "gate": [
                "metric": .string(metric.rawValue), "challenger": LoopJSON.number(numbers?.challenger[metric]),
                "champion": LoopJSON.number(numbers?.champion[metric]), "rows": .int(Int64(numbers?.rows ?? 0)),
                "reasons": .array((attempt.verdict?.reasons ?? []).map(JSONValue.string)),
            ],
            "at": LoopJSON.time(attempt.updatedAt),
        ]
    }

    /// The offsets of a single partition, or a list with those of each.
    private func offsets(_ ranges: [TrainingCut.Range]) -> JSONValue {
        if ranges.count == 1 { return ["from": .int(ranges[0].from), "to": .int(ranges[0].to)] }
        return .array(
            ranges.map { ["partition": .int(Int64($0.partition)), "from": .int($0.from), "to": .int($0.to)] }
        )
    }

    private func checks(windows: [MonitoredWindow], counts: Counts) -> [JSONObject] {
        project.checks.map { check in
            let value = value(of: check, windows, counts)
            return [
                "name": .string(check.name), "metric": .string(check.metric), "value": LoopJSON.number(value),
                "passed": .bool(value.map(check.holds) ?? false),
            ]
        }
    }

    /// What a check looks at: a count, or the mean of a metric over windows; nil where there is nothing to look at.
    private func value(of check: CheckDeclaration, _ windows: [MonitoredWindow], _ counts: Counts) -> Double? {
        switch check.metric {
        case "lost": return Double(counts.rows - counts.unique - counts.rejected)
        case "duplicates": return Double(counts.predictions - counts.unique)
        default:
            guard let metric = QualityMetric(rawValue: check.metric) else { return nil }
            let role = check.role ?? PredictionTopic.championRole
            let values = windows.filter { $0.firstRow >= Int64(check.fromRow ?? 0) }
                .compactMap { $0.quality(of: role)?[metric] }
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
    }
}
