internal import SQLStore

/// Traces and their spans inside one transaction.
struct TraceStore {
    let transaction: any SQLTransaction

    /// The row of a trace; nil when there is none.
    func find(_ id: String) throws -> Int64? {
        try transaction.first("SELECT id FROM traces WHERE trace_id = ?", [.text(id)])?.int(0)
    }

    /// Adds or replaces what is known of a trace, merging tags and metadata, and returns its row.
    func upsert(_ info: TraceInfo) throws -> Int64 {
        let rows = try transaction.query(
            Statements.upsert,
            [
                .text(info.id), .int(info.experiment.number), .int(info.requestTime), SQLValue(info.duration),
                .int(info.state.rawValue), SQLValue(info.clientRequestID), SQLValue(info.requestPreview),
                SQLValue(info.responsePreview),
            ]
        )
        guard let row = try rows.first?.int(0) else { preconditionFailure("an upsert with RETURNING answers") }
        try setTags(info.tags, of: row)
        try set(info.metadata, Statements.upsertMetadata, row)
        return row
    }

    /// Sets tags.
    func setTags(_ tags: [KeyValue], of row: Int64) throws {
        try set(tags, Statements.upsertTag, row)
    }

    /// Removes a tag; false when there was none.
    func deleteTag(_ key: String, of row: Int64) throws -> Bool {
        try transaction.execute("DELETE FROM trace_tags WHERE trace = ? AND key = ?", [.int(row), .text(key)]) > 0
    }

    /// What is known of a trace.
    func load(_ row: Int64) throws -> TraceInfo {
        guard let found = try transaction.first(Statements.select + " WHERE t.id = ?", [.int(row)]) else {
            preconditionFailure("the row of a trace was looked up in this transaction")
        }
        return try infos([found])[0]
    }

    /// The traces of rows of `select`, with tags and metadata by key and assessments as they came.
    func infos(_ rows: ArraySlice<SQLRow>) throws -> [TraceInfo] {
        let ids = try rows.map { try $0.int(0) }
        var infos = try rows.map(Self.info)
        let positions = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
        func fill(_ sql: String, _ add: (inout TraceInfo, KeyValue) -> Void) throws {
            try transaction.forEach(sql, in: ids) { row in
                guard let index = positions[try row.int(0)] else { return }
                add(&infos[index], KeyValue(try row.text(1), try row.text(2)))
            }
        }
        try fill("SELECT trace, key, value FROM trace_metadata WHERE trace IN") { $0.metadata.append($1) }
        try fill("SELECT trace, key, value FROM trace_tags WHERE trace IN") { $0.tags.append($1) }
        let assessments = try AssessmentStore(transaction: transaction).all(of: ids)
        for (index, id) in ids.enumerated() {
            infos[index].metadata.sort { $0.key < $1.key }
            infos[index].tags.sort { $0.key < $1.key }
            infos[index].assessments = assessments[id] ?? []
        }
        return infos
    }

    private static func info(_ row: SQLRow) throws -> TraceInfo {
        var info = TraceInfo(
            id: try row.text(1),
            experiment: ExperimentID(try row.int(2)),
            requestTime: try row.int(3),
            duration: try row.optionalInt(4),
            state: TraceState(rawValue: try row.int(5)) ?? .unspecified
        )
        info.clientRequestID = try row.optionalText(6)
        info.requestPreview = try row.optionalText(7)
        info.responsePreview = try row.optionalText(8)
        return info
    }

    /// Adds or replaces spans.
    func upsert(_ spans: [TraceSpan], of row: Int64) throws {
        for span in spans {
            try transaction.execute(
                Statements.upsertSpan,
                [
                    .int(row), .text(span.id), SQLValue(span.parent), .text(span.name), .text(span.type),
                    .text(span.status), .int(span.start), .int(span.end), .text(span.json),
                ]
            )
            try transaction.execute(
                Statements.upsertAttribute,
                rows: span.attributes.map { [.int(row), .text(span.id), .text($0.key), .text($0.value)] }
            )
        }
    }

    /// The spans of a trace as JSON, roots first, then by time.
    func spans(of row: Int64) throws -> [String] {
        try transaction.query(Statements.selectSpans, [.int(row)]).map { try $0.text(0) }
    }

    /// The rows of the traces of an experiment that are selected, oldest first where a time selects them.
    func select(_ selection: TraceSelection, of experiment: ExperimentID) throws -> [Int64] {
        switch selection {
        case .ids(let ids):
            try ids.compactMap { id in
                try transaction.first(Statements.selectByID, [.int(experiment.number), .text(id)])?.int(0)
            }
        case .until(let time, let limit):
            try transaction.query(
                Statements.selectUntil,
                [.int(experiment.number), .int(time), .int(limit.map(Int64.init) ?? .max)]
            ).map { try $0.int(0) }
        }
    }

    /// Removes a trace with all that belongs to it.
    func delete(_ row: Int64) throws {
        for table in ["trace_tags", "trace_metadata", "span_attributes", "spans", "assessments", "trace_prompts"] {
            try transaction.execute("DELETE FROM \(table) WHERE trace = ?", [.int(row)])
        }
        try transaction.execute(
            "DELETE FROM trace_runs WHERE trace IN (SELECT trace_id FROM traces WHERE id = ?)",
            [.int(row)]
        )
        try transaction.execute("DELETE FROM traces WHERE id = ?", [.int(row)])
    }

    /// Links traces to a run.
    func link(_ traces: [String], to run: String) throws {
        try transaction.execute(
            "INSERT INTO trace_runs (run, trace) VALUES (?, ?) ON CONFLICT DO NOTHING",
            rows: traces.map { [.text(run), .text($0)] }
        )
    }

    /// Notes that a trace used versions of prompts, each as `name/version`.
    func link(prompts: [String], to row: Int64) throws {
        try transaction.execute(
            "INSERT INTO trace_prompts (trace, prompt) VALUES (?, ?) ON CONFLICT DO NOTHING",
            rows: prompts.map { [.int(row), .text($0)] }
        )
    }

    private func set(_ pairs: [KeyValue], _ sql: String, _ row: Int64) throws {
        try transaction.execute(sql, rows: pairs.map { [.int(row), .text($0.key), .text($0.value)] })
    }

    enum Statements {
        static let columns = """
            t.id, t.trace_id, t.experiment, t.request_time, t.duration, t.state, t.client_request_id, t.request_preview,
            t.response_preview
            """
        static let select = "SELECT \(columns) FROM traces t"
        static let upsert = """
            INSERT INTO traces (trace_id, experiment, request_time, duration, state, client_request_id,
                request_preview, response_preview)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (trace_id) DO UPDATE SET request_time = excluded.request_time, duration = excluded.duration,
                state = excluded.state, client_request_id = coalesce(excluded.client_request_id, traces.client_request_id),
                request_preview = coalesce(excluded.request_preview, traces.request_preview),
                response_preview = coalesce(excluded.response_preview, traces.response_preview)
            RETURNING id
            """
        static let upsertTag = """
            INSERT INTO trace_tags (trace, key, value) VALUES (?, ?, ?)
            ON CONFLICT (trace, key) DO UPDATE SET value = excluded.value
            """
        static let upsertMetadata = """
            INSERT INTO trace_metadata (trace, key, value) VALUES (?, ?, ?)
            ON CONFLICT (trace, key) DO UPDATE SET value = excluded.value
            """
        static let upsertSpan = """
            INSERT INTO spans (trace, span_id, parent, name, type, status, start_time, end_time, json)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (trace, span_id) DO UPDATE SET parent = excluded.parent, name = excluded.name,
                type = excluded.type, status = excluded.status, start_time = excluded.start_time,
                end_time = excluded.end_time, json = excluded.json
            """
        static let upsertAttribute = """
            INSERT INTO span_attributes (trace, span_id, key, value) VALUES (?, ?, ?, ?)
            ON CONFLICT (trace, span_id, key) DO UPDATE SET value = excluded.value
            """
        static let selectByID = "SELECT id FROM traces WHERE experiment = ? AND trace_id = ?"
        static let selectUntil = """
            SELECT id FROM traces WHERE experiment = ? AND request_time <= ? ORDER BY request_time, trace_id LIMIT ?
            """
        static let selectSpans =
            "SELECT json FROM spans WHERE trace = ? ORDER BY parent IS NOT NULL, start_time, span_id"
    }
}
