internal import Catalogue
internal import Lake
internal import Pipelines
internal import Retraining
internal import Streams

/// Cuts training data for a policy out of the topics of its monitor.
struct CatalogueTrainingData: TrainingDataSource {
    let catalogue: CatalogueService
    let declaration: RetrainingDeclaration
    let monitor: MonitorDeclaration
    /// The dataset whose first version says what the columns are.
    let dataset: DatasetDeclaration
    let commit: String
    let admin: StreamAdmin

    func cut(_ policy: RetrainingPolicy, labelledRows: Int) async throws -> TrainingCut {
        let first = try await catalogue.version(declaration.dataset, 1)
        guard let label = dataset.label, let labelField = first.schema.first(where: { $0.name == label }) else {
            throw TrainingDataError("dataset \(declaration.dataset) declares no label column: add `label` to it")
        }
        guard let labels = monitor.labels else {
            throw TrainingDataError("monitor \(monitor.name) names no topic of labels: add `labels` to it")
        }
        for topic in [monitor.input, labels] { try await refuseSeveralPartitions(of: topic) }
        let selection = LabelledSelection(
            topic: monitor.input,
            labelsTopic: labels,
            labelsUpTo: Int64(labelledRows),
            count: policy.trainingRows,
            columns: first.schema.filter { $0.name != label },
            labelColumn: labelField,
            transformCommit: commit
        )
        let slice = try await catalogue.select(selection)
        let version = try await catalogue.cut(declaration.dataset, slice)
        return TrainingCut(
            dataset: version.dataset,
            version: version.version,
            contentHash: version.contentHash,
            topic: slice.range.topic,
            fromOffset: slice.range.from,
            toOffset: slice.range.to,
            rows: Int(version.rowCount),
            path: version.path
        )
    }

    /// A slice is a range of offsets of one partition: of several, part of the rows would silently be left out.
    private func refuseSeveralPartitions(of topic: String) async throws {
        let partitions = try await admin.topic(topic)?.partitions ?? 1
        guard partitions > 1 else { return }
        throw TrainingDataError(
            "topic \(topic) has \(partitions) partitions, and training data is cut from one: "
                + "give the topics of a retraining policy one partition"
        )
    }
}

/// Training data that cannot be cut as the project declares it.
struct TrainingDataError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
