internal import Monitoring
internal import Registry
internal import Scoring
internal import Synchronization
internal import Telemetry
internal import Tracking

/// What follows an alias when it moves: deployments swap, and monitors compare with the new training data.
final class Followers: Sendable {
    private let scorers: [ScoringDeployment]
    private let parts: ServerParts
    private let monitors = Mutex<[MonitorService]>([])
    private let logger = Logger(label: "loop")

    init(scorers: [ScoringDeployment], parts: ServerParts) {
        self.scorers = scorers
        self.parts = parts
    }

    func set(monitors: [MonitorService]) {
        self.monitors.withLock { $0 = monitors }
    }

    /// Lets everything follow; what cannot keeps what it has, and says so in its status and the log.
    func follow(_ model: String) async {
        for scorer in scorers where scorer.model.name == model {
            guard case .alias = scorer.model.selector else { continue }
            do {
                _ = try await scorer.refresh()
            } catch {
                logger.error("A deployment keeps its version", ["deployment": scorer.name, "error": "\(error)"])
            }
        }
        await moveReference(of: model)
    }

    /// Points the monitors of a model to the data that its champion was trained on.
    func moveReference(of model: String) async {
        for monitor in monitors.withLock({ $0 })
        where monitor.definition.model == model && monitor.definition.reference == nil {
            do {
                guard let reference = try await parts.championData(of: model) else { continue }
                try await monitor.setReference(reference)
            } catch {
                logger.error("A monitor keeps its reference", ["monitor": monitor.name, "error": "\(error)"])
            }
        }
    }
}

extension ServerParts {
    /// The dataset version that a model's champion was trained on; nil where its run does not say.
    func championData(of model: String) async throws -> ReferenceDataset? {
        let version = try await registry.version(model, alias: "champion")
        guard !version.run.isEmpty else { return nil }
        let run = try await tracking.run(RunID(version.run))
        return run.tag(JobTrainer.datasetTag).flatMap { ReferenceDataset(parsing: $0) }
    }
}
