internal import Catalogue
internal import JSON
internal import Lake
internal import Pipelines
internal import Primitives
internal import Registry
internal import Retraining
internal import Streams

/// Makes what a project declares and what is not there yet; every step may be repeated.
struct ProjectActivation: Sendable {
    let project: Project
    let parts: ServerParts
    let commit: String

    /// Creates the declared topics.
    func makeTopics() async throws {
        for topic in project.topics {
            try await parts.admin.ensureTopic(
                topic.name,
                partitions: topic.partitions,
                configuration: topic.configuration
            )
        }
    }

    /// Imports version 1 of each dataset that has none.
    func importDatasets() async throws {
        for declaration in project.datasets {
            if (try? await parts.catalogue.version(declaration.name, 1)) != nil { continue }
            try await importDataset(declaration)
        }
    }

    private func importDataset(_ declaration: DatasetDeclaration) async throws {
        let version = try await parts.catalogue.importFile(
            declaration.name,
            path: declaration.path,
            options: ImportOptions(rows: declaration.rows)
        )
        if let label = declaration.label { _ = try version.columns([label]) }
        try await record(
            key: "dataset/\(version.reference)",
            kind: .imported,
            title: "Imported \(version.reference): \(version.rowCount) rows of "
                + (declaration.path.split(separator: "/").last.map(String.init) ?? declaration.path),
            numbers: [
                "rows": .int(version.rowCount), "hash": .string(version.contentHash), "bytes": .int(version.bytes),
            ],
            links: ["dataset": .string(version.reference)]
        )
    }

    /// Trains version 1 of each model that has no version, and points aliases that point nowhere.
    func trainModels() async throws {
        for model in project.models {
            let versions = (try? await parts.registry.versions(of: model.name)) ?? []
            if versions.isEmpty { try await trainFirst(model) }
            let registered = try await parts.registry.model(model.name)
            for (alias, version) in model.aliases.sorted(by: { $0.key < $1.key })
            where !registered.aliases.contains(where: { $0.name == alias }) {
                try await parts.registry.setAlias(
                    alias,
                    of: model.name,
                    to: Int64(version),
                    actor: "project",
                    reason: "declared by project \(project.name)"
                )
            }
        }
    }

    private func trainFirst(_ model: ModelDeclaration) async throws {
        guard let training = project.training.first(where: { $0.name == model.training }) else {
            throw LoopError("model \(model.name) names no training")
        }
        let version = try await parts.catalogue.version(training.dataset, 1)
        let trainer = JobTrainer(parts: parts, project: project, training: training, commit: commit)
        let input = TrainingInput(
            dataset: version.reference,
            path: version.path,
            hash: version.contentHash,
            holdOutRows: 0
        )
        let trained = try await trainer.train(
            on: input,
            attempt: "first version of \(model.name) in \(project.name)",
            timeout: training.timeout
        )
        let links: JSONObject = [
            "run_id": .string(trained.runID), "dataset": .string(version.reference),
            "model": .string("\(model.name)@\(trained.version)"), "commit": .string(commit),
        ]
        try await record(
            key: "model/\(model.name)/\(trained.version)/trained",
            kind: .trained,
            title: "Trained \(model.name) on \(version.reference)",
            numbers: trained.json,
            links: links
        )
        try await record(
            key: "model/\(model.name)/\(trained.version)/registered",
            kind: .registered,
            title: "Registered \(model.name) version \(trained.version)",
            numbers: ["version": .int(Int64(trained.version))],
            links: links
        )
    }

    /// Puts an event on the project's record.
    func record(
        key: String,
        kind: LoopStep.Kind,
        title: String,
        row: Int? = nil,
        numbers: JSONObject,
        links: JSONObject
    ) async throws {
        let step = NewLoopStep(key: key, kind: kind, title: title, row: row, numbers: numbers, links: links)
        try await parts.journal.record(step, project: project.name)
    }
}
