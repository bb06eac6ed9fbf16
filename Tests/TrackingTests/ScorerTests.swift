import Testing

@testable import Tracking

@Suite struct ScorerTests {
    private let fixture: TrackingFixture
    private var tracking: TrackingService { fixture.tracking }

    init() async throws {
        fixture = try await TrackingFixture()
    }

    @Test func eachRegistrationIsANewVersion() async throws {
        let first = try await tracking.registerScorer("safe", "{\"a\": 1}", of: .standard)
        let second = try await tracking.registerScorer("safe", "{\"a\": 2}", of: .standard)
        let other = try await tracking.registerScorer("brief", "{}", of: .standard)
        #expect(first.id == second.id && (first.version, second.version) == (1, 2))
        #expect(try await tracking.scorerVersions("safe", of: .standard) == [first, second])
        #expect(try await tracking.scorers(of: .standard) == [other, second])
        #expect(try await tracking.scorersOfAllExperiments() == [other, second])
        #expect(try await tracking.scorer("safe", of: .standard) == second)
        #expect(try await tracking.scorer("safe", version: 1, of: .standard) == first)
        try await tracking.deleteScorer("safe", version: 2, of: .standard)
        #expect(try await tracking.scorer("safe", of: .standard) == first)
        try await tracking.deleteScorer("safe", of: .standard)
        #expect(try await tracking.scorers(ofAny: [.standard, ExperimentID(77)]) == [other])
        let missing = await #expect(throws: TrackingError.self) { try await tracking.scorer("safe", of: .standard) }
        #expect(missing?.message == "Scorer with name 'safe' not found for experiment 0.")
    }

    @Test(arguments: [
        "{", "{\"call_source\": \"return 1\"}", "{\"a\": [{\"b\": {\"call_source\": \"return 1\"}}]}",
        "{\"instructions_judge_pydantic_data\": {\"model\": \"gateway:/x\"}}",
    ])
    func whatCannotBeKeptSafelyIsRefused(serialized: String) async throws {
        await #expect(throws: TrackingError.self) { try await tracking.registerScorer("s", serialized, of: .standard) }
        #expect(try await tracking.scorers(of: .standard).isEmpty)
    }

    @Test func aScorerNeedsANameAndAnActiveExperiment() async throws {
        await #expect(throws: TrackingError.self) { try await tracking.registerScorer("  ", "{}", of: .standard) }
        await #expect(throws: TrackingError.self) { try await tracking.registerScorer("s", "{}", of: ExperimentID(5)) }
        try await tracking.deleteExperiment(.standard)
        await #expect(throws: TrackingError.self) { try await tracking.scorers(of: .standard) }
    }

    @Test func judgingAsTracesComeIsOnlyTurnedOff() async throws {
        let scorer = try await tracking.registerScorer("s", "{}", of: .standard)
        let off = try await tracking.setOnlineScoring("s", sampleRate: 0, filter: "status = 'OK'", of: .standard)
        #expect(try await tracking.onlineScoring(ofScorers: [scorer.id, "none"]) == [off])
        for (rate, filter) in [(0.5, nil), (1.5, nil), (-1, nil), (0, "nonsense.x = 1")] as [(Double, String?)] {
            await #expect(throws: TrackingError.self) {
                try await tracking.setOnlineScoring("s", sampleRate: rate, filter: filter, of: .standard)
            }
        }
    }
}
