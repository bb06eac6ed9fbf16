internal import Filters
internal import JSON
internal import SQLStore

/// Turns clauses about assessments into SQL over `traces t`.
///
/// Only valid assessments count. One that is about a session as a whole counts for every trace of the session.
enum AssessmentFilter {
    private static let comparators: [FilterComparator] = [
        .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual, .like, .ilike, .rlike, .isNull, .isNotNull,
    ]

    /// The condition of `feedback.<name>` and `expectation.<name>`.
    static func condition(_ clause: FilterClause) throws -> SQLCondition {
        try ClauseRules.check(clause, isOneOf: comparators)
        let named = SQLCondition(
            "a.kind = ? AND a.name = ? AND a.is_valid = 1",
            [.text(clause.identifier.entity ?? ""), .text(clause.identifier.key)]
        )
        switch clause.comparator {
        case .isNotNull: return exists(named)
        case .isNull:
            let found = exists(named)
            return SQLCondition("NOT (\(found.sql))", found.arguments)
        default: return exists(named && (try value(clause)))
        }
    }

    /// The condition of `issue.id`: the name of such an assessment is the issue's identifier.
    static func issue(_ clause: FilterClause) throws -> SQLCondition {
        guard clause.identifier.key == "id" else {
            throw FilterError("Invalid issue attribute '\(clause.identifier.key)'. Supported attributes: id.")
        }
        guard clause.comparator == .equal else {
            throw FilterError("issue.id comparator '\(clause.comparator.rawValue)' not one of '{'='}'")
        }
        try ClauseRules.checkText(clause, "issue")
        return SQLCondition(
            "EXISTS (SELECT 1 FROM assessments a WHERE a.trace = t.id AND a.kind = 'issue' AND a.name = ?)",
            [.text(clause.value.plain)]
        )
    }

    private static func value(_ clause: FilterClause) throws -> SQLCondition {
        switch clause.comparator {
        case .greater, .greaterOrEqual, .less, .lessOrEqual:
            guard case .number(let text) = clause.value, let number = Double(text) else {
                throw FilterError(
                    "Expected a numeric value for \(clause.identifier.entity ?? "") when using comparator "
                        + "'\(clause.comparator.rawValue)'. Got value \(clause.value.text)"
                )
            }
            return SQLCondition("a.number IS NOT NULL") && .number("a.number", clause.comparator, number)
        case .equal, .notEqual:
            try ClauseRules.checkText(clause, clause.identifier.entity ?? "")
            let raw = clause.value.plain
            let equal = SQLCondition("a.value IN (?, ?)", [.text(raw), .text(JSONValue.string(raw).description)])
            return clause.comparator == .equal ? equal : SQLCondition("NOT (\(equal.sql))", equal.arguments)
        default:
            try ClauseRules.checkText(clause, clause.identifier.entity ?? "")
            return .text("a.value", clause.comparator, clause.value)
        }
    }

    private static func exists(_ test: SQLCondition) -> SQLCondition {
        SQLCondition(
            """
            EXISTS (SELECT 1 FROM assessments a WHERE a.trace = t.id AND \(test.sql)) OR EXISTS (
                SELECT 1 FROM assessments a JOIN trace_metadata own ON own.value = a.session
                WHERE own.trace = t.id AND own.key = '\(AssessmentStore.sessionKey)' AND \(test.sql))
            """,
            test.arguments + test.arguments
        )
    }
}
