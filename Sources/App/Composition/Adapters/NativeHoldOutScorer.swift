internal import Catalogue
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
        let labels = (columns[label] ?? []).map { $0 >= 0.5 }
        let last = cut.toOffset - 1
        return HoldOutScores(
            labels: labels,
            champion: try await scores(policy.model, champion, columns),
            challenger: try await scores(policy.model, challenger, columns),
            offsets: min(last, cut.toOffset - Int64(labels.count))...last
        )
    }

    private func scores(_ model: String, _ version: Int, _ columns: [String: [Double]]) async throws -> [Double] {
        let resolved = try await models.resolve(ModelReference(name: model, selector: .version(version)))
        let loader = try runtime.open()
        return try await loader.scores(try await loader.load(resolved), columns: columns)
    }
}
