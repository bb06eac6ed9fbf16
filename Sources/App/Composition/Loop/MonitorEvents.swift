internal import HTTPServer
internal import JSON
internal import Monitoring
internal import Pipelines
internal import Retraining
internal import Scoring

/// What monitors find, told to the journal, to browsers and to the policies.
struct MonitorEvents: MonitorObserver {
    let activation: ProjectActivation
    let retrainers: [RetrainingService]

    private var project: Project { activation.project }

    func monitor(_ name: String, didClose window: MonitoredWindow) async throws {
        tell(of: window)
    }

    func monitor(_ name: String, didFill window: MonitoredWindow) async {
        tell(of: window)
    }

    private func tell(of window: MonitoredWindow) {
        activation.parts.events.publishLoop(project.name, change: "window", .object(LoopJSON.window(window)))
        activation.parts.events.publishMonitor(window.monitor, change: "window", window.index)
    }

    func monitor(_ name: String, didOpen alert: MonitorAlert) async throws {
        activation.parts.events.publishLoop(project.name, change: "alert", .object(LoopJSON.alert(alert)))
        activation.parts.events.publishMonitor(alert.monitor, change: "alert", alert.window)
        try await record(alert, kind: .alert, title: alert.message, row: alert.row)
    }

    func monitor(_ name: String, didResolve alert: MonitorAlert) async throws {
        activation.parts.events.publishLoop(project.name, change: "alert", .object(LoopJSON.alert(alert)))
        activation.parts.events.publishMonitor(alert.monitor, change: "alert", alert.window)
        let title = "Resolved: \(alert.message)"
        try await record(alert, kind: .resolved, title: title, row: alert.resolvedRow ?? alert.row)
    }

    func monitor(_ name: String, didEstimate estimate: QualityEstimate, openAlerts: [MonitorAlert]) async {
        var signal = PolicySignal(
            triggers: openAlerts.compactMap { Trigger($0, labelledRows: estimate.labelledRows, row: estimate.row) },
            labelledRows: estimate.labelledRows,
            row: Int(estimate.row)
        )
        signal.labelOffsets = estimate.labelOffsets
        signal.qualityAlerts = openAlerts.filter { $0.kind == .quality }.map(\.message)
        for retrainer in retrainers where listens(retrainer, to: name) { retrainer.submit(signal) }
    }

    private func listens(_ retrainer: RetrainingService, to monitor: String) -> Bool {
        project.retraining.contains { $0.name == retrainer.policy.name && $0.monitor == monitor }
    }

    private func record(_ alert: MonitorAlert, kind: LoopStep.Kind, title: String, row: Int64) async throws {
        try await activation.record(
            key: "alert/\(alert.id)/\(kind.rawValue)",
            kind: kind,
            title: title,
            row: Int(row),
            numbers: LoopJSON.alert(alert),
            links: ["alert": .string(alert.id), "monitor": .string(alert.monitor)]
        )
    }
}

extension Trigger {
    /// An open alert as a policy sees it at some row; nil for one that training again does not answer.
    fileprivate init?(_ alert: MonitorAlert, labelledRows: Int, row: Int64) {
        let kind: TriggerKind
        switch alert.kind {
        case .performance: kind = .performance
        case .drift, .predictions: kind = .drift
        case .estimated: kind = .estimated
        case .change: kind = .change
        case .quality, .health: return nil
        }
        self.init(
            kind: kind,
            id: alert.id,
            message: alert.message,
            value: alert.value,
            limit: alert.limit,
            openedAtLabelledRows: max(0, labelledRows - Int(row - alert.row))
        )
    }
}

/// What deployments decide, put on record.
struct DeploymentEvents: ScoringObserver {
    let activation: ProjectActivation

    func deployment(_ name: String, didSwap swap: ModelSwap) async {
        // Rows go to the partitions in turn, so together these are the rows before.
        let offset = swap.firstOffsets.values.reduce(0, +)
        let places = swap.firstOffsets.sorted { $0.key < $1.key }.map { "\($0.value) of partition \($0.key)" }
        let place = places.count > 1 ? places.joined(separator: ", ") : "\(offset)"
        let first = activation.project.replays.first?.firstRow ?? 0
        try? await activation.record(
            key: "deployment/\(name)/\(swap.from)-\(swap.to)/\(offset)",
            kind: .deployed,
            title: "\(name) scores with \(swap.model) version \(swap.to) from offset \(place) on",
            row: first + Int(offset),
            numbers: [
                "from": .int(Int64(swap.from)), "to": .int(Int64(swap.to)), "first_offset": .int(offset),
            ],
            links: ["model": .string("\(swap.model)@\(swap.to)"), "deployment": .string(name)]
        )
    }

    func deployment(
        _ name: String,
        didKeep version: Int,
        insteadOf model: ModelReference,
        because reason: String
    ) async {
        try? await activation.record(
            key: "deployment/\(name)/kept/\(version)/\(model)",
            kind: .failed,
            title: "\(name) keeps version \(version): \(model) cannot be used",
            numbers: ["error": .string(reason)],
            links: ["deployment": .string(name)]
        )
    }
}
