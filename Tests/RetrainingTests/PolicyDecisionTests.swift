import Testing

@testable import Retraining

@Suite struct PolicyDecisionTests {
    private let policy = RetrainingPolicy(
        name: "rain",
        project: "weather",
        model: "rain",
        coolDownRows: 300,
        minimumNewLabels: 200,
        trainingRows: 1_000,
        holdOutRows: 100,
        maximumAttemptsPerDay: 2
    )
    private let alert = Trigger(kind: .performance, id: "a1", message: "AUC below 0.7", value: 0.6, limit: 0.7)
    private let manual = Trigger(kind: .manual, id: "m1", message: "because", actor: "ada")

    private func decide(_ triggers: [Trigger], labelled: Int, memory: PolicyMemory = PolicyMemory()) -> PolicyDecision {
        policy.decide(
            PolicySignal(triggers: triggers, labelledRows: labelled, row: labelled),
            memory: memory,
            nowMilliseconds: 100_000_000
        )
    }

    private func isHeld(_ decision: PolicyDecision, _ words: String) -> Bool {
        if case .hold(let reason) = decision { return reason.contains(words) }
        return false
    }

    @Test func `without a trigger nothing happens`() {
        #expect(decide([], labelled: 5_000) == .idle)
    }

    @Test func `a kind of trigger that is not declared is ignored`() {
        let drift = Trigger(kind: .drift, id: "d", message: "drift")
        #expect(decide([drift], labelled: 5_000) == .idle)
    }

    @Test func `an alert starts a retraining once there is enough data`() {
        #expect(isHeld(decide([alert], labelled: 999), "999 labelled rows of the 1000"))
        #expect(decide([alert], labelled: 1_000) == .start(alert))
    }

    @Test func `the cool-down counts labelled rows since the last attempt`() {
        let memory = PolicyMemory(lastAttemptLabelledRows: 2_000)
        #expect(isHeld(decide([alert], labelled: 2_299, memory: memory), "cool-down: 299 of 300"))
        #expect(decide([alert], labelled: 2_300, memory: memory) == .start(alert))
    }

    @Test func `too few labels since the alert opened hold it back`() {
        var late = alert
        late.openedAtLabelledRows = 1_900
        #expect(isHeld(decide([late], labelled: 2_000), "100 of 200 new labels"))
        #expect(decide([late], labelled: 2_100) == .start(late))
    }

    @Test func `the budget counts the attempts of the last 24 hours only`() {
        let used = PolicyMemory(recentAttempts: [99_000_000, 99_500_000])
        #expect(isHeld(decide([alert], labelled: 2_000, memory: used), "budget of 2"))
        let old = PolicyMemory(recentAttempts: [1, 99_500_000])
        #expect(decide([alert], labelled: 2_000, memory: old) == .start(alert))
    }

    @Test func `a person passes the cool-down but not an attempt under way`() {
        let cooling = PolicyMemory(lastAttemptLabelledRows: 1_999, recentAttempts: [99_999_999, 99_999_999])
        #expect(decide([alert, manual], labelled: 2_000, memory: cooling) == .start(manual))
        #expect(isHeld(decide([manual], labelled: 2_000, memory: PolicyMemory(isBusy: true)), "under way"))
    }
}
