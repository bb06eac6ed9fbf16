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
        if case .hold(let reason, _) = decision { return reason.contains(words) }
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

    @Test func `a policy that only suggests says why, and a person starts it`() {
        var cautious = policy
        cautious.isAutomatic = false
        func decide(_ trigger: Trigger, labelled: Int) -> PolicyDecision {
            let signal = PolicySignal(triggers: [trigger], labelledRows: labelled, row: labelled)
            return cautious.decide(signal, memory: PolicyMemory(), nowMilliseconds: 100_000_000)
        }
        #expect(isHeld(decide(alert, labelled: 5_000), "suggested, since AUC below 0.7"))
        #expect(isHeld(decide(alert, labelled: 999), "999 labelled rows of the 1000"))
        #expect(decide(manual, labelled: 5_000) == .start(manual))
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

    // MARK: What the policy fires by itself

    private let day: Int64 = 86_400_000

    private func decide(
        _ change: (inout RetrainingPolicy) -> Void,
        labelled: Int = 5_000,
        now: Int64,
        memory: PolicyMemory
    ) -> PolicyDecision {
        var policy = policy
        change(&policy)
        let signal = PolicySignal(triggers: [], labelledRows: labelled, row: labelled)
        return policy.decide(signal, memory: memory, nowMilliseconds: now)
    }

    private func kind(_ decision: PolicyDecision) -> TriggerKind? {
        if case .start(let trigger) = decision { trigger.kind } else { nil }
    }

    @Test func `a schedule fires once its time has come since the last attempt`() throws {
        var memory = PolicyMemory()
        memory.scheduledSince = 20_000 * day
        let schedule = try #require(CronSchedule("0 3 * * *"))
        let early = decide({ $0.schedule = schedule }, now: 20_000 * day + 3 * 3_600_000 - 1, memory: memory)
        #expect(early == .idle)
        let due = decide({ $0.schedule = schedule }, now: 20_000 * day + 3 * 3_600_000, memory: memory)
        #expect(kind(due) == .schedule)
        memory.scheduledSince = 20_000 * day + 3 * 3_600_000
        #expect(decide({ $0.schedule = schedule }, now: 20_000 * day + 4 * 3_600_000, memory: memory) == .idle)
    }

    @Test func `enough new labels fire, counted from the last attempt`() {
        let memory = PolicyMemory(lastAttemptLabelledRows: 4_000)
        #expect(decide({ $0.everyLabels = 1_500 }, labelled: 5_499, now: day, memory: memory) == .idle)
        #expect(kind(decide({ $0.everyLabels = 1_500 }, labelled: 5_500, now: day, memory: memory)) == .labels)
    }

    @Test func `an old champion fires, a young or unknown one does not`() {
        var memory = PolicyMemory()
        memory.championSince = 100 * day
        #expect(decide({ $0.maximumAgeMilliseconds = 30 * day }, now: 129 * day, memory: memory) == .idle)
        let old = decide({ $0.maximumAgeMilliseconds = 30 * day }, now: 130 * day, memory: memory)
        #expect(kind(old) == .age)
        memory.championSince = nil
        #expect(decide({ $0.maximumAgeMilliseconds = 30 * day }, now: 500 * day, memory: memory) == .idle)
    }

    @Test func `warm-up and a cool-down in time hold back what fires by itself`() {
        let warm = decide({ ($0.everyLabels, $0.warmUpRows) = (10, 6_000) }, now: day, memory: PolicyMemory())
        #expect(isHeld(warm, "warm-up: 5000 of 6000"))
        let memory = PolicyMemory(lastAttemptLabelledRows: 1_000, recentAttempts: [10 * day])
        let cooling = decide(
            { ($0.everyLabels, $0.coolDownMilliseconds) = (10, 3_600_000) },
            now: 10 * day + 60_000,
            memory: memory
        )
        #expect(isHeld(cooling, "cool-down: 60 of 3600 s"))
        let cooled = decide(
            { ($0.everyLabels, $0.coolDownMilliseconds) = (10, 3_600_000) },
            now: 10 * day + 3_600_000,
            memory: memory
        )
        #expect(kind(cooled) == .labels)
    }

    @Test func `an estimate below its limit fires where it is declared`() {
        let estimated = Trigger(kind: .estimated, id: "e", message: "estimated AUC below 0.7")
        #expect(decide([estimated], labelled: 5_000) == .idle)
        var policy = policy
        policy.triggers = [.estimated]
        let signal = PolicySignal(triggers: [estimated], labelledRows: 5_000, row: 0)
        #expect(policy.decide(signal, memory: PolicyMemory(), nowMilliseconds: day) == .start(estimated))
    }

    // MARK: All at once, and the data's quality

    @Test func `a change that a detector found fires where it is declared, after enough new labels`() {
        let change = Trigger(kind: .change, id: "c", message: "errors changed", openedAtLabelledRows: 5_000)
        #expect(decide([change], labelled: 5_000) == .idle)
        var policy = policy
        policy.triggers = [.change]
        func decided(_ labelled: Int) -> PolicyDecision {
            let signal = PolicySignal(triggers: [change], labelledRows: labelled, row: 0)
            return policy.decide(signal, memory: PolicyMemory(), nowMilliseconds: day)
        }
        policy.minimumNewLabels = 100
        guard case .hold(_, .newLabels) = decided(5_099) else {
            Issue.record("\(decided(5_099)) although the alert has brought too few labels")
            return
        }
        #expect(decided(5_100) == .start(change))
    }

    @Test func `a policy that wants all waits until everything declared is the matter at once`() {
        var policy = policy
        policy.requiresAll = true
        policy.triggers = [.performance, .drift, .manual]
        policy.everyLabels = 1_500
        let drift = Trigger(kind: .drift, id: "d", message: "two columns drifted")
        func decide(_ triggers: [Trigger], labelled: Int) -> PolicyDecision {
            let signal = PolicySignal(triggers: triggers, labelledRows: labelled, row: labelled)
            return policy.decide(signal, memory: PolicyMemory(), nowMilliseconds: day)
        }
        #expect(decide([], labelled: 1_000) == .idle)
        #expect(isHeld(decide([alert], labelled: 1_000), "waits for drift, labels, since AUC below 0.7"))
        #expect(isHeld(decide([alert, drift], labelled: 1_499), "waits for labels"))
        guard case .start(let trigger) = decide([alert, drift], labelled: 1_500) else {
            Issue.record("not started")
            return
        }
        #expect(trigger.id == "a1")
        #expect(trigger.message == "AUC below 0.7; two columns drifted; 1500 labels are new")
        #expect(decide([manual], labelled: 1_000) == .start(manual))
    }

    @Test func `an open alert on the data's quality holds back where that is asked for, but not a person`() {
        var policy = policy
        func decide(_ triggers: [Trigger]) -> PolicyDecision {
            var signal = PolicySignal(triggers: triggers, labelledRows: 2_000, row: 2_000)
            signal.qualityAlerts = ["missing in window 3"]
            return policy.decide(signal, memory: PolicyMemory(), nowMilliseconds: day)
        }
        #expect(decide([alert]) == .start(alert))
        policy.requiresQuality = true
        #expect(isHeld(decide([alert]), "the data is not as it should be: missing in window 3"))
        #expect(decide([alert, manual]) == .start(manual))
    }
}
