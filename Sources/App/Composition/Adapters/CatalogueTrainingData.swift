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

    func cut(_ policy: RetrainingPolicy, labels progress: LabelProgress) async throws -> TrainingCut {
        let first = try await catalogue.version(declaration.dataset, 1)
        guard let label = dataset.label, let labelField = first.schema.first(where: { $0.name == label }) else {
            throw TrainingDataError("dataset \(declaration.dataset) declares no label column: add `label` to it")
        }
        guard let labels = monitor.labels else {
            throw TrainingDataError("monitor \(monitor.name) names no topic of labels: add `labels` to it")
        }
        let selection = LabelledSelection(
            topic: monitor.input,
            labelsTopic: labels,
            labelsUpTo: try await ends(of: labels, progress),
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
            topic: monitor.input,
            ranges: slice.ranges.map { .init(partition: $0.partition, from: $0.from, to: $0.to) },
            rows: Int(version.rowCount),
            path: version.path
        )
    }

    /// Where the labels of the attempt end: in one partition, behind as many labels as there were labelled rows; in several,
    /// where the monitor had read them to.
    private func ends(of topic: String, _ progress: LabelProgress) async throws -> [Int32: Int64] {
        let partitions = try await admin.topic(topic)?.partitions ?? 1
        guard partitions > 1 else { return [0: Int64(progress.rows)] }
        guard !progress.offsets.isEmpty else {
            throw TrainingDataError(
                "how far monitor \(monitor.name) has read the \(partitions) partitions of \(topic) is not known: "
                    + "ask for the retraining again"
            )
        }
        // A partition that the monitor has not read from yet has given it no label.
        return Dictionary(uniqueKeysWithValues: (0..<Int32(partitions)).map { ($0, progress.offsets[$0] ?? 0) })
    }
}

/// Training data that cannot be cut as the project declares it.
struct TrainingDataError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
