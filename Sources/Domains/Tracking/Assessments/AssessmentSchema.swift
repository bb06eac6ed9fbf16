internal import SQLStore

/// The tables of assessments, and of the prompts that traces used.
enum AssessmentSchema {
    static let migration = Migration(
        id: "tracking-003",
        statements: [
            // `position` is the order in which they came to their trace; `number` is the value of those that are
            // numbers, for comparisons.
            """
            CREATE TABLE assessments (
                assessment_id TEXT NOT NULL PRIMARY KEY, trace BIGINT NOT NULL, position BIGINT NOT NULL,
                name TEXT NOT NULL, kind TEXT NOT NULL,
                value TEXT NOT NULL, number DOUBLE PRECISION, error TEXT, source_kind BIGINT NOT NULL, source_id TEXT,
                span_id TEXT, rationale TEXT, metadata TEXT NOT NULL, run TEXT, session TEXT, overrides TEXT,
                is_valid BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
            """,
            "CREATE INDEX assessments_by_trace ON assessments (trace, position)",
            "CREATE INDEX assessments_by_run ON assessments (run)",
            "CREATE INDEX assessments_by_session ON assessments (session)",
            """
            CREATE TABLE trace_prompts (
                trace BIGINT NOT NULL, prompt TEXT NOT NULL, PRIMARY KEY (trace, prompt))
            """,
            "CREATE INDEX trace_prompts_by_prompt ON trace_prompts (prompt)",
        ]
    )
}
