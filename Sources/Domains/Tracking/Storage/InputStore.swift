internal import SQLStore

/// What runs read and made, inside one transaction.
struct InputStore {
    let transaction: any SQLTransaction

    /// Links datasets to a run; one that is linked already keeps its tags.
    func addDatasets(_ inputs: [DatasetInput], to run: RunStore.Handle) throws {
        var position = try transaction.first(Statements.nextPosition, [.int(run.row)])?.int(0) ?? 0
        for input in inputs {
            let dataset = try findOrInsert(input.dataset, run.experiment)
            let linked = try transaction.execute(
                Statements.link,
                [.int(run.row), .int(position), .int(dataset)]
            )
            guard linked > 0 else { continue }
            position += 1
            try transaction.execute(
                Statements.insertTag,
                rows: input.tags.map { [.int(run.row), .int(dataset), .text($0.key), .text($0.value)] }
            )
        }
    }

    /// Notes the logged models that a run read.
    func addModelInputs(_ models: [LoggedModelID], to run: RunStore.Handle) throws {
        let known = Set(try modelInputs(run.row))
        for model in models where !known.contains(model) {
            try transaction.execute(Statements.insertModel, [.int(run.row), 0, .text(model.text), 0])
        }
    }

    /// Notes the logged models that a run made.
    func addModelOutputs(_ models: [ModelOutput], to run: RunStore.Handle) throws {
        try transaction.execute(
            Statements.insertModel,
            rows: models.map { [.int(run.row), 1, .text($0.model.text), .int($0.step)] }
        )
    }

    /// Adds what a run read and made to it.
    func fill(_ run: inout Run, row: Int64) throws {
        run.datasets = try transaction.query(Statements.selectDatasets, [.int(row)]).map { dataset in
            let tags = try transaction.query(Statements.selectDatasetTags, [.int(row), .int(try dataset.int(0))])
            return DatasetInput(
                dataset: try Self.dataset(dataset),
                tags: try tags.map { KeyValue(try $0.text(0), try $0.text(1)) }
            )
        }
        for model in try transaction.query(Statements.selectModels, [.int(row)]) {
            let id = LoggedModelID(try model.text(1))
            if try model.bool(0) {
                run.modelOutputs.append(ModelOutput(model: id, step: try model.int(2)))
            } else {
                run.modelInputs.append(id)
            }
        }
    }

    private func modelInputs(_ row: Int64) throws -> [LoggedModelID] {
        try transaction.query(Statements.selectModels, [.int(row)]).filter { try !$0.bool(0) }
            .map { LoggedModelID(try $0.text(1)) }
    }

    private func findOrInsert(_ dataset: Dataset, _ experiment: ExperimentID) throws -> Int64 {
        let identity: [SQLValue] = [.int(experiment.number), .text(dataset.name), .text(dataset.digest)]
        if let row = try transaction.first(Statements.selectDataset, identity) { return try row.int(0) }
        let content: [SQLValue] = [
            .text(dataset.sourceType), .text(dataset.source), SQLValue(dataset.schema), SQLValue(dataset.profile),
        ]
        guard let row = try transaction.first(Statements.insertDataset, identity + content) else {
            preconditionFailure("an insert with RETURNING answers")
        }
        return try row.int(0)
    }

    private static func dataset(_ row: SQLRow) throws -> Dataset {
        Dataset(
            name: try row.text(1),
            digest: try row.text(2),
            sourceType: try row.text(3),
            source: try row.text(4),
            schema: try row.optionalText(5),
            profile: try row.optionalText(6)
        )
    }

    /// What the runs of some experiments read, each with the contexts in which they did.
    func summaries(of experiments: [ExperimentID], limit: Int) throws -> [DatasetSummary] {
        guard !experiments.isEmpty else { return [] }
        let marks = Array(repeating: "?", count: experiments.count).joined(separator: ", ")
        let sql = """
            SELECT DISTINCT d.experiment, d.name, d.digest, t.value
            FROM datasets d JOIN run_datasets l ON l.dataset = d.id
                LEFT JOIN run_dataset_tags t ON t.run = l.run AND t.dataset = d.id AND t.key = 'mlflow.data.context'
            WHERE d.experiment IN (\(marks)) ORDER BY d.experiment, d.name, d.digest, t.value LIMIT ?
            """
        let arguments = experiments.map { SQLValue.int($0.number) } + [.int(Int64(limit))]
        return try transaction.query(sql, arguments).map { row in
            DatasetSummary(
                experiment: ExperimentID(try row.int(0)),
                name: try row.text(1),
                digest: try row.text(2),
                context: try row.optionalText(3)
            )
        }
    }

    private enum Statements {
        static let nextPosition = "SELECT coalesce(max(position) + 1, 0) FROM run_datasets WHERE run = ?"
        static let selectDataset = "SELECT id FROM datasets WHERE experiment = ? AND name = ? AND digest = ?"
        static let insertDataset = """
            INSERT INTO datasets (experiment, name, digest, source_type, source, schema, profile)
            VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id
            """
        static let link = "INSERT INTO run_datasets (run, position, dataset) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        static let insertTag = """
            INSERT INTO run_dataset_tags (run, dataset, key, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
            """
        static let insertModel = "INSERT INTO run_models (run, is_output, model, step) VALUES (?, ?, ?, ?)"
        static let selectDatasets = """
            SELECT d.id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
            FROM run_datasets rd JOIN datasets d ON d.id = rd.dataset WHERE rd.run = ? ORDER BY rd.position
            """
        static let selectDatasetTags =
            "SELECT key, value FROM run_dataset_tags WHERE run = ? AND dataset = ? ORDER BY key"
        static let selectModels = "SELECT is_output, model, step FROM run_models WHERE run = ? ORDER BY id"
    }
}
