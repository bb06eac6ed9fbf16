internal import Catalogue
internal import Inference
internal import Lake
internal import Retraining
internal import Scoring

/// Scores hold-out rows with ONNX Runtime, as deployments do.
struct NativeHoldOutScorer: HoldOutScorer {
    let catalogue: CatalogueService
    let models: RegistryModelSource
    let runtime: ModelRuntime
    let label: String

    func score(
        _ policy: RetrainingPolicy,
        cut: TrainingCut,
        champion: Int,
        challenger: Int
    ) async throws -> HoldOutScores {
        let version = try await catalogue.version(cut.dataset, cut.version)
        let columns = try await catalogue.readColumns(version, version.schema.map(\.name))
            .mapValues { Array($0.suffix(policy.holdOutRows)) }
        let labels = columns[label] ?? []
        return HoldOutScores(
            task: policy.gate.task,
            labels: labels,
            champion: try await scores(policy, champion, columns),
            challenger: try await scores(policy, challenger, columns),
            offsets: offsets(cut, count: labels.count)
        )
    }

    /// The offsets of the newest rows of one partition; rows of several have no first and last.
    private func offsets(_ cut: TrainingCut, count: Int) -> ClosedRange<Int64>? {
        guard let range = cut.ranges.first, cut.ranges.count == 1 else { return nil }
        return min(range.to - 1, range.to - Int64(count))...(range.to - 1)
    }

    private func scores(
        _ policy: RetrainingPolicy,
        _ version: Int,
        _ columns: [String: [Double]]
    ) async throws -> [Double] {
        let resolved = try await models.resolve(ModelReference(name: policy.model, selector: .version(version)))
        let loader = try runtime.open()
        let model = try await loader.load(resolved)
        guard model.scoreKind == policy.gate.task.scoreKind else {
            throw HoldOutError(
                "\(policy.model) version \(version) gives \(model.scoreKind.phrase), and the monitor's task is "
                    + "\(policy.gate.task.rawValue): declare the task of the model"
            )
        }
        return try await loader.scores(model, columns: columns)
    }
}

/// Hold-out rows that cannot be compared.
struct HoldOutError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension GateTask {
    /// What a model of this task gives for a row.
    fileprivate var scoreKind: ScoreKind {
        switch self {
        case .binary: .probability
        case .multiclass: .category
        case .regression: .value
        }
    }
}

extension ScoreKind {
    fileprivate var phrase: String {
        switch self {
        case .probability: "the probability of one of two classes"
        case .category: "one of several classes"
        case .value: "a value"
        }
    }
}
