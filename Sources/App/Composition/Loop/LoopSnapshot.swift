internal import JSON
internal import Monitoring
internal import Pipelines
internal import Registry
internal import Retraining
internal import Scoring

/// Everything that the page of a loop shows, read from its parts and the stores.
struct LoopSnapshot: Sendable {
    let loop: ProjectLoop

    private var project: Project { loop.project }
    private var parts: ServerParts { loop.parts }

    /// The whole snapshot.
    func json() async throws -> JSONObject {
        let status = loop.currentStatus
        let windows = try await self.windows()
        let alerts = try await self.alerts()
        let steps = try await parts.journal.steps(project: project.name)
        let quality = self.quality
        return [
            "project": .string(project.name), "state": .string(status.state.rawValue),
            "problem": status.problem.map(JSONValue.string) ?? .null,
            "warnings": .array(project.warnings.map(JSONValue.string)),
            "task": .string(quality.task.rawValue), "metric": .string(quality.metric.rawValue),
            "progress": .object(progress()), "parts": .array(await graph().map(JSONValue.object)),
            "edges": .array(edges().map(JSONValue.object)), "champion": await champion(),
            "windows": .array(windows.map { .object(LoopJSON.window($0)) }),
            "alerts": .array(alerts.map { .object(LoopJSON.alert($0)) }),
            "steps": .array(steps.map { .object($0.json) }), "latency_ms": try await latency(),
        ]
    }

    /// What the loop's model says of a row, and the metric that decides about it: that of the first policy's gate, else
    /// the usual one of the first monitor's task.
    private var quality: (task: GateTask, metric: GateMetric) {
        let policy = project.retraining.first
        let monitor = project.monitors.first { $0.name == policy?.monitor } ?? project.monitors.first
        let task = monitor.flatMap { GateTask(rawValue: $0.task) } ?? .binary
        return (task, policy?.gate.metric.flatMap(GateMetric.init) ?? task.defaultMetric)
    }

    /// How far the replays and the champion are.
    func progress() -> JSONObject {
        let running = loop.currentParts
        let replays = running?.replays.map(\.status) ?? []
        let champion = running?.scorers.first { !$0.model.isFixed }?.status
        return [
            "rows_total": .int(Int64(replays.reduce(0) { $0 + $1.rowsTotal })),
            "rows_replayed": .int(Int64(replays.reduce(0) { $0 + $1.rowsSent })),
            "rows_scored": .int(Int64(champion?.rows ?? 0)),
            "labels": .int(Int64(replays.reduce(0) { $0 + $1.labelsSent })),
        ]
    }

    /// The champion's latency from event to acknowledged prediction in this life of the server; nil before the first.
    var measuredLatency: ProjectLatency? {
        let champion = loop.currentParts?.scorers.first { !$0.model.isFixed }?.status
        guard let median = champion?.latencyP50, let tail = champion?.latencyP99 else { return nil }
        return ProjectLatency(median: median, tail: tail)
    }

    /// That latency in milliseconds, or the one of an earlier life where this one has scored nothing.
    func latency() async throws -> JSONValue {
        var latency = measuredLatency
        if latency == nil { latency = try await ProjectStore(database: parts.database).latency(of: project.name) }
        return ["p50": LoopJSON.number(latency?.median), "p99": LoopJSON.number(latency?.tail)]
    }

    /// The closed windows of all monitors, oldest first.
    func windows() async throws -> [MonitoredWindow] {
        var windows: [MonitoredWindow] = []
        for monitor in project.monitors { windows += try await parts.archive.windows(of: monitor.name) }
        return windows
    }

    /// The alerts of all monitors, oldest first.
    func alerts() async throws -> [MonitorAlert] {
        var alerts: [MonitorAlert] = []
        for monitor in project.monitors { alerts += try await parts.archive.alerts(of: monitor.name) }
        return alerts.sorted { ($0.row, $0.id) < ($1.row, $1.id) }
    }

    /// The changes of alias `champion` of the first model; null before there is one.
    private func champion() async -> JSONValue {
        guard let model = project.models.first,
            let version = try? await parts.registry.version(model.name, alias: "champion")
        else { return .null }
        let change = (try? await parts.registry.aliasHistory(of: model.name, alias: "champion", limit: 1))?.first
        return [
            "model": .string(model.name), "version": .int(version.version), "run_id": .string(version.run),
            "since": change.map { LoopJSON.time($0.at) } ?? .null,
        ]
    }

    // MARK: - The graph

    /// The parts in the order of the data's way.
    func graph() async -> [JSONObject] {
        let running = loop.currentParts
        var graph: [JSONObject] = []
        for replay in running?.replays ?? [] {
            let status = replay.status
            graph.append(
                part(
                    "source:\(status.name)",
                    "source",
                    status.name,
                    status.state.rawValue,
                    rate: status.ratePerSecond,
                    detail: status.problem ?? "\(status.rowsSent) of \(status.rowsTotal) rows"
                )
            )
        }
        for topic in project.topics {
            graph.append(part("topic:\(topic.name)", "topic", topic.name, "running", rate: rate(into: topic.name)))
        }
        for scorer in running?.scorers ?? [] {
            let status = scorer.status
            let version = status.version.map { "\(status.model) version \($0)" } ?? status.model
            graph.append(
                part(
                    "deployment:\(status.name)",
                    "deployment",
                    status.name,
                    status.state.rawValue,
                    rate: status.ratePerSecond,
                    detail: status.problem ?? "\(version), lag \(status.lag)"
                )
            )
        }
        for monitor in running?.monitors ?? [] { graph.append(await part(monitor)) }
        for retrainer in running?.retrainers ?? [] {
            graph.append(
                part(
                    "policy:\(retrainer.policy.name)",
                    "policy",
                    retrainer.policy.name,
                    retrainer.isIdle ? "idle" : "running",
                    detail: retrainer.heldBecause ?? ""
                )
            )
        }
        graph += project.models.map { part("registry:\($0.name)", "registry", $0.name, "running") }
        graph += project.datasets.map { part("dataset:\($0.name)", "dataset", $0.name, "running") }
        return graph
    }

    private func part(_ monitor: MonitorService) async -> JSONObject {
        let counters = await monitor.counters
        let problem = await monitor.problem
        return part(
            "monitor:\(monitor.definition.name)",
            "monitor",
            monitor.definition.name,
            problem == nil ? "running" : "failing",
            detail: problem ?? "\(counters.joined) labels joined, \(counters.unlabelled) rows wait"
        )
    }

    private func part(
        _ id: String,
        _ kind: String,
        _ name: String,
        _ status: String,
        rate: Double? = nil,
        detail: String = ""
    ) -> JSONObject {
        [
            "id": .string(id), "kind": .string(kind), "name": .string(name), "status": .string(status),
            "rate_per_second": LoopJSON.number(rate), "detail": .string(detail),
        ]
    }

    private func rate(into topic: String) -> Double {
        let running = loop.currentParts
        if let scorer = running?.scorers.first(where: { $0.status.output == topic }) {
            return scorer.status.ratePerSecond
        }
        let sources = project.replays.filter { $0.output == topic || $0.labels == topic }.map(\.name)
        return (running?.replays ?? []).map(\.status).filter { sources.contains($0.name) }
            .reduce(0) { $0 + $1.ratePerSecond }
    }

    /// Which part hands on to which.
    private func edges() -> [JSONObject] {
        var pairs: [(String, String)] = []
        for replay in project.replays {
            pairs.append(("source:\(replay.name)", "topic:\(replay.output)"))
            if let labels = replay.labels { pairs.append(("source:\(replay.name)", "topic:\(labels)")) }
        }
        for deployment in project.modelDeployments {
            pairs.append(("topic:\(deployment.input)", "deployment:\(deployment.name)"))
            pairs.append(("deployment:\(deployment.name)", "topic:\(deployment.output)"))
            pairs.append(("registry:\(deployment.model)", "deployment:\(deployment.name)"))
        }
        for monitor in project.monitors {
            let topics = monitor.predictions.map(\.topic) + (monitor.labels.map { [$0] } ?? [])
            pairs += topics.map { ("topic:\($0)", "monitor:\(monitor.name)") }
        }
        for policy in project.retraining {
            pairs.append(("monitor:\(policy.monitor)", "policy:\(policy.name)"))
            pairs.append(("dataset:\(policy.dataset)", "policy:\(policy.name)"))
            pairs.append(("policy:\(policy.name)", "registry:\(policy.model)"))
        }
        return pairs.map { ["from": .string($0.0), "to": .string($0.1)] }
    }
}

extension ModelReference {
    /// True for one version for ever, as a frozen shadow has it.
    var isFixed: Bool {
        if case .version = selector { return true }
        return false
    }
}
