/// Turns what a monitor finds into observations for the alert book.
struct AlertRules: Sendable {
    let definition: MonitorDefinition

    /// What the declared limits say of an estimate over labelled rows.
    func observations(of estimate: QualityEstimate) -> [AlertObservation] {
        guard let version = estimate.championVersion else { return [] }
        return definition.performance.map { limit in
            let value = estimate.quality.first { $0.role == limit.role }?[limit.metric]
            return observation(
                "performance.\(limit.role).\(limit.metric.rawValue)",
                .performance,
                limit,
                value: value,
                subject: "v\(version)",
                place: (estimate.window, estimate.row),
                message: "\(limit.metric.rawValue) of \(definition.model) version \(version) (\(limit.role)) is "
                    + "\(value.map(rounded) ?? "unknown"), \(limit.side) \(rounded(limit.limit)), "
                    + "over the last \(estimate.rows) labelled rows"
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
        return AlertObservation(
            monitor: definition.name,
            series: "drift",
            subject: reference,
            kind: .drift,
            severity: policy.severity,
            persistence: policy.persistence,
            value: measured ? Double(drifted.count) : nil,
            limit: Double(policy.minimumColumns),
            isBad: drifted.count >= policy.minimumColumns,
            isGood: drifted.count < policy.minimumColumns,
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
            let value = estimate.values[limit.metric]?.value
            return observation(
                "estimated.\(limit.metric.rawValue)",
                .estimated,
                limit,
                value: value,
                subject: "v\(version)",
                place: (window.index, window.lastRow),
                message: "estimated \(limit.metric.rawValue) of \(definition.model) version \(version) is "
                    + "\(value.map(rounded) ?? "unknown"), \(limit.side) \(rounded(limit.limit)), "
                    + "in window \(window.index), before its labels"
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
        message: String
    ) -> AlertObservation {
        let sign: Double = limit.metric.higherIsBetter ? 1 : -1
        let slack = value.map { sign * ($0 - limit.limit) }
        return AlertObservation(
            monitor: definition.name,
            series: series,
            subject: subject,
            kind: kind,
            severity: limit.severity,
            persistence: limit.persistence,
            value: value,
            limit: limit.limit,
            isBad: slack.map { $0 < 0 } ?? false,
            isGood: slack.map { $0 >= limit.recoveryMargin } ?? false,
            window: place.window,
            row: place.row,
            message: message
        )
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

extension PerformanceLimit {
    fileprivate var side: String { metric.higherIsBetter ? "below" : "above" }
}
