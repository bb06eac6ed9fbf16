import JSON
import SQLStore
import SQLStoreTestSupport
import Synchronization
import TestSupport
import Testing

@testable import Retraining

/// The other domains as this one sees them: remembers what was asked and fails where told.
private final class World: TrainingDataSource, ModelTrainer, HoldOutScorer, ChampionAlias, LoopJournalObserver {
    struct Broken: Error {}

    struct State {
        var calls: [String] = []
        var champion = 1
        var since: Int64?
        var failing: Set<String> = []
        var challengerIsBetter = true
        var heard: [LoopStep] = []
    }

    let state = Mutex(State())

    private func note(_ call: String) throws {
        let fails = state.withLock {
            $0.calls.append(call)
            return $0.failing.contains(call)
        }
        if fails { throw Broken() }
    }

    func cut(_ policy: RetrainingPolicy, labels: LabelProgress) async throws -> TrainingCut {
        try note("cut")
        return TrainingCut(
            dataset: "weather",
            version: 2,
            contentHash: "abc",
            topic: "weather",
            ranges: [.init(from: Int64(labels.rows - policy.trainingRows), to: Int64(labels.rows))],
            rows: policy.trainingRows,
            path: "/data/part-0.parquet"
        )
    }

    func train(_ policy: RetrainingPolicy, on cut: TrainingCut, attempt: String) async throws -> TrainedModel {
        try note("train")
        return TrainedModel(runID: "run", version: 2, commit: "c0ffee", seconds: 1)
    }

    func score(
        _ policy: RetrainingPolicy,
        cut: TrainingCut,
        champion: Int,
        challenger: Int
    ) async throws -> HoldOutScores {
        try note("score \(champion) \(challenger)")
        let labels = (0..<200).map { $0 % 2 == 0 }
        let good = labels.map { $0 ? 0.9 : 0.1 }
        let bad = labels.map { $0 ? 0.1 : 0.9 }
        let better = state.withLock { $0.challengerIsBetter }
        return HoldOutScores(
            task: .binary,
            labels: labels.map { $0 ? 1 : 0 },
            champion: better ? bad : good,
            challenger: better ? good : bad,
            offsets: 0...199
        )
    }

    func championVersion(model: String, alias: String) async throws -> Int { state.withLock { $0.champion } }

    func championSince(model: String, alias: String) async throws -> Int64? { state.withLock { $0.since } }

    func promote(model: String, alias: String, version: Int, reason: String) async throws {
        try note("promote \(version)")
        state.withLock { $0.champion = version }
    }

    func follow(model: String) async {
        state.withLock { $0.calls.append("follow \($0.heard.last?.kind.rawValue ?? "")") }
    }

    func didRecord(_ step: LoopStep) async { state.withLock { $0.heard.append(step) } }
}

@Suite(.timeLimit(.minutes(10))) struct RetrainingServiceTests {
    private let directory: TemporaryDirectory
    private let database: any SQLDatabase
    private let world = World()
    private let journal: LoopJournal
    private let policy = RetrainingPolicy(
        name: "rain",
        project: "weather",
        model: "rain",
        coolDownRows: 300,
        minimumNewLabels: 200,
        trainingRows: 1_000,
        holdOutRows: 200
    )
    private let alert = Trigger(kind: .performance, id: "a1", message: "AUC below 0.7", value: 0.6, limit: 0.7)

    init() async throws {
        directory = try TemporaryDirectory()
        database = try await TestDatabase.open(in: directory.path, name: "test")
        try await database.migrate(RetrainingSchema.migrations)
        journal = LoopJournal(database: database, observer: world)
    }

    private func service(
        _ policy: RetrainingPolicy? = nil,
        clock: @escaping @Sendable () -> Int64 = { 1_000 }
    ) -> RetrainingService {
        RetrainingService(
            policy: policy ?? self.policy,
            ports: RetrainingPorts(data: world, trainer: world, scorer: world, alias: world),
            journal: journal,
            database: database,
            clock: clock
        )
    }

    @Test func `what is due by the clock starts without a new signal, once`() async throws {
        let hour: Int64 = 3_600_000
        let now = Mutex<Int64>(0)
        var policy = policy
        policy.schedule = CronSchedule("0 3 * * *")
        let service = service(policy) { now.withLock { $0 } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            await service.waitUntilIdle()
            service.tick()
            service.submit(PolicySignal(triggers: [], labelledRows: 1_500, row: 0))
            for time in [2 * hour, 3 * hour, 4 * hour] {
                now.withLock { $0 = time }
                service.tick()
                let expected = time >= 3 * hour ? 1 : 0
                while try await service.history().filter({ $0.state == .promoted }).count < expected {
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
            await service.stop()
            try await group.waitForAll()
        }
        #expect(try await service.history().map(\.trigger.kind) == [.schedule])
        #expect(try await service.history().map(\.startedAt) == [3 * hour])
    }

    /// Runs the service until it has dealt with `signals`, one after the other.
    private func run(_ signals: [PolicySignal]) async throws -> RetrainingService {
        let service = service()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            await service.waitUntilIdle()
            for signal in signals {
                service.submit(signal)
                await service.waitUntilIdle()
            }
            await service.stop()
            try await group.waitForAll()
        }
        return service
    }

    private func signal(_ labelledRows: Int) -> PolicySignal {
        PolicySignal(triggers: [alert], labelledRows: labelledRows, row: labelledRows + 3_650)
    }

    private func kinds() async throws -> [LoopStep.Kind] {
        try await journal.steps(project: "weather").map(\.kind)
    }

    @Test func `an alert leads to a promotion, and every step is on record`() async throws {
        let service = try await run([signal(1_500)])
        #expect(try await kinds() == [.triggered, .datasetCut, .trained, .judged, .promoted])
        let steps = try await journal.steps(project: "weather")
        #expect(steps.map(\.number) == [1, 2, 3, 4, 5])
        #expect(steps[1].numbers["from_offset"] == 500)
        #expect(steps[4].links["run_id"] == "run")
        #expect(steps[4].links["commit"] == "c0ffee")
        #expect(steps[4].row == 5_150)
        #expect(world.state.withLock { $0.champion } == 2)
        #expect(world.state.withLock { $0.heard } == steps)
        #expect(try await service.history().map(\.state) == [.promoted])
    }

    @Test func `a worse challenger is refused and the champion stays`() async throws {
        world.state.withLock { $0.challengerIsBetter = false }
        _ = try await run([signal(1_500)])
        #expect(try await kinds() == [.triggered, .datasetCut, .trained, .judged, .refused])
        #expect(world.state.withLock { $0.champion } == 1)
    }

    @Test(arguments: ["cut", "train", "score 1 2", "promote 2"])
    func `a step that fails is on record and the champion stays`(step: String) async throws {
        world.state.withLock { $0.failing = [step] }
        let service = try await run([signal(1_500)])
        #expect(try await kinds().last == .failed)
        #expect(world.state.withLock { $0.champion } == 1)
        #expect(try await service.history().first?.failure == "Broken()")
    }

    @Test func `a second signal within the cool-down is held, and the reason can be read`() async throws {
        let service = try await run([signal(1_500), signal(1_600)])
        #expect(try await service.history().count == 1)
        #expect(service.heldBecause == "cool-down: 100 of 300 labelled rows since the last attempt")
    }

    @Test(arguments: [
        (RetrainingAttempt.State.triggered, ["cut", "train", "score 1 2", "promote 2", "follow promoted"]),
        (.training, ["train", "score 1 2", "promote 2", "follow promoted"]),
        (.judging, ["score 1 2", "promote 2", "follow promoted"]),
        (.promoting, ["promote 2", "follow promoted"]),
    ])
    func `an attempt goes on from its stored state after a restart`(
        state: RetrainingAttempt.State,
        calls: [String]
    ) async throws {
        try await leaveBehind(state)
        _ = try await run([])
        #expect(world.state.withLock { $0.calls } == calls)
        #expect(world.state.withLock { $0.champion } == 2)
        #expect(try await kinds().last == .promoted)
    }

    @Test func `an alias that has moved before the crash is not moved again`() async throws {
        try await leaveBehind(.promoting)
        world.state.withLock { $0.champion = 2 }
        _ = try await run([])
        #expect(world.state.withLock { $0.calls } == ["follow promoted"])
        #expect(try await kinds().last == .promoted)
    }

    @Test func `a manual request starts although the policy cools down`() async throws {
        let manual = Trigger(kind: .manual, id: "m", message: "new sensor", actor: "ada")
        let request = PolicySignal(triggers: [manual], labelledRows: 1_510, row: 0)
        let service = try await run([signal(1_500), request])
        #expect(try await service.history().count == 2)
        let steps = try await journal.steps(project: "weather")
        #expect(steps.contains { $0.title == "Retraining asked for by ada: new sensor" })
    }

    @Test func `an attempt from before gates had a metric and cuts had partitions reads as it was`() async throws {
        let details = """
            {"trigger":{"kind":"performance","id":"a1","message":"AUC below 0.7","actor":"policy"},"failure":"",
             "cut":{"dataset":"weather","version":2,"hash":"abc","topic":"weather","from_offset":5140,"to_offset":8790,
                    "rows":3650,"path":"/data/part-0.parquet"},
             "challenger":{"run_id":"run","version":2,"commit":"c0ffee","seconds":4.5},"champion_version":1,
             "verdict":{"passed":true,"reasons":["a gain"],"rows":150,"first_offset":8640,"last_offset":8789,
                        "champion":{"auc":0.457,"f1":0.1,"log_loss":0.9,"brier":0.3},
                        "challenger":{"auc":0.843,"f1":0.5,"log_loss":0.5,"brier":0.2}}}
            """
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO retraining_attempts (id, project, policy, trigger_id, state, labelled_rows, row_number,
                    started_at_ms, updated_at_ms, details)
                VALUES ('old', 'weather', 'rain', 'a1', 'promoted', 8790, 12439, 1, 2, ?)
                """,
                [.text(details)]
            )
        }
        let attempt = try #require(try await service().history().first)
        #expect(attempt.state == .promoted && attempt.labelOffsets.isEmpty && attempt.inputs == DecisionInputs())
        #expect(attempt.cut?.ranges == [.init(from: 5_140, to: 8_790)])
        let numbers = try #require(attempt.verdict?.numbers)
        #expect(numbers.metric == .auc && numbers.challenger[.auc] == 0.843 && numbers.offsets == 8_640...8_789)
    }

    @Test func `each decision is kept once with its inputs, held ones too, and again when it is another`() async throws
    {
        let service = service()
        func signal(_ labelled: Int) -> PolicySignal {
            var trigger = alert
            trigger.openedAtLabelledRows = 1_400
            var signal = PolicySignal(triggers: [trigger], labelledRows: labelled, row: labelled)
            signal.qualityAlerts = ["missing in window 3"]
            return signal
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            for labelled in [900, 950, 1_500, 1_550, 1_600, 1_650] {
                service.submit(signal(labelled))
                await service.waitUntilIdle()
            }
            service.submit(PolicySignal(triggers: [], labelledRows: 1_700, row: 0))
            await service.stop()
            try await group.waitForAll()
        }
        let decisions = try await service.decisions()
        #expect(decisions.map(\.outcome) == [.held, .held, .started, .held])
        #expect(decisions.map(\.number) == [1, 2, 3, 4])
        #expect(decisions.map(\.labelledRows) == [900, 1_500, 1_600, 1_650])
        #expect(decisions[0].reason == "900 labelled rows of the 1000 that training needs")
        #expect(decisions[1].reason == "100 of 200 new labels since the alert or the last attempt")
        #expect(decisions[1].inputs["triggers"]?.arrayValue?.first?["value"] == .double(0.6))
        #expect(decisions[1].inputs["quality_alerts"]?.arrayValue == ["missing in window 3"])
        #expect(decisions[2].inputs["attempt"]?.stringValue == (try await service.history().first?.id))
        #expect(decisions[3].reason.hasPrefix("cool-down: 50 of 300"))
        #expect(decisions[3].json["inputs"]?["rows_since_last_attempt"] == .int(50))
    }

    @Test func `what the policy looked at is kept with the attempt and in its first step`() async throws {
        var policy = policy
        policy.everyLabels = 1_000
        let service = service(policy)
        var signal = PolicySignal(triggers: [alert], labelledRows: 1_500, row: 0)
        signal.labelOffsets = [0: 700, 1: 800]
        signal.qualityAlerts = ["missing in window 3"]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            service.submit(signal)
            await service.waitUntilIdle()
            await service.stop()
            try await group.waitForAll()
        }
        let attempt = try #require(try await service.history().first)
        #expect(attempt.labelOffsets == [0: 700, 1: 800])
        #expect(attempt.inputs.reasons == ["AUC below 0.7", "1500 labels are new"])
        #expect(attempt.inputs.qualityAlerts == ["missing in window 3"])
        let step = try await journal.steps(project: "weather").first
        #expect(step?.numbers["reasons"]?.arrayValue?.count == 2)
        #expect(step?.numbers["attempts_24h"] == .int(0))
    }

    @Test func `the same event is recorded once`() async throws {
        let event = NewLoopStep(key: "import/weather/1", kind: .imported, title: "Imported")
        let first = try await journal.record(event, project: "weather")
        let second = try await journal.record(event, project: "weather")
        #expect(first == second)
        #expect(world.state.withLock { $0.heard.count } == 1)
        #expect(try await journal.step(project: "weather", id: "1") == first)
        #expect(try await journal.step(project: "other", id: first.id) == nil)
    }

    /// Stores an attempt as a server that died in `state` would have left it.
    private func leaveBehind(_ state: RetrainingAttempt.State) async throws {
        let cut = try await world.cut(policy, labels: LabelProgress(rows: 1_500))
        let verdict = policy.gate.judge(try await world.score(policy, cut: cut, champion: 1, challenger: 2))
        world.state.withLock { $0.calls = [] }
        let attempt = RetrainingAttempt(
            id: "left",
            project: "weather",
            policy: "rain",
            trigger: alert,
            state: state,
            labelledRows: 1_500,
            row: 5_150,
            cut: state == .triggered ? nil : cut,
            challenger: state == .judging || state == .promoting
                ? TrainedModel(runID: "run", version: 2, commit: "c", seconds: 1) : nil,
            championVersion: state == .promoting ? 1 : nil,
            verdict: state == .promoting ? verdict : nil,
            failure: "",
            startedAt: 1,
            updatedAt: 1
        )
        try await AttemptStore(database: database).save(attempt)
    }
}
