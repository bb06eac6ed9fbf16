internal import Execution
internal import Primitives
package import SQLStore
package import Streams
internal import Synchronization
internal import Telemetry

/// Watches one model: reads its topics, keeps the state, stores what it finds and tells the observer.
///
/// Everything that follows from a batch of records is stored in one transaction together with the state and the
/// offsets behind the batch, so a kill at any moment and a restart give the same windows and alerts as if nothing had
/// happened. The observer is told after that, at least once.
package actor MonitorService: Service {
    /// Opens a reader at the given offsets; called again after a failure.
    package typealias ReaderSource = @Sendable ([(TopicPartition, Int64)]) throws -> any RecordReader

    /// Tells how many partitions a topic has; throws where it does not exist.
    package typealias PartitionCounter = @Sendable (_ topic: String) async throws -> Int

    /// How the service behaves; the defaults are for production.
    package struct Options: Sendable {
        /// The most records in one transaction.
        package var batchRecords = 2000
        /// How long to wait for records before looking around.
        package var pollInterval = Duration.milliseconds(200)
        /// How long rows may stand still before they stop waiting for predictions or labels whose time is over.
        package var stallTimeout = Duration.seconds(60)
        /// The least time from one look at windows that got labels to the next.
        package var fillInterval = Duration.seconds(1)
        /// How often the health of the service is looked at.
        package var healthInterval = Duration.seconds(5)
        /// How often alerts are looked at that may have to be sent again.
        package var repeatInterval = Duration.seconds(10)
        /// The first wait after a failure; doubles up to 2 s.
        package var retryInterval = Duration.milliseconds(250)
        /// How many polls without a record make the topics idle: then no partition that is behind is waited for.
        package var idlePolls = 150
        /// How often topics are asked for partitions that were added.
        package var recountInterval = Duration.seconds(30)

        /// The defaults.
        package init() {}
    }

    package nonisolated let name: String

    /// What is watched.
    package nonisolated let definition: MonitorDefinition

    private let store: MonitorStore
    private let countPartitions: PartitionCounter
    private let openReader: ReaderSource
    private let referenceSource: any ReferenceSource
    private let healthSource: (any HealthSource)?
    private let observer: (any MonitorObserver)?
    private let options: Options
    private let messages: MonitorMessages
    private let rules: AlertRules
    private let logger = Logger(label: "monitor")

    private var stopping = false
    private var streamHasEnded = false
    private var state: MonitorSnapshot
    private var inspector: WindowInspector
    /// What windows that are not complete yet have shown; read back from storage after a restart.
    private var findings: [Int: WindowFindings] = [:]
    private var health = HealthJudge()
    private var hasNotices = true
    private var lastFill = Int64.min
    private var lastHealthLook = Int64.min
    private var lastRepeatLook = Int64.min
    private var lastProgress = MonotonicClock.nowNanoseconds()

    /// The newest rolling estimate, nil before the first.
    package private(set) var latestEstimate: QualityEstimate?

    /// What keeps the monitor from its work now, in words; nil when all is well.
    package private(set) var problem: String?

    /// Prepares a monitor; it begins with ``run()``.
    ///
    /// - Throws: `MonitorError` when the definition makes no sense.
    package init(
        _ definition: MonitorDefinition,
        database: any SQLDatabase,
        reference: any ReferenceSource,
        observer: (any MonitorObserver)?,
        health: (any HealthSource)? = nil,
        options: Options = Options(),
        countPartitions: @escaping PartitionCounter = { _ in 1 },
        openReader: @escaping ReaderSource
    ) throws(MonitorError) {
        try definition.validate()
        name = "monitor \(definition.name)"
        self.definition = definition
        store = MonitorStore(database: database)
        self.countPartitions = countPartitions
        self.openReader = openReader
        referenceSource = reference
        healthSource = health
        inspector = WindowInspector(columns: definition.columns)
        self.observer = observer
        self.options = options
        messages = MonitorMessages(definition)
        rules = AlertRules(definition: definition)
        state = MonitorSnapshot(
            intake: MonitorIntake(definition),
            assembler: WindowAssembler(definition),
            alerts: AlertBook()
        )
    }

    /// What was read and joined so far.
    package var counters: MonitorCounters { state.assembler.currentCounters }

    /// By partition of the labels' topic, the offset behind the last label that was read.
    package var labelOffsets: [Int32: Int64] { state.labelOffsets }

    /// The position in the input up to which all rows are done with: labelled, or given up; of any thread.
    package nonisolated var settledThrough: Int { settled.load(ordering: .relaxed) }

    private nonisolated let settled = Atomic<Int>(0)

    /// Rows of the input that are done with: labelled, or given up.
    package var settledRows: Int { Int(state.assembler.settledThrough - definition.startOffset) }

    /// Whether rows are done with that lie in no closed window.
    package var hasOpenWindow: Bool { state.assembler.hasOpenWindow }

    /// The alerts that hold now, oldest first.
    package var openAlerts: [MonitorAlert] { state.alerts.openAlerts }

    /// The dataset version that windows are compared with; nil when there is none yet.
    package var reference: ReferenceDataset? { inspector.reference }

    /// Compares windows from now on with another dataset version, durably: on promotion, the new training data.
    ///
    /// - Throws: `MonitorError` or the source's error when the version or a column is missing; the old reference stays.
    package func setReference(_ reference: ReferenceDataset) async throws {
        guard reference != inspector.reference else { return }
        let inspector = try await makeInspector(reference)
        try await store.setReference(reference, of: definition.name)
        self.inspector = inspector
    }

    /// Watches until ``stop()``.
    ///
    /// What keeps it from its work, a topic that is not there, a full disk, a state that belongs to another
    /// declaration, shows in ``problem`` and is tried again; the rest of the server goes on.
    package func run() async throws {
        var restored = false
        var wait = options.retryInterval
        while !stopping {
            do {
                if !restored { try await restore() }
                restored = true
                try await watch()
                wait = options.retryInterval
            } catch {
                report("\(error)")
                recover(from: error)
                try? await Task.sleep(for: wait)
                wait = min(wait * 2, .seconds(2))
            }
        }
    }

    /// Notes what is wrong, and logs it when it is news.
    private func report(_ reason: String) {
        guard problem != reason else { return }
        problem = reason
        logger.warning("Monitor interrupted", ["monitor": definition.name, "reason": reason])
    }

    /// Says that the stream has ended for good: once all that was sent is settled, the open window is closed with
    /// the rows that it has.
    ///
    /// For replays of bounded data. May be said again, also after a restart; should rows come after all, the window is
    /// closed anew when it is full.
    package func endStream() {
        streamHasEnded = true
    }

    /// Ends ``run()`` after the batch that is being worked on.
    package func stop() async {
        stopping = true
    }

    // MARK: Work

    private func restore() async throws {
        let saved = try await store.load(definition.name)
        if let text = saved.state { state = try MonitorSnapshot(decoding: text, for: definition) }
        var turn = MonitorTurn(state: state, rules: rules, inspector: inspector, now: WallClock.nowMilliseconds())
        turn.endAlertsOfRemovedDetectors()
        try await take(turn)
        settled.store(Int(state.assembler.settledThrough), ordering: .relaxed)
        if let reference = definition.reference ?? saved.reference, reference != inspector.reference {
            do {
                inspector = try await makeInspector(reference)
            } catch {
                problem = "no reference: \(error)"
                logger.error("Reference not readable", ["monitor": definition.name, "reason": "\(error)"])
            }
        }
        lastProgress = MonotonicClock.nowNanoseconds()
    }

    private func makeInspector(_ reference: ReferenceDataset) async throws -> WindowInspector {
        let values = try await referenceSource.columns(definition.columns, of: reference)
        return try WindowInspector(values, of: reference, columns: definition.columns, policy: definition.drift)
    }

    /// Reads and works until stopped; throws when a topic or the database fails.
    private func watch() async throws {
        while !stopping {
            let partitions = try await partitionCounts()
            state.intake.open(partitions: partitions, after: state.assembler)
            let reader = try openReader(assignments(partitions))
            do {
                try await read(reader, partitions)
            } catch {
                await reader.close()
                throw error
            }
            await reader.close()
        }
    }

    /// Reads until stopped, or until a topic has got more partitions.
    private func read(_ reader: any RecordReader, _ partitions: [String: Int]) async throws {
        var emptyPolls = 0
        var lastCount = MonotonicClock.nowNanoseconds()
        while !stopping {
            try await deliverNotices()
            let records = try await reader.next(maximum: options.batchRecords, wait: options.pollInterval)
            problem = nil
            emptyPolls = records.isEmpty ? emptyPolls + 1 : 0
            try await work(on: records, from: reader, isIdle: emptyPolls >= options.idlePolls)
            if records.isEmpty && streamHasEnded { try await closeOpenWindows() }
            try await lookAround()
            if isDue(&lastCount, options.recountInterval), try await partitionCounts() != partitions { return }
        }
    }

    private var topics: [String] {
        [definition.inputTopic] + (definition.labelsTopic.map { [$0] } ?? [])
            + definition.predictionTopics.map(\.topic)
    }

    private func partitionCounts() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for topic in topics { counts[topic] = try await countPartitions(topic) }
        return counts
    }

    private func assignments(_ partitions: [String: Int]) -> [(TopicPartition, Int64)] {
        topics.flatMap { topic in
            let start = topic == definition.inputTopic ? definition.startOffset : LogicalOffset.beginning
            return (0..<Int32(partitions[topic] ?? 1)).map { partition in
                (TopicPartition(topic, partition), state.intake.positions[topic]?[partition] ?? start)
            }
        }
    }

    /// Applies records to a copy of the state and takes it over once it is stored.
    private func work(on records: [StreamRecord], from reader: any RecordReader, isIdle: Bool) async throws {
        var turn = MonitorTurn(state: state, rules: rules, inspector: inspector, now: WallClock.nowMilliseconds())
        for record in records { turn.state.intake.receive(messages.event(record), record) }
        let isStalled = isStalled
        while let step = turn.state.intake.nextStep(isIdle: isIdle, isStalled: isStalled, end: reader.knownEnd) {
            switch step {
            case .event(let event): turn.state.assembler.receive(event)
            case .passed(let role, let through): turn.state.assembler.didPass(role: role, through: through)
            }
        }
        let settled = turn.state.assembler.settledThrough
        while let step = turn.state.assembler.nextStep(forced: isStalled) {
            try await apply(step, to: &turn)
        }
        turn.state.intake.forget(before: turn.state.assembler.firstOffset)
        if turn.state.assembler.settledThrough != settled { lastProgress = MonotonicClock.nowNanoseconds() }
        try await fill(&turn)
        try await take(turn)
    }

    private func apply(_ step: MonitorStep, to turn: inout MonitorTurn) async throws {
        switch step {
        case .estimate(let estimate): turn.take(estimate)
        case .detector(let news): turn.take(news)
        case .measured(let window): findings[window.index] = turn.measure(window)
        case .complete(let window): turn.complete(window, findings: try await findings(of: window))
        }
    }

    /// What a window showed when it was measured; nil for one that never was.
    private func findings(of window: AssembledWindow) async throws -> WindowFindings? {
        if let known = findings.removeValue(forKey: window.index) { return known }
        guard window.rowNumbers.isEmpty, window.rows > 0 else { return nil }
        return try await store.window(window.index, of: definition.name)?.findings
    }

    /// Looks again at measured windows that got labels.
    private func fill(_ turn: inout MonitorTurn) async throws {
        guard isDue(&lastFill, options.fillInterval) else { return }
        for window in turn.state.assembler.takeRefilled(limit: 8) {
            if findings[window.index] == nil {
                findings[window.index] = try await store.window(window.index, of: definition.name)?.findings
            }
            guard let known = findings[window.index] else { continue }
            findings[window.index] = turn.fill(window, findings: known)
        }
    }

    /// Stores what a turn has found, then goes on from its state.
    private func take(_ turn: MonitorTurn) async throws {
        if !turn.changes.isEmpty {
            try await store.save(definition, state: turn.state.encoded(), changes: turn.changes)
            hasNotices = true
        }
        state = turn.state
        settled.store(Int(state.assembler.settledThrough), ordering: .relaxed)
        for window in turn.filled { await observer?.monitor(definition.name, didFill: window) }
        for (estimate, alerts) in turn.estimates {
            latestEstimate = estimate
            await observer?.monitor(definition.name, didEstimate: estimate, openAlerts: alerts)
        }
    }

    /// Closes the windows that the end of the stream left open.
    private func closeOpenWindows() async throws {
        guard state.assembler.currentCounters.unlabelled == 0 else { return }
        streamHasEnded = false
        var turn = MonitorTurn(state: state, rules: rules, inspector: inspector, now: WallClock.nowMilliseconds())
        for window in turn.state.assembler.closeOpenWindows() {
            turn.complete(window, findings: try await findings(of: window))
        }
        try await take(turn)
    }

    /// What does not come from records: the health of the service, and alerts to be sent again.
    private func lookAround() async throws {
        if let policy = definition.health, let healthSource, isDue(&lastHealthLook, options.healthInterval) {
            let readings = await healthSource.readings(for: definition)
            var turn = MonitorTurn(state: state, rules: rules, inspector: inspector, now: WallClock.nowMilliseconds())
            let observations = health.judge(
                readings,
                policy: policy,
                definition: definition,
                at: state.assembler.newestPlace,
                now: (MonotonicClock.nowNanoseconds(), turn.now)
            )
            turn.take(observations)
            try await take(turn)
        }
        if definition.repeatMilliseconds != nil, isDue(&lastRepeatLook, options.repeatInterval) {
            try await store.sendAgain(state.alerts.openAlerts, of: definition)
        }
    }

    private func isDue(_ last: inout Int64, _ interval: Duration) -> Bool {
        let now = MonotonicClock.nowNanoseconds()
        guard last == .min || .nanoseconds(now - last) >= interval else { return false }
        last = now
        return true
    }

    private var isStalled: Bool {
        let elapsed = Duration.nanoseconds(MonotonicClock.nowNanoseconds() - lastProgress)
        return elapsed > options.stallTimeout
    }

    /// Tells the observer what it has not been told yet; a failure leaves the rest for the next time.
    private func deliverNotices() async throws {
        guard hasNotices else { return }
        while true {
            let notices = try await store.notices(of: definition.name, limit: 100)
            for notice in notices {
                guard await deliver(notice) else { return }
                try await store.deliver(notice.number, of: definition.name)
            }
            if notices.isEmpty { break }
        }
        hasNotices = false
    }

    private func deliver(_ notice: MonitorStore.Notice) async -> Bool {
        guard let observer else { return true }
        do {
            try await notice.content.tell(observer, of: definition.name)
            return true
        } catch {
            report("the observer failed: \(error)")
            return false
        }
    }

    /// Where a topic no longer holds the offset that was read last, goes on with what it holds.
    private func recover(from error: any Error) {
        guard let error = error as? StreamError, error.code == .offsetOutOfRange, let lost = error.partition else {
            return
        }
        logger.error("Records were deleted before they were read", ["topic": lost.topic])
        state.intake.readFromBeginning(lost)
    }
}
