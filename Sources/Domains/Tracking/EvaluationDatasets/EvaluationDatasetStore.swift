internal import SQLStore

/// Evaluation datasets inside one transaction.
struct EvaluationDatasetStore {
    let transaction: any SQLTransaction

    /// Adds a dataset with its tags.
    func insert(_ dataset: EvaluationDataset) throws {
        try transaction.execute(
            Statements.insert,
            [
                .text(dataset.id), .text(dataset.name), .text(dataset.digest), .int(dataset.createdAt),
                .int(dataset.updatedAt), SQLValue(dataset.createdBy), SQLValue(dataset.updatedBy),
            ]
        )
        try setTags(dataset.tags, of: dataset.id)
    }

    /// A dataset; nil when there is none.
    func find(_ id: String) throws -> EvaluationDataset? {
        try transaction.first(Statements.select + " WHERE d.dataset_id = ?", [.text(id)]).map(dataset)
    }

    /// The dataset of a row of `select`.
    func dataset(_ row: SQLRow) throws -> EvaluationDataset {
        let id = try row.text(0)
        var dataset = EvaluationDataset(
            id: id,
            name: try row.text(1),
            digest: try row.text(4),
            createdAt: try row.int(5),
            updatedAt: try row.int(6)
        )
        dataset.schema = try row.optionalText(2)
        dataset.profile = try row.optionalText(3)
        dataset.createdBy = try row.optionalText(7)
        dataset.updatedBy = try row.optionalText(8)
        dataset.tags = try transaction.query(Statements.selectTags, [.text(id)]).map { row in
            KeyValue(try row.text(0), try row.text(1))
        }
        return dataset
    }

    /// Stores what changes with the records.
    func update(_ dataset: EvaluationDataset) throws {
        try transaction.execute(
            Statements.update,
            [
                SQLValue(dataset.schema), SQLValue(dataset.profile), .text(dataset.digest), .int(dataset.updatedAt),
                SQLValue(dataset.updatedBy), .text(dataset.id),
            ]
        )
    }

    /// Removes a dataset with its records, tags and places in experiments.
    func delete(_ id: String) throws {
        for table in ["evaluation_records", "evaluation_dataset_tags", "evaluation_dataset_experiments"] {
            try transaction.execute("DELETE FROM \(table) WHERE dataset = ?", [.text(id)])
        }
        try transaction.execute("DELETE FROM evaluation_datasets WHERE dataset_id = ?", [.text(id)])
    }

    /// Sets tags.
    func setTags(_ tags: [KeyValue], of id: String) throws {
        try transaction.execute(Statements.upsertTag, rows: tags.map { [.text(id), .text($0.key), .text($0.value)] })
    }

    /// Removes a tag; nothing happens when there is none.
    func deleteTag(_ key: String, of id: String) throws {
        try transaction.execute(
            "DELETE FROM evaluation_dataset_tags WHERE dataset = ? AND key = ?",
            [.text(id), .text(key)]
        )
    }

    /// The experiments that a dataset belongs to, by number.
    func experiments(of id: String) throws -> [ExperimentID] {
        try transaction.query(Statements.selectExperiments, [.text(id)]).map { ExperimentID(try $0.int(0)) }
    }

    /// Puts a dataset into experiments.
    func add(_ id: String, to experiments: [ExperimentID]) throws {
        try transaction.execute(Statements.addExperiment, rows: experiments.map { [.text(id), .int($0.number)] })
    }

    /// Takes a dataset out of experiments.
    func remove(_ id: String, from experiments: [ExperimentID]) throws {
        try transaction.execute(
            "DELETE FROM evaluation_dataset_experiments WHERE dataset = ? AND experiment = ?",
            rows: experiments.map { [.text(id), .int($0.number)] }
        )
    }

    enum Statements {
        static let select = """
            SELECT d.dataset_id, d.name, d.schema, d.profile, d.digest, d.created_at, d.updated_at, d.created_by,
                d.updated_by
            FROM evaluation_datasets d
            """
        static let insert = """
            INSERT INTO evaluation_datasets (dataset_id, name, digest, created_at, updated_at, created_by, updated_by)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        static let update = """
            UPDATE evaluation_datasets SET schema = ?, profile = ?, digest = ?, updated_at = ?, updated_by = ?
            WHERE dataset_id = ?
            """
        static let selectTags = "SELECT key, value FROM evaluation_dataset_tags WHERE dataset = ? ORDER BY key"
        static let upsertTag = """
            INSERT INTO evaluation_dataset_tags (dataset, key, value) VALUES (?, ?, ?)
            ON CONFLICT (dataset, key) DO UPDATE SET value = excluded.value
            """
        static let selectExperiments =
            "SELECT experiment FROM evaluation_dataset_experiments WHERE dataset = ? ORDER BY experiment"
        static let addExperiment = """
            INSERT INTO evaluation_dataset_experiments (dataset, experiment) VALUES (?, ?) ON CONFLICT DO NOTHING
            """
    }
}
