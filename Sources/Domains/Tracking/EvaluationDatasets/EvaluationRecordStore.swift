internal import JSON
internal import Primitives
internal import SQLStore

/// Records of evaluation datasets inside one transaction.
struct EvaluationRecordStore {
    /// The tag of a record that says who wrote it.
    static let userTag = "mlflow.user"

    let transaction: any SQLTransaction

    /// Adds an example, or merges what is said of it into the one with the same inputs; true when it was added.
    func upsert(_ draft: EvaluationRecordDraft, in dataset: String, at now: Int64) throws -> Bool {
        let hash = Self.hash(draft.inputs)
        let known = try transaction.first(Statements.selectByHash, [.text(dataset), .text(hash)]).map(Self.record)
        let user = draft.tags?[Self.userTag]?.stringValue
        var record =
            known
            ?? EvaluationRecord(
                id: "dr-" + RandomID.hex(),
                dataset: dataset,
                inputs: draft.inputs,
                outputs: [:],
                tags: [:],
                source: draft.source,
                createdAt: now,
                updatedAt: now,
                createdBy: user
            )
        if draft.hasOutputs { record.outputs = draft.outputs }
        if let expectations = draft.expectations, known == nil || !expectations.isEmpty {
            record.expectations = Self.merged(record.expectations, expectations)
        }
        if let tags = draft.tags { record.tags = Self.merged(record.tags, tags) }
        record.updatedAt = now
        record.updatedBy = user ?? record.updatedBy
        try store(record, hash)
        return known == nil
    }

    /// One page of the records of a dataset, by time and identifier, after the record that `cursor` names.
    func page(of dataset: String, after cursor: EvaluationRecordCursor?, limit: Int) throws -> [EvaluationRecord] {
        var sql = Statements.select + " WHERE dataset = ?"
        var arguments: [SQLValue] = [.text(dataset)]
        if let cursor {
            sql += " AND (created_at > ? OR (created_at = ? AND record_id > ?))"
            arguments += [.int(cursor.time), .int(cursor.time), .text(cursor.record)]
        }
        sql += " ORDER BY created_at, record_id LIMIT ?"
        return try transaction.query(sql, arguments + [.int(Int64(limit))]).map(Self.record)
    }

    /// Removes records; returns how many there were.
    func delete(_ ids: [String], of dataset: String) throws -> Int {
        try transaction.execute(
            "DELETE FROM evaluation_records WHERE dataset = ? AND record_id = ?",
            rows: ids.map { [.text(dataset), .text($0)] }
        )
    }

    /// How many records a dataset has.
    func count(of dataset: String) throws -> Int64 {
        let row = try transaction.first("SELECT count(*) FROM evaluation_records WHERE dataset = ?", [.text(dataset)])
        return try row?.int(0) ?? 0
    }

    private func store(_ record: EvaluationRecord, _ hash: String) throws {
        try transaction.execute(
            Statements.upsert,
            [
                .text(record.id), .text(record.dataset), .text(hash), .text(record.inputs.description),
                SQLValue(record.outputs?.description), SQLValue(record.expectations?.description),
                .text(record.tags.description), SQLValue(record.source?.kind),
                SQLValue(record.source?.data.description), .int(record.createdAt), .int(record.updatedAt),
                SQLValue(record.createdBy), SQLValue(record.updatedBy),
            ]
        )
    }

    private static func record(_ row: SQLRow) throws -> EvaluationRecord {
        let source = try row.optionalText(6).map { kind in
            EvaluationRecordSource(kind: kind, data: try JSONValue.parse(row.text(7)))
        }
        return EvaluationRecord(
            id: try row.text(0),
            dataset: try row.text(1),
            inputs: try JSONValue.parse(row.text(2)),
            outputs: try row.optionalText(3).map { try JSONValue.parse($0) },
            expectations: try row.optionalText(4).map { try JSONValue.parse($0) },
            tags: try JSONValue.parse(row.text(5)),
            source: source,
            createdAt: try row.int(8),
            updatedAt: try row.int(9),
            createdBy: try row.optionalText(10),
            updatedBy: try row.optionalText(11)
        )
    }

    private static func merged(_ known: JSONValue?, _ new: JSONObject) -> JSONValue {
        var object = known?.objectValue ?? JSONObject()
        for (key, value) in new.pairs { object[key] = value }
        return .object(object)
    }

    private static func hash(_ inputs: JSONValue) -> String {
        SHA256.hex(sorted(inputs).serialized())
    }

    /// The value with the keys of its objects in order.
    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(sorted))
        case .object(let object): .object(JSONObject(object.pairs.sorted { $0.0 < $1.0 }.map { ($0, sorted($1)) }))
        default: value
        }
    }

    private enum Statements {
        static let select = """
            SELECT record_id, dataset, inputs, outputs, expectations, tags, source_kind, source, created_at, updated_at,
                created_by, updated_by
            FROM evaluation_records
            """
        static let selectByHash = select + " WHERE dataset = ? AND hash = ?"
        static let upsert = """
            INSERT INTO evaluation_records (record_id, dataset, hash, inputs, outputs, expectations, tags, source_kind,
                source, created_at, updated_at, created_by, updated_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (dataset, hash) DO UPDATE SET outputs = excluded.outputs,
                expectations = excluded.expectations, tags = excluded.tags, updated_at = excluded.updated_at,
                updated_by = excluded.updated_by
            """
    }
}

/// The last record of a page.
struct EvaluationRecordCursor {
    let time: Int64
    let record: String

    init(_ record: EvaluationRecord) {
        time = record.createdAt
        self.record = record.id
    }

    /// Reads a token; nil when it is none.
    init?(_ token: String) {
        guard let bytes = Base64.decode(token) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let time = Int64(parts[0]) else { return nil }
        self.time = time
        record = String(parts[1])
    }

    /// The cursor as text that callers hand back unread.
    var token: String { Base64.encode(Array("\(time):\(record)".utf8)) }
}
