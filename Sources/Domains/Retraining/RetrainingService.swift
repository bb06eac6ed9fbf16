internal import Execution
internal import Primitives
package import SQLStore
internal import Synchronization
internal import Telemetry

/// Keeps one model right: listens to signals, decides by its policy, and carries one attempt at a time to its end.
///
/// Every state is stored before it is acted on, so that after a crash the same attempt goes on: the same rows are cut,
/// a job that died is started again, an alias that has moved is not moved twice. Signals that come while an attempt
/// runs replace each other; the newest is looked at when the attempt is done. Thread-safe.
package final class RetrainingService: Service {
    private struct Mailbox {
        var signal: PolicySignal?
        /// The newest signal without what a person asked for, to look at again when time has passed.
        var latest: PolicySignal?
        var isWorking = true
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// `retraining` and the policy's name.
    package let name: String
    /// The policy that it acts by.
    package let policy: RetrainingPolicy

    private let ports: RetrainingPorts
    private let clock: @Sendable () -> Int64
    private let startedAt: Int64
    private let attempts: AttemptStore
    private let decisionStore: DecisionStore
    /// The key of the last decision, so that the database is asked only where there is another one.
    private let lastDecision = Mutex<String?>(nil)
    private let runner: AttemptRunner
    private let mailbox = Mutex(Mailbox())
    private let wake = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let holdReason = Mutex<String?>(nil)
    private let logger = Logger(label: "retraining")

    /// Makes the service; nothing happens until ``run()``.
    ///
    /// `clock` tells the time in Unix milliseconds.
    package init(
        policy: RetrainingPolicy,
        ports: RetrainingPorts,
        journal: LoopJournal,
        database: any SQLDatabase,
        clock: @escaping @Sendable () -> Int64 = { WallClock.nowMilliseconds() }
    ) {
        name = "retraining \(policy.name)"
        self.policy = policy
        self.ports = ports
        self.clock = clock
        startedAt = clock()
        attempts = AttemptStore(database: database)
        decisionStore = DecisionStore(database: database, project: policy.project, policy: policy.name)
        runner = AttemptRunner(policy: policy, ports: ports, journal: journal, attempts: attempts)
    }

    /// Hands over the state of the loop; returns at once.
    ///
    /// The newest signal counts.
    package func submit(_ signal: PolicySignal) {
        mailbox.withLock {
            let manual = ($0.signal?.triggers ?? []).filter { $0.kind == .manual }
            $0.signal = signal
            $0.signal?.triggers += manual
            $0.latest = signal
            $0.latest?.triggers.removeAll { $0.kind == .manual }
            if !signal.triggers.isEmpty { $0.isWorking = true }
        }
        wake.continuation.yield()
    }

    /// Looks at the newest signal again, since time has passed: what is due by schedule or age needs no signal of its own.
    ///
    /// Does nothing for a policy without these, and before the first signal, since nobody knows then how far the stream
    /// is.
    package func tick() {
        guard policy.schedule != nil || policy.maximumAgeMilliseconds != nil else { return }
        let isReady = mailbox.withLock { mailbox in
            guard mailbox.signal == nil, let latest = mailbox.latest else { return false }
            mailbox.signal = latest
            return true
        }
        if isReady { wake.continuation.yield() }
    }

    /// False while an attempt is under way, or a signal with a trigger waits to be looked at.
    package var isIdle: Bool { mailbox.withLock { !$0.isWorking } }

    /// Waits until no attempt is under way and no signal with a trigger waits to be looked at.
    package func waitUntilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = mailbox.withLock { mailbox in
                if mailbox.isWorking { mailbox.waiters.append(continuation) }
                return !mailbox.isWorking
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Why the policy does not act although something is the matter; nil where nothing is.
    package var heldBecause: String? { holdReason.withLock { $0 } }

    /// All attempts so far, oldest first.
    package func history() async throws -> [RetrainingAttempt] {
        try await attempts.attempts(project: policy.project, policy: policy.name)
    }

    /// What the policy decided, each time that it was something else, oldest first.
    package func decisions() async throws -> [RecordedDecision] {
        try await decisionStore.decisions()
    }

    package func run() async throws {
        for attempt in try await history() where !attempt.state.isFinal {
            logger.info("Going on with an attempt", ["attempt": attempt.id, "state": attempt.state.rawValue])
            await runner.finish(attempt)
        }
        settle()
        for await _ in wake.stream {
            while let signal = takeSignal() { try await act(on: signal) }
            settle()
        }
        settle()
    }

    package func stop() async {
        wake.continuation.finish()
    }

    private func act(on signal: PolicySignal) async throws {
        let past = try await history()
        let memory = try await memory(of: past)
        let now = clock()
        let decision = policy.decide(signal, memory: memory, nowMilliseconds: now)
        let reasons = policy.reasons(signal, memory: memory, nowMilliseconds: now)
        let inputs = DecisionInputs(
            reasons: reasons.map(\.message),
            qualityAlerts: signal.qualityAlerts,
            rowsSinceLastAttempt: memory.lastAttemptLabelledRows.map { signal.labelledRows - $0 },
            recentAttempts: memory.recentAttempts.count { $0 > now - 86_400_000 }
        )
        holdReason.withLock { $0 = decision.reason }
        guard case .start(let trigger) = decision else {
            return await keep(policy.record(decision, reasons: reasons, inputs: inputs, attempt: nil), signal, now)
        }
        let id = RandomID.hex()
        await keep(policy.record(decision, reasons: reasons, inputs: inputs, attempt: id), signal, now)
        let attempt = RetrainingAttempt(
            id: id,
            project: policy.project,
            policy: policy.name,
            trigger: trigger,
            state: .triggered,
            labelledRows: signal.labelledRows,
            labelOffsets: signal.labelOffsets,
            row: signal.row,
            inputs: inputs,
            failure: "",
            startedAt: now,
            updatedAt: now
        )
        try await attempts.save(attempt)
        await runner.finish(attempt)
    }

    /// Stores a decision that is another than the last one; nil says that nothing is the matter any more.
    private func keep(_ decision: NewDecision?, _ signal: PolicySignal, _ now: Int64) async {
        let isNew = lastDecision.withLock { last in
            defer { last = decision?.key }
            return last != decision?.key
        }
        guard isNew, let decision else { return }
        do {
            try await decisionStore.record(decision, on: signal, at: now)
        } catch {
            // The audit has a gap; the policy goes on, and what it starts is stored by itself.
            lastDecision.withLock { $0 = nil }
            logger.error("A decision could not be stored", ["policy": policy.name, "error": "\(error)"])
        }
    }

    private func memory(of past: [RetrainingAttempt]) async throws -> PolicyMemory {
        var memory = PolicyMemory(
            lastAttemptLabelledRows: past.last?.labelledRows,
            recentAttempts: past.map(\.startedAt),
            isBusy: past.contains { !$0.state.isFinal }
        )
        memory.scheduledSince = past.last?.startedAt ?? startedAt
        if policy.maximumAgeMilliseconds != nil {
            memory.championSince = try await ports.alias.championSince(model: policy.model, alias: policy.alias)
        }
        return memory
    }

    private func takeSignal() -> PolicySignal? {
        mailbox.withLock { mailbox in
            defer { mailbox.signal = nil }
            return mailbox.signal
        }
    }

    /// Lets those go on who wait, unless a new signal has come meanwhile.
    private func settle() {
        let waiters = mailbox.withLock { mailbox -> [CheckedContinuation<Void, Never>] in
            if let signal = mailbox.signal, !signal.triggers.isEmpty { return [] }
            mailbox.isWorking = false
            defer { mailbox.waiters = [] }
            return mailbox.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// What the service needs from the rest of the product.
package struct RetrainingPorts: Sendable {
    let data: any TrainingDataSource
    let trainer: any ModelTrainer
    let scorer: any HoldOutScorer
    let alias: any ChampionAlias

    /// Groups the ports.
    package init(
        data: any TrainingDataSource,
        trainer: any ModelTrainer,
        scorer: any HoldOutScorer,
        alias: any ChampionAlias
    ) {
        self.data = data
        self.trainer = trainer
        self.scorer = scorer
        self.alias = alias
    }
}
