internal import JSON
internal import SQLStore

/// The attempts in the database.
struct AttemptStore: Sendable {
    private static let columns =
        "id, project, policy, state, labelled_rows, row_number, started_at_ms, updated_at_ms, details"

    let database: any SQLDatabase

    /// Stores the attempt as it is now; durable when it returns.
    func save(_ attempt: RetrainingAttempt) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO retraining_attempts (\(AttemptStore.columns), trigger_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    state = excluded.state, updated_at_ms = excluded.updated_at_ms, details = excluded.details
                """,
                [
                    .text(attempt.id), .text(attempt.project), .text(attempt.policy), .text(attempt.state.rawValue),
                    .int(Int64(attempt.labelledRows)), .int(Int64(attempt.row)), .int(attempt.startedAt),
                    .int(attempt.updatedAt), .text(JSONValue.object(attempt.details).text), .text(attempt.trigger.id),
                ]
            )
        }
    }

    /// All attempts of a policy, oldest first.
    func attempts(project: String, policy: String) async throws -> [RetrainingAttempt] {
        let rows = try await database.read { transaction in
            try transaction.query(
                """
                SELECT \(AttemptStore.columns) FROM retraining_attempts
                WHERE project = ? AND policy = ? ORDER BY started_at_ms, labelled_rows
                """,
                [.text(project), .text(policy)]
            )
        }
        return try rows.map(attempt)
    }

    private func labelOffsets(_ value: JSONValue?) -> [Int32: Int64] {
        var offsets: [Int32: Int64] = [:]
        for (key, value) in (value?.objectValue ?? [:]).pairs {
            if let partition = Int32(key), let offset = value.intValue { offsets[partition] = offset }
        }
        return offsets
    }

    private func attempt(_ row: SQLRow) throws -> RetrainingAttempt {
        let details = try JSONValue.parse(try row.text(8))
        return RetrainingAttempt(
            id: try row.text(0),
            project: try row.text(1),
            policy: try row.text(2),
            trigger: Trigger(json: details["trigger"] ?? .null),
            state: RetrainingAttempt.State(rawValue: try row.text(3)) ?? .failed,
            labelledRows: Int(try row.int(4)),
            labelOffsets: labelOffsets(details["label_offsets"]),
            row: Int(try row.int(5)),
            inputs: DecisionInputs(json: details["inputs"]),
            cut: details["cut"].flatMap(TrainingCut.init),
            challenger: details["challenger"].flatMap(TrainedModel.init),
            championVersion: details["champion_version"]?.intValue.map(Int.init),
            verdict: details["verdict"].flatMap(GateVerdict.init),
            failure: details["failure"]?.stringValue ?? "",
            startedAt: try row.int(6),
            updatedAt: try row.int(7)
        )
    }
}
