internal import SQLStore

extension TrackingService {
    /// Notes the datasets and logged models that a run read.
    ///
    /// - Throws: `TrackingError` (`invalidParameter`, `doesNotExist`).
    package func logInputs(datasets: [DatasetInput], models: [LoggedModelID], to id: RunID) async throws {
        for input in datasets { try Self.check(input) }
        try await database.write { transaction in
            let run = try RunStore(transaction: transaction).requireActive(id)
            let store = InputStore(transaction: transaction)
            try store.addDatasets(datasets, to: run)
            try store.addModelInputs(models, to: run)
        }
    }

    /// Notes the logged models that a run made.
    package func logOutputs(_ models: [ModelOutput], to id: RunID) async throws {
        try await database.write { transaction in
            let run = try RunStore(transaction: transaction).requireActive(id)
            try InputStore(transaction: transaction).addModelOutputs(models, to: run)
        }
    }

    /// What the runs of some experiments read, by experiment, name and digest; at most 1,000.
    package func datasetSummaries(of experiments: [ExperimentID]) async throws -> [DatasetSummary] {
        try await database.read { try InputStore(transaction: $0).summaries(of: experiments, limit: 1_000) }
    }

    private static func check(_ input: DatasetInput) throws(TrackingError) {
        try TrackingRules.checkLength(input.dataset.name, "name", 500)
        try TrackingRules.checkLength(input.dataset.digest, "digest", 36)
        try TrackingRules.checkLength(input.dataset.source, "source", 65_535)
        try TrackingRules.checkLength(input.dataset.schema, "schema", 1_048_575)
        try TrackingRules.checkLength(input.dataset.profile, "profile", 16_777_215)
        for tag in input.tags {
            try TrackingRules.checkLength(tag.key, "key", 255)
            try TrackingRules.checkLength(tag.value, "value", 500)
        }
    }
}
