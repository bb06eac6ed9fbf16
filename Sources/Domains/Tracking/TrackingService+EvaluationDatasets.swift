internal import Filters
internal import JSON
internal import Primitives
internal import SQLStore

extension TrackingService {
    private static let datasetNameLimit = 500
    private static let datasetTagKeyLimit = 255
    private static let datasetTagValueLimit = 5_000
    private static let digestCharacters = 8

    /// Makes an evaluation dataset in some experiments.
    ///
    /// - Throws: `TrackingError` (`invalidParameter`; `doesNotExist` for an experiment).
    package func createEvaluationDataset(
        _ name: String,
        tags: [KeyValue] = [],
        experiments: [ExperimentID] = []
    ) async throws -> EvaluationDataset {
        try TrackingRules.checkLength(name, "name", Self.datasetNameLimit)
        try Self.check(datasetTags: tags)
        let now = WallClock.nowMilliseconds()
        var dataset = EvaluationDataset(
            id: "d-" + RandomID.hex(),
            name: name,
            digest: Self.digest(name, now),
            createdAt: now,
            updatedAt: now
        )
        dataset.tags = Self.lastOfEachKey(tags)
        dataset.createdBy = tags.last { $0.key == EvaluationRecordStore.userTag }?.value
        dataset.updatedBy = dataset.createdBy
        let new = dataset
        return try await database.write { transaction in
            try Self.require(experiments, transaction)
            let store = EvaluationDatasetStore(transaction: transaction)
            try store.insert(new)
            try store.add(new.id, to: experiments)
            return new
        }
    }

    /// An evaluation dataset, without its records.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func evaluationDataset(_ id: String) async throws -> EvaluationDataset {
        try await database.read { try Self.requireDataset(id, $0) }
    }

    /// One page of the evaluation datasets that a search finds; in any experiment when none is named.
    package func searchEvaluationDatasets(
        _ request: SearchRequest,
        experiments: [ExperimentID]
    ) async throws -> Page<EvaluationDataset> {
        try await database.read { transaction in
            try translatingFilterErrors {
                let statement = try EvaluationDatasetSearch.statement(request, experiments: experiments)
                let rows = try transaction.query(statement.sql, statement.arguments)
                let found = try rows.prefix(request.limit).map(EvaluationDatasetStore(transaction: transaction).dataset)
                let next = PageToken(offset: try request.offset() + request.limit)
                return Page(items: found, next: rows.count > request.limit ? next.text : nil)
            }
        }
    }

    /// Removes an evaluation dataset with its records; nothing happens when there is none.
    package func deleteEvaluationDataset(_ id: String) async throws {
        try await database.write { try EvaluationDatasetStore(transaction: $0).delete(id) }
    }

    /// Sets tags of an evaluation dataset.
    ///
    /// - Throws: `TrackingError` (`invalidParameter`, `doesNotExist`).
    package func setTags(_ tags: [KeyValue], ofEvaluationDataset id: String) async throws {
        try Self.check(datasetTags: tags)
        try await database.write { transaction in
            _ = try Self.requireDataset(id, transaction, "Could not find evaluation dataset with ID \(id)")
            try EvaluationDatasetStore(transaction: transaction).setTags(tags, of: id)
        }
    }

    /// Removes a tag of an evaluation dataset; nothing happens when there is none.
    package func deleteTag(_ key: String, ofEvaluationDataset id: String) async throws {
        try await database.write { try EvaluationDatasetStore(transaction: $0).deleteTag(key, of: id) }
    }

    /// Adds examples, or merges what is said of them into those with the same inputs: all of them or none.
    ///
    /// - Returns: how many were added and how many changed.
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func upsertRecords(
        _ drafts: [EvaluationRecordDraft],
        ofEvaluationDataset id: String
    ) async throws -> (inserted: Int, updated: Int) {
        try await database.write { transaction in
            var dataset = try Self.requireDataset(id, transaction)
            let store = EvaluationRecordStore(transaction: transaction)
            let now = WallClock.nowMilliseconds()
            var inserted = 0
            for draft in drafts where try store.upsert(draft, in: id, at: now) { inserted += 1 }
            dataset.schema = try RecordFields.schema(dataset.schema, adding: drafts)
            dataset.profile = Self.profile(try store.count(of: id)) ?? dataset.profile
            dataset.digest = Self.digest(dataset.name, now)
            dataset.updatedAt = now
            dataset.updatedBy = drafts.compactMap { $0.tags?[EvaluationRecordStore.userTag]?.stringValue }.last
            try EvaluationDatasetStore(transaction: transaction).update(dataset)
            return (inserted, drafts.count - inserted)
        }
    }

    /// One page of the records of an evaluation dataset, oldest first.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`; `invalidParameter` for a token that is none).
    package func records(
        ofEvaluationDataset id: String,
        limit: Int,
        pageToken: String? = nil
    ) async throws -> Page<EvaluationRecord> {
        let cursor = pageToken.flatMap { $0.isEmpty ? nil : $0 }.map(EvaluationRecordCursor.init)
        if let cursor, cursor == nil { throw TrackingError.invalid("Invalid page token, could not base64-decode") }
        return try await database.read { transaction in
            _ = try Self.requireDataset(id, transaction)
            let store = EvaluationRecordStore(transaction: transaction)
            let found = try store.page(of: id, after: cursor ?? nil, limit: limit + 1)
            let items = Array(found.prefix(limit))
            let next = found.count > limit ? items.last.map { EvaluationRecordCursor($0).token } : nil
            return Page(items: items, next: next)
        }
    }

    /// Removes records of an evaluation dataset; returns how many there were.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func deleteRecords(_ records: [String], ofEvaluationDataset id: String) async throws -> Int {
        try await database.write { transaction in
            var dataset = try Self.requireDataset(id, transaction)
            let store = EvaluationRecordStore(transaction: transaction)
            let deleted = try store.delete(records, of: id)
            guard deleted > 0 else { return 0 }
            let now = WallClock.nowMilliseconds()
            dataset.profile = Self.profile(try store.count(of: id))
            dataset.digest = Self.digest(dataset.name, now)
            dataset.updatedAt = now
            try EvaluationDatasetStore(transaction: transaction).update(dataset)
            return deleted
        }
    }

    /// The experiments that an evaluation dataset belongs to; none for an unknown dataset.
    package func experiments(ofEvaluationDataset id: String) async throws -> [ExperimentID] {
        try await database.read { try EvaluationDatasetStore(transaction: $0).experiments(of: id) }
    }

    /// Puts an evaluation dataset into experiments.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func addEvaluationDataset(_ id: String, to experiments: [ExperimentID]) async throws -> EvaluationDataset {
        try await move(id) { transaction in
            try Self.require(experiments, transaction)
            try EvaluationDatasetStore(transaction: transaction).add(id, to: experiments)
        }
    }

    /// Takes an evaluation dataset out of experiments; those that it is not in are left alone.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func removeEvaluationDataset(
        _ id: String,
        from experiments: [ExperimentID]
    ) async throws -> EvaluationDataset {
        try await move(id) { try EvaluationDatasetStore(transaction: $0).remove(id, from: experiments) }
    }

    private func move(
        _ id: String,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Void
    ) async throws -> EvaluationDataset {
        try await database.write { transaction in
            var dataset = try Self.requireDataset(id, transaction, "Dataset '\(id)' not found")
            try body(transaction)
            dataset.updatedAt = WallClock.nowMilliseconds()
            try EvaluationDatasetStore(transaction: transaction).update(dataset)
            return dataset
        }
    }

    private static func requireDataset(
        _ id: String,
        _ transaction: any SQLTransaction,
        _ message: String? = nil
    ) throws -> EvaluationDataset {
        guard let found = try EvaluationDatasetStore(transaction: transaction).find(id) else {
            throw TrackingError(.doesNotExist, message ?? "Evaluation dataset with id '\(id)' not found")
        }
        return found
    }

    private static func require(_ experiments: [ExperimentID], _ transaction: any SQLTransaction) throws {
        let store = ExperimentStore(transaction: transaction)
        for id in experiments { _ = try store.require(id) }
    }

    private static func check(datasetTags tags: [KeyValue]) throws(TrackingError) {
        for tag in tags {
            guard !tag.key.isEmpty else { throw .invalid("Tag name cannot be empty.") }
            try TrackingRules.checkLength(tag.key, "key", datasetTagKeyLimit)
            try TrackingRules.checkLength(tag.value, "value", datasetTagValueLimit)
        }
    }

    private static func digest(_ name: String, _ time: Int64) -> String {
        String(SHA256.hex(Array("\(name):\(time)".utf8)).prefix(digestCharacters))
    }

    private static func profile(_ count: Int64) -> String? {
        count > 0 ? "{\"num_records\":\(count)}" : nil
    }
}
