internal import Execution
internal import Primitives
package import SQLStore
package import Streams
internal import Telemetry

/// Watches one model: reads its topics, keeps the state, stores what it finds and tells the observer.
///
/// Everything that follows from a batch of records is stored in one transaction together with the state and the
/// offsets behind the batch, so a kill at any moment and a restart give the same windows and alerts as if nothing had
/// happened. The observer is told after that, at least once.
package actor MonitorService: Service {
    /// Opens a reader at the given offsets; called again after a failure.
    package typealias ReaderSource = @Sendable ([(TopicPartition, Int64)]) throws -> any RecordReader

    /// How the service behaves; the defaults are for production.
    package struct Options: Sendable {
        /// The most records in one transaction.
        package var batchRecords = 2000
        /// How long to wait for records before looking around.
        package var pollInterval = Duration.milliseconds(200)
        /// How long rows may stand still before they stop waiting for predictions or labels whose time is over.
        package var stallTimeout = Duration.seconds(60)
        /// The first wait after a failure; doubles up to 2 s.
        package var retryInterval = Duration.milliseconds(250)

        /// The defaults.
        package init() {}
    }

    package nonisolated let name: String

    /// What is watched.
    package nonisolated let definition: MonitorDefinition

    private let store: MonitorStore
    private let openReader: ReaderSource
    private let referenceSource: any ReferenceSource
    private let observer: (any MonitorObserver)?
    private let options: Options
    private let messages: MonitorMessages
    private let rules: AlertRules
    private let logger = Logger(label: "monitor")

    private var stopping = false
    private var streamHasEnded = false
    private var state: MonitorSnapshot
    private var judge: DriftJudge?
    private var hasNotices = true
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
        options: Options = Options(),
        openReader: @escaping ReaderSource
    ) throws(MonitorError) {
        try definition.validate()
        name = "monitor \(definition.name)"
        self.definition = definition
        store = MonitorStore(database: database)
        self.openReader = openReader
        referenceSource = reference
        self.observer = observer
        self.options = options
        messages = MonitorMessages(definition)
        rules = AlertRules(definition: definition)
        state = MonitorSnapshot(positions: [:], assembler: WindowAssembler(definition), alerts: AlertBook())
    }

    /// What was read and joined so far.
    package var counters: MonitorCounters { state.assembler.currentCounters }

    /// Rows of the input that are done with: labelled, or given up.
    package var settledRows: Int { Int(state.assembler.settledThrough - definition.startOffset) }

    /// The alerts that hold now, oldest first.
    package var openAlerts: [MonitorAlert] { state.alerts.openAlerts }

    /// The dataset version that windows are compared with; nil when there is none yet.
    package var reference: ReferenceDataset? { judge?.reference }

    /// Compares windows from now on with another dataset version, durably: on promotion, the new training data.
    ///
    /// - Throws: `MonitorError` or the source's error when the version or a column is missing; the old reference stays.
    package func setReference(_ reference: ReferenceDataset) async throws {
        guard reference != judge?.reference else { return }
        let judge = try await makeJudge(reference)
        try await store.setReference(reference, of: definition.name)
        self.judge = judge
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
        if let reference = saved.reference {
            do {
                judge = try await makeJudge(reference)
            } catch {
                problem = "no reference: \(error)"
                logger.error("Reference not readable", ["monitor": definition.name, "reason": "\(error)"])
            }
        }
        lastProgress = MonotonicClock.nowNanoseconds()
    }

    private func makeJudge(_ reference: ReferenceDataset) async throws -> DriftJudge? {
        guard let policy = definition.drift else { return nil }
        let columns = definition.featureColumns
        let values = try await referenceSource.columns(columns, of: reference)
        return try DriftJudge(values, of: reference, columns: columns, policy: policy)
    }

    /// Reads and works until stopped; throws when a topic or the database fails.
    private func watch() async throws {
        let reader = try openReader(assignments())
        do {
            while !stopping {
                try await deliverNotices()
                let records = try await reader.next(maximum: options.batchRecords, wait: options.pollInterval)
                problem = nil
                try await work(on: records)
                if records.isEmpty && streamHasEnded { try await closeOpenWindow() }
            }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
    }

    private func assignments() -> [(TopicPartition, Int64)] {
        let topics = [definition.inputTopic, definition.labelsTopic] + definition.predictionTopics.map(\.topic)
        return topics.map { topic in
            let start = topic == definition.inputTopic ? definition.startOffset : LogicalOffset.beginning
            return (TopicPartition(topic, 0), state.positions[topic] ?? start)
        }
    }

    /// Applies records to a copy of the state and takes it over once it is stored.
    private func work(on records: [StreamRecord]) async throws {
        var next = state
        for record in records {
            next.positions[record.topic] = record.offset + 1
            next.assembler.receive(messages.event(record))
        }
        var changes: [MonitorStore.Change] = []
        var estimates: [(QualityEstimate, [MonitorAlert])] = []
        let settled = next.assembler.settledThrough
        while let step = next.assembler.nextStep(forced: isStalled) {
            apply(step, to: &next.alerts, &changes, &estimates)
        }
        if next.assembler.settledThrough != settled { lastProgress = MonotonicClock.nowNanoseconds() }
        if !changes.isEmpty {
            try await store.save(definition.name, state: next.encoded(), changes: changes)
            hasNotices = true
        }
        state = next
        for (estimate, alerts) in estimates {
            latestEstimate = estimate
            await observer?.monitor(definition.name, didEstimate: estimate, openAlerts: alerts)
        }
    }

    /// Closes the window that the end of the stream left open.
    private func closeOpenWindow() async throws {
        guard state.assembler.currentCounters.unlabelled == 0 else { return }
        var next = state
        streamHasEnded = false
        guard let assembled = next.assembler.closeOpenWindow() else { return }
        var changes: [MonitorStore.Change] = []
        var estimates: [(QualityEstimate, [MonitorAlert])] = []
        apply(.window(assembled), to: &next.alerts, &changes, &estimates)
        try await store.save(definition.name, state: next.encoded(), changes: changes)
        hasNotices = true
        state = next
    }

    private func apply(
        _ step: MonitorStep,
        to alerts: inout AlertBook,
        _ changes: inout [MonitorStore.Change],
        _ estimates: inout [(QualityEstimate, [MonitorAlert])]
    ) {
        let now = WallClock.nowMilliseconds()
        var observations: [AlertObservation] = []
        switch step {
        case .estimate(let estimate):
            observations = rules.observations(of: estimate)
        case .window(let assembled):
            let window = MonitoredWindow(assembled, of: definition.name, judge: judge, closedAt: now)
            changes.append(.window(window))
            if let observation = rules.observation(of: window) { observations = [observation] }
        }
        for observation in observations {
            changes += alerts.observe(observation, now: now).map { .alert($0) }
        }
        if case .estimate(let estimate) = step { estimates.append((estimate, alerts.openAlerts)) }
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
            switch notice.content {
            case .window(let window): try await observer.monitor(definition.name, didClose: window)
            case .opened(let alert): try await observer.monitor(definition.name, didOpen: alert)
            case .resolved(let alert): try await observer.monitor(definition.name, didResolve: alert)
            }
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
        state.positions[lost.topic] = LogicalOffset.beginning
    }
}

extension MonitoredWindow {
    fileprivate init(_ window: AssembledWindow, of monitor: String, judge: DriftJudge?, closedAt: Int64) {
        self.init(
            monitor: monitor,
            index: window.index,
            firstRow: window.firstRow,
            lastRow: window.lastRow,
            rows: window.rows,
            labelled: window.labelled,
            unscored: window.unscored,
            quality: window.quality,
            championVersions: window.championVersions,
            drift: judge?.compare(window.columns) ?? [],
            reference: judge?.reference.description,
            closedAt: closedAt
        )
    }
}
