internal import Primitives
internal import SQLStore

extension TrackingService {
    private static let assessmentNameLimit = 250
    private static let assessmentIDLimit = 50

    /// Adds an assessment to a trace; the one that it overrides is no longer valid.
    ///
    /// - Returns: the assessment with its identifier.
    /// - Throws: `TrackingError` (`doesNotExist` for the trace or the overridden assessment, `invalidParameter`).
    package func createAssessment(_ assessment: Assessment) async throws -> Assessment {
        try Self.check(assessment)
        return try await database.write { transaction in
            let row = try Self.requireTrace(assessment.trace, transaction)
            let store = AssessmentStore(transaction: transaction)
            if let overridden = assessment.overrides, try !store.setValid(false, overridden, of: row) {
                throw Self.noAssessment(overridden, assessment.trace)
            }
            return try Self.store(assessment, of: row, store)
        }
    }

    /// An assessment of a trace.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist`.
    package func assessment(_ id: String, of trace: String) async throws -> Assessment {
        try await database.read { transaction in
            let row = try Self.requireTrace(trace, transaction, "Trace with request_id '\(trace)' not found")
            guard let found = try AssessmentStore(transaction: transaction).find(id, of: row) else {
                throw Self.noAssessment(id, trace)
            }
            return found
        }
    }

    /// Changes an assessment.
    ///
    /// - Throws: `TrackingError` (`doesNotExist`; `invalidParameter` for a judgement of another kind).
    package func updateAssessment(
        _ id: String,
        of trace: String,
        _ change: AssessmentChange
    ) async throws -> Assessment {
        try await database.write { transaction in
            let row = try Self.requireTrace(trace, transaction, "Trace with request_id '\(trace)' not found")
            let store = AssessmentStore(transaction: transaction)
            guard var changed = try store.find(id, of: row) else { throw Self.noAssessment(id, trace) }
            if let content = change.content {
                guard content.isSameKind(as: changed.content) else { throw Self.wrongKind(content, changed.content) }
                changed.content = content
            }
            if let name = change.name { changed.name = name }
            if let rationale = change.rationale { changed.rationale = rationale }
            if let isValid = change.isValid { changed.isValid = isValid }
            changed.metadata = Self.lastOfEachKey(changed.metadata + change.metadata)
            changed.updatedAt = WallClock.nowMilliseconds()
            try Self.check(changed)
            try store.upsert(changed, of: row)
            return changed
        }
    }

    /// Removes an assessment, and makes the one that it replaced valid again; nothing happens when there is none.
    package func deleteAssessment(_ id: String, of trace: String) async throws {
        try await database.write { transaction in
            guard let row = try TraceStore(transaction: transaction).find(trace) else { return }
            let store = AssessmentStore(transaction: transaction)
            guard let found = try store.find(id, of: row) else { return }
            if let overridden = found.overrides { _ = try store.setValid(true, overridden, of: row) }
            try store.delete(id, of: row)
        }
    }

    /// Stores assessments that came with a trace; those with an identifier that is known replace it.
    static func store(_ assessments: [Assessment], of row: Int64, _ transaction: any SQLTransaction) throws {
        let store = AssessmentStore(transaction: transaction)
        for assessment in assessments {
            try check(assessment)
            _ = try Self.store(assessment, of: row, store)
        }
    }

    private static func store(_ assessment: Assessment, of row: Int64, _ store: AssessmentStore) throws -> Assessment {
        var stored = assessment
        if stored.id.isEmpty { stored.id = "a-" + RandomID.hex() }
        if let other = try store.trace(of: stored.id), other != row {
            throw TrackingError.invalid("Assessment with ID '\(stored.id)' belongs to another trace.")
        }
        stored.isValid = true
        try store.upsert(stored, of: row)
        return stored
    }

    private static func check(_ assessment: Assessment) throws(TrackingError) {
        guard !assessment.name.isEmpty else { throw .invalid("The name of an assessment cannot be empty.") }
        try TrackingRules.checkLength(assessment.name, "assessment_name", assessmentNameLimit)
        try TrackingRules.checkLength(assessment.id, "assessment_id", assessmentIDLimit)
        try TrackingRules.checkLength(assessment.overrides, "overrides", assessmentIDLimit)
        try TrackingRules.checkLength(assessment.source.id, "source_id", assessmentNameLimit)
    }

    private static func requireTrace(
        _ id: String,
        _ transaction: any SQLTransaction,
        _ message: String? = nil
    ) throws -> Int64 {
        guard let row = try TraceStore(transaction: transaction).find(id) else {
            throw message.map { TrackingError(.doesNotExist, $0) } ?? noTrace(id)
        }
        return row
    }

    private static func noAssessment(_ id: String, _ trace: String) -> TrackingError {
        TrackingError(.doesNotExist, "Assessment with ID '\(id)' not found for trace '\(trace)'")
    }

    private static func wrongKind(_ new: Assessment.Content, _ old: Assessment.Content) -> TrackingError {
        let capitalised = old.kind.prefix(1).uppercased() + old.kind.dropFirst()
        return .invalid(
            "Cannot update \(new.kind) value on \(old.kind == "feedback" ? "a" : "an") \(capitalised) assessment."
        )
    }
}
