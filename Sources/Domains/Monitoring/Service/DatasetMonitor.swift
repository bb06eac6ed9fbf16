internal import Execution
internal import Primitives
package import SQLStore
internal import Telemetry

/// Tells which versions a dataset has.
package protocol DatasetVersions: Sendable {
    /// The numbers of the versions, ascending; empty where there is no such dataset.
    func versions(of dataset: String) async throws -> [Int]
}

/// Watches a dataset: each new version is a window, looked at once, beside the reference.
///
/// The reference is the version that the definition names, else version 1. What a version showed is stored in one
/// transaction with the fact that it was looked at; the observer is told after that, at least once.
package actor DatasetMonitor: Service {
    private static let positionKey = "version"

    package nonisolated let name: String

    /// What is watched.
    package nonisolated let definition: MonitorDefinition

    private let dataset: String
    private let store: MonitorStore
    private let versions: any DatasetVersions
    private let source: any ReferenceSource
    private let observer: (any MonitorObserver)?
    private let interval: Duration
    private let rules: AlertRules
    private let logger = Logger(label: "monitor")

    private var stopping = false
    private var state: MonitorSnapshot
    private var inspector: WindowInspector

    /// What keeps the monitor from its work now, in words; nil when all is well.
    package private(set) var problem: String?

    /// Prepares a monitor; it begins with ``run()`` and looks for new versions every `interval`.
    ///
    /// - Throws: `MonitorError` when the definition makes no sense, or names no dataset.
    package init(
        _ definition: MonitorDefinition,
        database: any SQLDatabase,
        versions: any DatasetVersions,
        source: any ReferenceSource,
        observer: (any MonitorObserver)?,
        interval: Duration = .seconds(2)
    ) throws(MonitorError) {
        try definition.validate()
        guard let dataset = definition.dataset else {
            throw MonitorError(.invalidDefinition, "monitor '\(definition.name)': dataset is missing")
        }
        name = "monitor \(definition.name)"
        self.definition = definition
        self.dataset = dataset
        store = MonitorStore(database: database)
        self.versions = versions
        self.source = source
        self.observer = observer
        self.interval = interval
        rules = AlertRules(definition: definition)
        state = MonitorSnapshot(
            intake: MonitorIntake(definition),
            assembler: WindowAssembler(definition),
            alerts: AlertBook()
        )
        inspector = WindowInspector(columns: definition.columns)
    }

    /// The rows of all versions that were looked at.
    package var counters: MonitorCounters { state.assembler.currentCounters }

    /// The version that others are compared with; nil before the first look.
    package var reference: ReferenceDataset? { inspector.reference }

    /// The alerts that hold now, oldest first.
    package var openAlerts: [MonitorAlert] { state.alerts.openAlerts }

    /// Watches until ``stop()``; what keeps it from its work shows in ``problem`` and is tried again.
    package func run() async throws {
        var restored = false
        while !stopping {
            do {
                if !restored { try await restore() }
                restored = true
                try await look()
                problem = nil
            } catch {
                if problem != "\(error)" {
                    logger.warning("Monitor interrupted", ["monitor": definition.name, "reason": "\(error)"])
                }
                problem = "\(error)"
            }
            if !stopping { try? await Task.sleep(for: interval) }
        }
    }

    /// Ends ``run()`` after the version that is being looked at, and its rest.
    package func stop() async {
        stopping = true
    }

    private func restore() async throws {
        if let text = try await store.load(definition.name).state {
            state = try MonitorSnapshot(decoding: text, for: definition)
        }
    }

    /// Looks at every version that was not looked at.
    private func look() async throws {
        try await tell()
        let all = try await versions.versions(of: dataset)
        let reference = definition.reference ?? ReferenceDataset(dataset: dataset, version: 1)
        let seen = Int(state.intake.positions[Self.positionKey]?[0] ?? 0)
        for version in all where version > seen && !stopping {
            let current = ReferenceDataset(dataset: dataset, version: version)
            if current != reference { try await look(at: current, beside: reference) }
            state.intake.didRead(Self.positionKey, through: Int64(version))
        }
        if definition.repeatMilliseconds != nil { try await store.sendAgain(openAlerts, of: definition) }
    }

    private func look(at current: ReferenceDataset, beside reference: ReferenceDataset) async throws {
        if inspector.reference != reference {
            let values = try await source.columns(definition.columns, of: reference)
            inspector = try WindowInspector(
                values,
                of: reference,
                columns: definition.columns,
                policy: definition.drift
            )
        }
        let values = try await source.columns(definition.columns, of: current)
        let columns = definition.columns.map { values[$0.name]?.cells ?? [] }
        var turn = MonitorTurn(state: state, rules: rules, inspector: inspector, now: WallClock.nowMilliseconds())
        turn.complete(AssembledWindow(version: current.version, columns: columns), findings: nil)
        turn.state.assembler.counters.rows += columns.first?.count ?? 0
        turn.state.intake.didRead(Self.positionKey, through: Int64(current.version))
        try await store.save(definition, state: turn.state.encoded(), changes: turn.changes)
        state = turn.state
        try await tell()
    }

    /// Tells the observer what it has not been told yet.
    private func tell() async throws {
        guard let observer else { return }
        for notice in try await store.notices(of: definition.name, limit: 1000) {
            try await notice.content.tell(observer, of: definition.name)
            try await store.deliver(notice.number, of: definition.name)
        }
    }
}

extension MonitorStore.Notice.Content {
    /// Tells an observer.
    func tell(_ observer: any MonitorObserver, of monitor: String) async throws {
        switch self {
        case .window(let window): try await observer.monitor(monitor, didClose: window)
        case .opened(let alert): try await observer.monitor(monitor, didOpen: alert)
        case .resolved(let alert): try await observer.monitor(monitor, didResolve: alert)
        }
    }
}

extension ReferenceColumn {
    /// The values as those of a window.
    package var cells: [Cell] {
        switch self {
        case .numbers(let values):
            values.map { (value: Double) -> Cell in
                if value.isNaN { return .missing }
                return value.isFinite ? .number(value) : .nonFinite
            }
        case .categories(let values):
            values.map { (text: String?) -> Cell in text.map { Cell.category(Cell.cut($0)) } ?? .missing }
        }
    }
}

extension AssembledWindow {
    /// A whole version of a dataset.
    fileprivate init(version: Int, columns: [[Cell]]) {
        let rows = columns.first?.count ?? 0
        self.init(
            index: version,
            firstRow: 0,
            lastRow: Int64(max(0, rows - 1)),
            firstTime: nil,
            lastTime: nil,
            rows: rows,
            labelled: 0,
            unscored: 0,
            quality: [],
            championVersions: [],
            scores: [],
            rowNumbers: (0..<rows).map(Int64.init),
            columns: columns
        )
    }
}
