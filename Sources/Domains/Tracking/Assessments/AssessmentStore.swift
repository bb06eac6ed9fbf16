internal import JSON
internal import SQLStore

/// Assessments inside one transaction.
struct AssessmentStore {
    /// Metadata with the run that an assessment came from.
    static let runKey = "mlflow.assessment.sourceRunId"
    /// Metadata with the session that an assessment is about as a whole.
    static let sessionKey = "mlflow.trace.session"

    let transaction: any SQLTransaction

    /// Adds an assessment of the trace in `row`, or replaces the one with its identifier.
    func upsert(_ assessment: Assessment, of row: Int64) throws {
        try transaction.execute(
            Statements.upsert,
            [
                .text(assessment.id), .int(row), .text(assessment.name), .text(assessment.content.kind),
                .text(assessment.content.value.description), SQLValue(Self.number(assessment.content.value)),
                SQLValue(Self.error(assessment.content)), .int(assessment.source.kind.rawValue),
                SQLValue(assessment.source.id), SQLValue(assessment.span), SQLValue(assessment.rationale),
                .text(Self.json(assessment.metadata)),
                SQLValue(assessment.metadata.first { $0.key == Self.runKey }?.value),
                SQLValue(assessment.metadata.first { $0.key == Self.sessionKey }?.value),
                SQLValue(assessment.overrides), SQLValue(assessment.isValid), .int(assessment.createdAt),
                .int(assessment.updatedAt), .int(row),
            ]
        )
    }

    /// An assessment of a trace; nil when there is none.
    func find(_ id: String, of row: Int64) throws -> Assessment? {
        try transaction.first(Statements.select + " WHERE a.trace = ? AND a.assessment_id = ?", [.int(row), .text(id)])
            .map(Self.assessment)
    }

    /// The row of the trace that an assessment is about; nil when there is no such assessment.
    func trace(of id: String) throws -> Int64? {
        try transaction.first("SELECT trace FROM assessments WHERE assessment_id = ?", [.text(id)])?.int(0)
    }

    /// The assessments of traces by the row of each, in the order in which they came.
    func all(of rows: [Int64]) throws -> [Int64: [Assessment]] {
        var found: [Int64: [(position: Int64, assessment: Assessment)]] = [:]
        try transaction.forEach(Statements.select + " WHERE a.trace IN", in: rows) { row in
            let position = try row.int("position")
            found[try row.int("trace"), default: []].append((position, try Self.assessment(row)))
        }
        return found.mapValues { $0.sorted { $0.position < $1.position }.map(\.assessment) }
    }

    /// Marks an assessment as valid or not; false when the trace has none with this identifier.
    func setValid(_ isValid: Bool, _ id: String, of row: Int64) throws -> Bool {
        try transaction.execute(Statements.setValid, [SQLValue(isValid), .int(row), .text(id)]) > 0
    }

    /// Removes an assessment.
    func delete(_ id: String, of row: Int64) throws {
        try transaction.execute(
            "DELETE FROM assessments WHERE trace = ? AND assessment_id = ?",
            [.int(row), .text(id)]
        )
    }

    /// Removes the assessments that came from a run.
    func delete(ofRun run: String) throws {
        try transaction.execute("DELETE FROM assessments WHERE run = ?", [.text(run)])
    }

    private static func assessment(_ row: SQLRow) throws -> Assessment {
        let value = try JSONValue.parse(row.text(4))
        let source = AssessmentSource(
            kind: AssessmentSource.Kind(rawValue: try row.int(6)) ?? .unspecified,
            id: try row.optionalText(7)
        )
        var assessment = Assessment(
            id: try row.text(0),
            trace: try row.text(1),
            name: try row.text(2),
            content: try content(row.text(3), value, row.optionalText(5)),
            source: source,
            at: try row.int(13)
        )
        assessment.span = try row.optionalText(8)
        assessment.rationale = try row.optionalText(9)
        assessment.metadata =
            try JSONValue.parse(row.text(10)).objectValue.map { object in
                object.pairs.map { KeyValue($0, $1.stringValue ?? "") }
            } ?? []
        assessment.overrides = try row.optionalText(11)
        assessment.isValid = try row.bool(12)
        assessment.updatedAt = try row.int(14)
        return assessment
    }

    private static func content(_ kind: String, _ value: JSONValue, _ error: String?) throws -> Assessment.Content {
        switch kind {
        case "expectation": return .expectation(value)
        case "issue": return .issue(value.stringValue ?? "")
        default:
            guard let error = try error.map({ try JSONValue.parse($0) }) else { return .feedback(value, error: nil) }
            let failure = AssessmentError(
                code: error["code"]?.stringValue ?? "",
                message: error["message"]?.stringValue,
                stackTrace: error["stack_trace"]?.stringValue
            )
            return .feedback(value, error: failure)
        }
    }

    /// A value as a number, where it is one that comparisons may use.
    private static func number(_ value: JSONValue) -> Double? {
        value.doubleValue.flatMap { $0.isFinite ? $0 : nil }
    }

    private static func error(_ content: Assessment.Content) -> String? {
        guard case .feedback(_, let error?) = content else { return nil }
        var object = JSONObject()
        object["code"] = .string(error.code)
        object["message"] = error.message.map(JSONValue.string)
        object["stack_trace"] = error.stackTrace.map(JSONValue.string)
        return JSONValue.object(object).description
    }

    private static func json(_ pairs: [KeyValue]) -> String {
        JSONValue.object(JSONObject(pairs.map { ($0.key, .string($0.value)) })).description
    }

    enum Statements {
        static let select = """
            SELECT a.assessment_id, t.trace_id, a.name, a.kind, a.value, a.error, a.source_kind, a.source_id, a.span_id,
                a.rationale, a.metadata, a.overrides, a.is_valid, a.created_at, a.updated_at, a.trace, a.position
            FROM assessments a JOIN traces t ON t.id = a.trace
            """
        static let upsert = """
            INSERT INTO assessments (assessment_id, trace, name, kind, value, number, error, source_kind, source_id,
                span_id, rationale, metadata, run, session, overrides, is_valid, created_at, updated_at, position)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                (SELECT coalesce(max(position), 0) + 1 FROM assessments WHERE trace = ?))
            ON CONFLICT (assessment_id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                value = excluded.value, number = excluded.number, error = excluded.error,
                source_kind = excluded.source_kind, source_id = excluded.source_id, span_id = excluded.span_id,
                rationale = excluded.rationale, metadata = excluded.metadata, run = excluded.run,
                session = excluded.session, overrides = excluded.overrides, is_valid = excluded.is_valid,
                updated_at = excluded.updated_at
            """
        static let setValid = "UPDATE assessments SET is_valid = ? WHERE trace = ? AND assessment_id = ?"
    }
}
