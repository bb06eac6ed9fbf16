import JSON
import Testing

@testable import Tracking

@Suite struct AssessmentTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    private func trace(_ id: String, metadata: [KeyValue] = []) async throws {
        var info = TraceInfo(id: id, experiment: .standard, requestTime: 1_000, duration: 5, state: .ok)
        info.metadata = metadata
        _ = try await tracking.storeTrace(info)
    }

    private func assess(
        _ trace: String,
        _ name: String,
        _ content: Assessment.Content,
        _ change: (inout Assessment) -> Void = { _ in }
    ) async throws -> Assessment {
        let source = AssessmentSource(kind: .human, id: "amy")
        var assessment = Assessment(trace: trace, name: name, content: content, source: source, at: 10)
        change(&assessment)
        return try await tracking.createAssessment(assessment)
    }

    private func found(_ filter: String) async throws -> [String] {
        let request = SearchRequest(filter: filter, orderBy: ["request_id"])
        return try await tracking.searchTraces(request, experiments: [.standard]).items.map(\.id)
    }

    @Test func everyKindComesBackAsItWasGiven() async throws {
        try await trace("tr-1")
        let failure = AssessmentError(code: "E", message: "m", stackTrace: nil)
        let contents: [Assessment.Content] = [
            .feedback(["a": [1.5, nil, "x"]], error: nil), .feedback(nil, error: failure), .expectation("żółć"),
            .issue("Slow"),
        ]
        for (index, content) in contents.enumerated() {
            let made = try await assess("tr-1", "n\(index)", content) {
                $0.rationale = "why"
                $0.span = "0123456789abcdef"
                $0.metadata = [KeyValue("k", "v")]
            }
            #expect(made.id.hasPrefix("a-") && made.id.count == 34)
            #expect(try await tracking.assessment(made.id, of: "tr-1") == made)
        }
        #expect(try await tracking.traceInfo("tr-1").assessments.map(\.content) == contents)
    }

    @Test func oneThatOverridesMakesTheOtherInvalidUntilItIsRemoved() async throws {
        try await trace("tr-1")
        let first = try await assess("tr-1", "score", .feedback(1.0, error: nil))
        let second = try await assess("tr-1", "score", .feedback(2.0, error: nil)) { $0.overrides = first.id }
        #expect(try await !tracking.assessment(first.id, of: "tr-1").isValid)
        #expect(try await found("feedback.score < 2") == [])
        try await tracking.deleteAssessment(second.id, of: "tr-1")
        try await tracking.deleteAssessment(second.id, of: "tr-1")
        #expect(try await tracking.assessment(first.id, of: "tr-1").isValid)
        #expect(try await found("feedback.score < 2") == ["tr-1"])
    }

    @Test func aChangeMergesMetadataAndKeepsTheKind() async throws {
        try await trace("tr-1")
        let made = try await assess("tr-1", "score", .feedback(true, error: nil)) { $0.metadata = [KeyValue("a", "1")] }
        var change = AssessmentChange()
        change.name = "better"
        change.content = .feedback(false, error: nil)
        change.metadata = [KeyValue("b", "2"), KeyValue("a", "3")]
        let changed = try await tracking.updateAssessment(made.id, of: "tr-1", change)
        #expect(changed.name == "better" && changed.content == .feedback(false, error: nil))
        #expect(Set(changed.metadata) == [KeyValue("a", "3"), KeyValue("b", "2")])
        #expect(changed.createdAt == 10 && changed.updatedAt > 10)
        change.content = .expectation(1)
        let wrong = change
        let error = await #expect(throws: TrackingError.self) {
            try await tracking.updateAssessment(made.id, of: "tr-1", wrong)
        }
        #expect(error?.message == "Cannot update expectation value on a Feedback assessment.")
    }

    @Test func whatIsMissingIsNamed() async throws {
        try await trace("tr-1")
        let noTrace = await #expect(throws: TrackingError.self) {
            try await assess("tr-2", "n", .feedback(1, error: nil))
        }
        #expect(noTrace?.code == .doesNotExist)
        let noOther = await #expect(throws: TrackingError.self) {
            try await assess("tr-1", "n", .feedback(1, error: nil)) { $0.overrides = "a-none" }
        }
        #expect(noOther?.message == "Assessment with ID 'a-none' not found for trace 'tr-1'")
        #expect(try await tracking.traceInfo("tr-1").assessments.isEmpty)
        await #expect(throws: TrackingError.self) {
            try await assess("tr-1", String(repeating: "n", count: 251), .feedback(1, error: nil))
        }
    }

    @Test func assessmentsThatComeWithATraceAreStoredOnce() async throws {
        var info = TraceInfo(id: "tr-1", experiment: .standard, requestTime: 1, duration: nil, state: .ok)
        let source = AssessmentSource(kind: .code, id: nil)
        info.assessments = [
            Assessment(id: "a-1", trace: "tr-1", name: "n", content: .feedback(1.0, error: nil), source: source, at: 3)
        ]
        _ = try await tracking.storeTrace(info)
        #expect(try await tracking.storeTrace(info).assessments == info.assessments)
        info.id = "tr-2"
        let other = info
        await #expect(throws: TrackingError.self) { try await tracking.storeTrace(other) }
    }

    @Test func aDeletedRunTakesItsAssessmentsAlong() async throws {
        try await trace("tr-1")
        let run = try await fixture.run("judge")
        let made = try await assess("tr-1", "n", .feedback(1.0, error: nil)) {
            $0.metadata = [KeyValue("mlflow.assessment.sourceRunId", run.text)]
        }
        try await tracking.deleteRun(run)
        await #expect(throws: TrackingError.self) { try await tracking.assessment(made.id, of: "tr-1") }
    }

    @Test func tracesAreFoundByWhatIsSaidOfThem() async throws {
        let session = [KeyValue("mlflow.trace.session", "s1")]
        for id in ["tr-1", "tr-2"] { try await trace(id, metadata: session) }
        try await trace("tr-3")
        _ = try await assess("tr-1", "score", .feedback(3.0, error: nil))
        _ = try await assess("tr-3", "score", .feedback("good", error: nil))
        _ = try await assess("tr-3", "answer", .expectation(42.0))
        _ = try await assess("tr-3", "iss-9", .issue("Slow"))
        _ = try await assess("tr-1", "calm", .feedback(true, error: nil)) { $0.metadata = session }
        #expect(try await found("feedback.score > 2.5") == ["tr-1"])
        #expect(try await found("feedback.score = '3.0'") == ["tr-1"])
        #expect(try await found("feedback.score = '3'") == [])
        #expect(try await found("feedback.score = 'good'") == ["tr-3"])
        #expect(try await found("feedback.score != 'good'") == ["tr-1"])
        #expect(try await found("feedback.score LIKE '%oo%'") == ["tr-3"])
        #expect(try await found("feedback.score IS NULL") == ["tr-2"])
        #expect(try await found("expectation.answer >= 42 AND feedback.score IS NOT NULL") == ["tr-3"])
        #expect(try await found("issue.id = 'iss-9'") == ["tr-3"])
        #expect(try await found("feedback.calm = 'true'") == ["tr-1", "tr-2"])
        #expect(try await found("NOT feedback.calm = 'true' OR feedback.score > 2") == ["tr-1", "tr-3"])
    }

    @Test func tracesAreFoundByTheirPrompts() async throws {
        try await trace("tr-1")
        try await trace("tr-2")
        try await tracking.linkPrompts(["greet/1", "greet/2"], to: "tr-1")
        try await tracking.linkPrompts(["greet/1"], to: "tr-1")
        #expect(try await found("prompt = 'greet/2'") == ["tr-1"])
        #expect(try await found("prompt = 'greet/3'") == [])
        await #expect(throws: TrackingError.self) { try await found("prompt = 'greet'") }
        await #expect(throws: TrackingError.self) { try await tracking.linkPrompts(["greet/1"], to: "tr-9") }
        _ = try await tracking.deleteTraces(.ids(["tr-1"]), of: .standard)
        #expect(try await found("prompt = 'greet/2'") == [])
    }
}
