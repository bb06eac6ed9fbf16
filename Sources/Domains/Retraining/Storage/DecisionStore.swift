internal import JSON
internal import SQLStore

/// The decisions of a policy in the database: the newest, each once.
struct DecisionStore: Sendable {
    /// Older decisions than so many are let go of.
    static let kept = 1_000

    let database: any SQLDatabase
    let project: String
    let policy: String

    /// Stores a decision, unless it is the one that was stored last; durable when it returns.
    func record(_ decision: NewDecision, on signal: PolicySignal, at now: Int64) async throws {
        try await database.write { transaction in
            let last = try transaction.first(
                """
                SELECT number, decision_key FROM policy_decisions WHERE project = ? AND policy = ?
                ORDER BY number DESC LIMIT 1
                """,
                [.text(project), .text(policy)]
            )
            if let last, try last.text(1) == decision.key { return }
            let number = (try last?.int(0) ?? 0) + 1
            try transaction.execute(
                """
                INSERT INTO policy_decisions
                (project, policy, number, decision_key, outcome, reason, labelled_rows, row_number, at_ms, inputs)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(project), .text(policy), .int(number), .text(decision.key), .text(decision.outcome.rawValue),
                    .text(decision.reason), .int(Int64(signal.labelledRows)), .int(Int64(signal.row)), .int(now),
                    .text(JSONValue.object(decision.inputs).text),
                ]
            )
            try transaction.execute(
                "DELETE FROM policy_decisions WHERE project = ? AND policy = ? AND number <= ?",
                [.text(project), .text(policy), .int(number - Int64(DecisionStore.kept))]
            )
        }
    }

    /// All that are kept, oldest first.
    func decisions() async throws -> [RecordedDecision] {
        let rows = try await database.read { transaction in
            try transaction.query(
                """
                SELECT number, outcome, reason, labelled_rows, row_number, at_ms, inputs FROM policy_decisions
                WHERE project = ? AND policy = ? ORDER BY number
                """,
                [.text(project), .text(policy)]
            )
        }
        return try rows.map { row in
            RecordedDecision(
                policy: policy,
                number: Int(try row.int(0)),
                at: try row.int(5),
                labelledRows: Int(try row.int(3)),
                row: Int(try row.int(4)),
                outcome: RecordedDecision.Outcome(rawValue: try row.text(1)) ?? .held,
                reason: try row.text(2),
                inputs: try JSONValue.parse(try row.text(6)).objectValue ?? [:]
            )
        }
    }
}
