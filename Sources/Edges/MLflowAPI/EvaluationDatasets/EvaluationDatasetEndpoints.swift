internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls about evaluation datasets and their records.
struct EvaluationDatasetEndpoints {
    private static let recordsLimit = 64 << 20
    private static let pageLimit = 50_000

    let tracking: TrackingService

    var endpoints: [Endpoint] {
        let root = "/mlflow/datasets"
        let one = "\(root)/{dataset_id}"
        return [
            Endpoint(.post, "\(root)/create", version: "3.0", create),
            Endpoint(.get, one, version: "3.0", get),
            Endpoint(.delete, one, version: "3.0", delete),
            Endpoint(.post, "\(root)/search", version: "3.0", search),
            Endpoint(.get, "\(root)/search", version: "3.0", search),
            Endpoint(.patch, "\(one)/tags", version: "3.0", setTags),
            Endpoint(.delete, "\(one)/tags/{key}", version: "3.0", deleteTag),
            Endpoint(.post, "\(one)/records", version: "3.0", bodyLimit: Self.recordsLimit, upsertRecords),
            Endpoint(.get, "\(one)/records", version: "3.0", records),
            Endpoint(.delete, "\(one)/records", version: "3.0", deleteRecords),
            Endpoint(.get, "\(one)/experiment-ids", version: "3.0", experiments),
            Endpoint(.post, "\(one)/add-experiments", version: "3.0", addExperiments),
            Endpoint(.post, "\(one)/remove-experiments", version: "3.0", removeExperiments),
        ]
    }

    @Sendable private func create(_ call: Call) async throws -> [UInt8] {
        let experiments = try call.fields.experimentIDs()
        let dataset = try await tracking.createEvaluationDataset(
            call.fields.requiredString("name"),
            tags: call.fields.tagsInText("tags"),
            experiments: experiments
        )
        return Self.answer(dataset, experiments)
    }

    @Sendable private func get(_ call: Call) async throws -> [UInt8] {
        Self.answer(try await tracking.evaluationDataset(call.parameter("dataset_id")), [])
    }

    @Sendable private func delete(_ call: Call) async throws -> [UInt8] {
        try await tracking.deleteEvaluationDataset(call.parameter("dataset_id"))
        return emptyAnswer
    }

    @Sendable private func search(_ call: Call) async throws -> [UInt8] {
        let request = SearchRequest(
            filter: try call.fields.string("filter_string"),
            orderBy: try call.fields.strings("order_by"),
            limit: try call.fields.maxResults(standard: 1_000, limit: Self.pageLimit, refusal: .plain),
            pageToken: try call.fields.string("page_token")
        )
        let page = try await tracking.searchEvaluationDatasets(request, experiments: call.fields.experimentIDs())
        return JSONWriter.object { writer in
            writer.list("datasets", page.items) { $0.evaluationDataset($1, []) }
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func setTags(_ call: Call) async throws -> [UInt8] {
        let id = try call.parameter("dataset_id")
        _ = try call.fields.requiredString("tags")
        try await tracking.setTags(call.fields.tagsInText("tags"), ofEvaluationDataset: id)
        return emptyAnswer
    }

    @Sendable private func deleteTag(_ call: Call) async throws -> [UInt8] {
        try await tracking.deleteTag(call.parameter("key"), ofEvaluationDataset: call.parameter("dataset_id"))
        return emptyAnswer
    }

    @Sendable private func upsertRecords(_ call: Call) async throws -> [UInt8] {
        let id = try call.parameter("dataset_id")
        let drafts = try call.fields.recordDrafts("records")
        let (inserted, updated) = try await tracking.upsertRecords(drafts, ofEvaluationDataset: id)
        return JSONWriter.object { writer in
            writer.member("inserted_count", Int64(inserted))
            writer.member("updated_count", Int64(updated))
        }
    }

    @Sendable private func records(_ call: Call) async throws -> [UInt8] {
        let page = try await tracking.records(
            ofEvaluationDataset: call.parameter("dataset_id"),
            limit: call.fields.maxResults(standard: 1_000, limit: Self.pageLimit),
            pageToken: call.fields.string("page_token")
        )
        var list = JSONWriter.mlflow(capacity: 256 * page.items.count)
        list.beginArray()
        for record in page.items { list.evaluationRecord(record) }
        list.endArray()
        let text = String(decoding: list.bytes, as: UTF8.self)
        return JSONWriter.object { writer in
            writer.member("records", text)
            writer.member("next_page_token", ifPresent: page.next)
        }
    }

    @Sendable private func deleteRecords(_ call: Call) async throws -> [UInt8] {
        let ids = try call.fields.strings("dataset_record_ids")
        let count = try await tracking.deleteRecords(ids, ofEvaluationDataset: call.parameter("dataset_id"))
        return JSONWriter.object { $0.member("deleted_count", Int64(count)) }
    }

    @Sendable private func experiments(_ call: Call) async throws -> [UInt8] {
        let found = try await tracking.experiments(ofEvaluationDataset: call.parameter("dataset_id"))
        return JSONWriter.object { $0.list("experiment_ids", found) { $0.string($1.description) } }
    }

    @Sendable private func addExperiments(_ call: Call) async throws -> [UInt8] {
        let id = try call.parameter("dataset_id")
        let dataset = try await tracking.addEvaluationDataset(id, to: call.fields.experimentIDs())
        return Self.answer(dataset, try await tracking.experiments(ofEvaluationDataset: id))
    }

    @Sendable private func removeExperiments(_ call: Call) async throws -> [UInt8] {
        let id = try call.parameter("dataset_id")
        let dataset = try await tracking.removeEvaluationDataset(id, from: call.fields.experimentIDs())
        return Self.answer(dataset, try await tracking.experiments(ofEvaluationDataset: id))
    }

    private static func answer(_ dataset: EvaluationDataset, _ experiments: [ExperimentID]) -> [UInt8] {
        JSONWriter.object { writer in
            writer.key("dataset")
            writer.evaluationDataset(dataset, experiments)
        }
    }
}

extension Fields {
    /// Tags in a field that holds a JSON object as text; those that are null are left out.
    func tagsInText(_ name: String) throws -> [KeyValue] {
        guard let text = try string(name), !text.isEmpty else { return [] }
        guard let object = Self.json(text)?.objectValue else {
            throw MLflowError.invalid("Invalid value for parameter '\(name)': it must be the text of a JSON object.")
        }
        return object.pairs.compactMap { key, value in
            value.isNull ? nil : KeyValue(key, Self.pythonText(value))
        }
    }

    /// A value as Python's `str` shows it, which clients compare with.
    private static func pythonText(_ value: JSONValue) -> String {
        if let truth = value.boolValue { return truth ? "True" : "False" }
        return value.stringValue ?? value.description
    }

    /// Records in a field that holds a JSON array as text.
    func recordDrafts(_ name: String) throws -> [EvaluationRecordDraft] {
        guard let records = Self.json(try requiredString(name))?.arrayValue else {
            throw MLflowError.invalid("Invalid value for parameter '\(name)': it must be the text of a JSON array.")
        }
        return try records.enumerated().map { try Self.draft($1, at: $0) }
    }

    private static func draft(_ record: JSONValue, at index: Int) throws -> EvaluationRecordDraft {
        guard let object = record.objectValue else { throw wrongRecord(index, "it must be an object") }
        let inputs = object["inputs"] ?? [:]
        guard inputs.objectValue != nil else { throw wrongRecord(index, "its inputs must be an object") }
        var draft = EvaluationRecordDraft(inputs: inputs)
        draft.hasOutputs = object["outputs"] != nil
        if let outputs = object["outputs"], !outputs.isNull { draft.outputs = outputs }
        draft.expectations = try part("expectations", of: object, index)
        draft.tags = try part("tags", of: object, index)
        draft.source = try part("source", of: object, index).map { try source($0, index) }
        return draft
    }

    private static func part(_ name: String, of record: JSONObject, _ index: Int) throws -> JSONObject? {
        guard let value = record[name], !value.isNull else { return nil }
        guard let object = value.objectValue else { throw wrongRecord(index, "its \(name) must be an object") }
        return object
    }

    private static func source(_ object: JSONObject, _ index: Int) throws -> EvaluationRecordSource {
        let kind = (object["source_type"]?.stringValue ?? "").uppercased()
        guard EvaluationRecordSource.kinds.contains(kind) else {
            let kinds = EvaluationRecordSource.kinds.map { "'\($0)'" }.joined(separator: ", ")
            throw MLflowError.invalid("Invalid dataset record source type: \(kind). Valid source types: [\(kinds)]")
        }
        let data = object["source_data"] ?? [:]
        guard data.objectValue != nil else { throw wrongRecord(index, "its source_data must be an object") }
        return EvaluationRecordSource(kind: kind, data: data)
    }

    private static func wrongRecord(_ index: Int, _ reason: String) -> MLflowError {
        .invalid("Invalid value for parameter 'records[\(index)]': \(reason).")
    }

    private static func json(_ text: String) -> JSONValue? {
        try? JSONValue.parse(text, options: JSONOptions(maximumDepth: 64, allowNaN: true))
    }
}

extension JSONWriter {
    fileprivate mutating func evaluationDataset(_ dataset: EvaluationDataset, _ experiments: [ExperimentID]) {
        beginObject()
        member("dataset_id", dataset.id)
        member("name", dataset.name)
        let tags = JSONObject(dataset.tags.map { ($0.key, .string($0.value)) })
        member("tags", JSONValue.object(tags).pythonText)
        member("schema", ifPresent: dataset.schema)
        member("profile", ifPresent: dataset.profile)
        member("digest", dataset.digest)
        member("created_time", dataset.createdAt)
        member("last_update_time", dataset.updatedAt)
        member("created_by", ifPresent: dataset.createdBy)
        member("last_updated_by", ifPresent: dataset.updatedBy)
        list("experiment_ids", experiments) { $0.string($1.description) }
        endObject()
    }

    fileprivate mutating func evaluationRecord(_ record: EvaluationRecord) {
        beginObject()
        member("dataset_record_id", record.id)
        member("dataset_id", record.dataset)
        member("inputs", record.inputs)
        member("outputs", record.outputs)
        member("expectations", record.expectations)
        member("tags", record.tags)
        if let source = record.source {
            member("source", ["source_type": .string(source.kind), "source_data": source.data])
            member("source_id", ifPresent: source.id)
            member("source_type", source.kind)
        }
        member("created_time", record.createdAt)
        member("last_update_time", record.updatedAt)
        member("created_by", ifPresent: record.createdBy)
        member("last_updated_by", ifPresent: record.updatedBy)
        endObject()
    }

    /// A member of any kind that is left out when it is nil.
    private mutating func member(_ key: String, _ value: JSONValue?) {
        guard let value else { return }
        self.key(key)
        self.value(value)
    }
}
