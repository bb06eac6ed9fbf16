/// One turn of a monitor's work: the state that it leads to, and what follows from it.
///
/// Nothing of it counts before it is stored.
struct MonitorTurn {
    var state: MonitorSnapshot
    let rules: AlertRules
    let inspector: WindowInspector
    /// Unix milliseconds.
    let now: Int64

    private(set) var changes: [MonitorStore.Change] = []
    private(set) var estimates: [(QualityEstimate, [MonitorAlert])] = []
    private(set) var filled: [MonitoredWindow] = []

    private var definition: MonitorDefinition { rules.definition }

    init(state: MonitorSnapshot, rules: AlertRules, inspector: WindowInspector, now: Int64) {
        self.state = state
        self.rules = rules
        self.inspector = inspector
        self.now = now
    }

    /// Takes a rolling estimate.
    mutating func take(_ estimate: QualityEstimate) {
        take(rules.observations(of: estimate))
        var estimate = estimate
        estimate.labelOffsets = state.labelOffsets
        estimates.append((estimate, state.alerts.openAlerts))
    }

    /// Takes what a detector tells.
    mutating func take(_ news: DetectorNews) {
        if case .changed(let change, _) = news.content { changes.append(.change(change)) }
        take([rules.observation(of: news)])
    }

    /// Ends the alerts of detectors that are not declared any more.
    mutating func endAlertsOfRemovedDetectors() {
        let row = state.assembler.newestPlace.row
        changes += state.alerts.forget(at: row, now: now, rules.isOfRemovedDetector).map { .alert($0) }
    }

    /// Takes observations, whatever they are of.
    mutating func take(_ observations: [AlertObservation]) {
        for observation in observations {
            changes += state.alerts.observe(observation, now: now).map { .alert($0) }
        }
    }

    /// Looks at a window whose rows are all there; returns what they show.
    mutating func measure(_ window: AssembledWindow) -> WindowFindings {
        let findings = inspect(window)
        let record = record(window, findings, .filling)
        fill(record)
        take(rules.observations(of: record))
        return findings
    }

    /// Stores the quality of a measured window by the labels that it has so far, and its estimate where that could not
    /// be made before; returns what is known of it now.
    mutating func fill(_ window: AssembledWindow, findings known: WindowFindings) -> WindowFindings {
        var findings = known
        let lacksEstimate = definition.estimation != nil && known.estimate?.values.isEmpty ?? true
        if lacksEstimate { findings.estimate = state.memory.estimate(window) }
        let record = record(window, findings, .filling)
        fill(record)
        if lacksEstimate { take(rules.estimateObservations(of: record)) }
        return findings
    }

    /// Stores a window to which nothing more will come; `findings` is nil where it was never measured.
    mutating func complete(_ window: AssembledWindow, findings known: WindowFindings?) {
        var findings = known ?? inspect(window)
        if definition.estimation != nil, findings.estimate?.values.isEmpty ?? true {
            findings.estimate = state.memory.estimate(window)
        }
        let record = record(window, findings, .complete)
        changes.append(.window(record))
        if known == nil { take(rules.observations(of: record)) }
        guard let policy = definition.estimation else { return }
        let before = state.memory.calibration
        state.memory.learn(from: window, policy: policy)
        if before == nil, state.memory.calibration != nil { state.assembler.refillMeasured() }
    }

    private mutating func fill(_ window: MonitoredWindow) {
        changes.append(.filled(window))
        filled.append(window)
    }

    private mutating func inspect(_ window: AssembledWindow) -> WindowFindings {
        var findings = inspector.inspect(window)
        if let policy = definition.drift { findings.predictions = state.memory.compare(window, policy: policy) }
        if definition.estimation != nil { findings.estimate = state.memory.estimate(window) }
        return findings
    }

    private func record(
        _ window: AssembledWindow,
        _ findings: WindowFindings,
        _ phase: MonitoredWindow.State
    ) -> MonitoredWindow {
        MonitoredWindow(
            monitor: definition.name,
            index: window.index,
            firstRow: window.firstRow,
            lastRow: window.lastRow,
            firstTime: window.firstTime,
            lastTime: window.lastTime,
            rows: window.rows,
            labelled: window.labelled,
            unscored: window.unscored,
            quality: quality(window),
            championVersions: window.championVersions,
            findings: findings,
            state: phase,
            closedAt: now
        )
    }

    /// The quality by role: that no label has come yet is said of each, nothing where none is waited for.
    private func quality(_ window: AssembledWindow) -> [RoleQuality] {
        guard definition.labelsTopic != nil, window.quality.isEmpty else {
            return definition.labelsTopic == nil ? [] : window.quality
        }
        return definition.predictionTopics.map { JudgedRows(definition.task).quality(of: $0.role) }
    }
}
