/// Turns what a monitor finds into observations for the alert book.
struct AlertRules: Sendable {
    let definition: MonitorDefinition

    /// What the declared limits say of an estimate over labelled rows.
    func observations(of estimate: QualityEstimate) -> [AlertObservation] {
        guard let version = estimate.championVersion else { return [] }
        return definition.performance.map { limit in
            observation(
                "performance.\(limit.role)",
                .performance,
                limit,
                value: estimate.quality.first { $0.role == limit.role }?[limit.metric],
                subject: "v\(version)",
                place: (estimate.window, estimate.row),
                isWhole: estimate.rows >= definition.evaluation.rows,
                what: "\(limit.metric.rawValue) of \(definition.model) version \(version) (\(limit.role))",
                rows: "over the last \(estimate.rows) labelled rows"
            )
        }
    }

    /// What a measured window shows: drift of inputs and predictions, quality of the data, estimates.
    func observations(of window: MonitoredWindow) -> [AlertObservation] {
        let drift = [driftObservation(of: window), predictionObservation(of: window)].compactMap { $0 }
        return drift + qualityObservations(of: window) + estimateObservations(of: window)
    }

    /// What the drift policy says of a window; nil when drift is not watched or could not be measured.
    func driftObservation(of window: MonitoredWindow) -> AlertObservation? {
        guard let policy = definition.drift, let reference = window.reference else { return nil }
        let measured = window.drift.contains { $0.measures != nil && $0.rows >= policy.minimumRows }
        let drifted = window.driftedColumns
        let needed = policy.neededColumns(of: window.drift.count { $0.measures != nil })
        return AlertObservation(
            monitor: definition.name,
            series: "drift",
            subject: reference,
            kind: .drift,
            severity: policy.severity,
            persistence: policy.persistence,
            value: measured ? Double(drifted.count) : nil,
            limit: Double(needed),
            isBad: drifted.count >= needed,
            isGood: drifted.count < needed,
            window: window.index,
            row: window.lastRow,
            message: "\(drifted.count) of \(window.drift.count) columns differ from \(reference): "
                + listed(drifted)
        )
    }

    /// What the champion's predictions say of themselves; nil when they are not watched or not comparable yet.
    private func predictionObservation(of window: MonitoredWindow) -> AlertObservation? {
        guard let policy = definition.drift, let drift = window.findings.predictions, let measures = drift.measures
        else { return nil }
        return AlertObservation(
            monitor: definition.name,
            series: "predictions",
            subject: "v\(drift.version)",
            kind: .predictions,
            severity: policy.severity,
            persistence: policy.persistence,
            value: drift.rows >= policy.minimumRows ? measures.stabilityIndex : nil,
            limit: policy.stabilityIndexLimit ?? 0,
            isBad: drift.drifted,
            isGood: !drift.drifted,
            window: window.index,
            row: window.lastRow,
            message: "predictions of \(definition.model) version \(drift.version) differ from its first window: "
                + "stability index \(rounded(measures.stabilityIndex)), "
                + "\(rounded(drift.positiveShare * 100)) % positive"
        )
    }

    /// What the declared limits say of a window's estimate.
    func estimateObservations(of window: MonitoredWindow) -> [AlertObservation] {
        guard let policy = definition.estimation, let estimate = window.findings.estimate,
            let version = estimate.version
        else { return [] }
        return policy.limits.map { limit in
            observation(
                "estimated",
                .estimated,
                limit,
                value: estimate.values[limit.metric]?.value,
                subject: "v\(version)",
                place: (window.index, window.lastRow),
                isWhole: window.championVersions == [version],
                what: "estimated \(limit.metric.rawValue) of \(definition.model) version \(version)",
                rows: "in window \(window.index), before its labels"
            )
        }
    }

    private func observation(
        _ series: String,
        _ kind: MonitorAlert.Kind,
        _ limit: PerformanceLimit,
        value: Double?,
        subject: String,
        place: (window: Int, row: Int64),
        isWhole: Bool,
        what: String,
        rows: String
    ) -> AlertObservation {
        let higherIsBetter = limit.metric.higherIsBetter
        var observation = AlertObservation(
            monitor: definition.name,
            series: "\(series).\(limit.metric.rawValue)",
            subject: subject,
            kind: kind,
            severity: limit.severity,
            persistence: limit.persistence,
            value: value,
            limit: 0,
            isBad: false,
            isGood: false,
            window: place.window,
            row: place.row,
            message: ""
        )
        switch limit.bound {
        case .value(let bound):
            let slack = value.map { higherIsBetter ? $0 - bound : bound - $0 }
            observation.limit = bound
            observation.isBad = slack.map { $0 < 0 } ?? false
            observation.isGood = slack.map { $0 >= limit.recoveryMargin } ?? false
            observation.message =
                "\(what) is \(value.map(rounded) ?? "unknown"), \(higherIsBetter ? "below" : "above") "
                + "\(rounded(bound)), \(rows)"
        case .drop(let share):
            // Beside a fixed limit of the same metric: an alert of its own.
            observation.series += ".drop"
            observation.relative = BaselineLimit(
                drop: share,
                higherIsBetter: higherIsBetter,
                recoveryMargin: limit.recoveryMargin,
                mayBeBaseline: isWhole,
                what: what,
                rows: rows
            )
        }
        return observation
    }

    /// At most five names, and how many more there are.
    func listed(_ names: [String]) -> String {
        let rest = names.count - 5
        return names.prefix(5).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    func rounded(_ value: Double) -> String {
        "\((value * 10_000).rounded() / 10_000)"
    }
}
