/// Turns estimates and windows into observations for the alert book.
struct AlertRules: Sendable {
    let definition: MonitorDefinition

    /// What the declared limits say of an estimate.
    func observations(of estimate: QualityEstimate) -> [AlertObservation] {
        guard let version = estimate.championVersion else { return [] }
        return definition.performance.map { limit in
            let value = estimate.quality.first { $0.role == limit.role }?[limit.metric]
            let sign: Double = limit.metric.higherIsBetter ? 1 : -1
            let slack = value.map { sign * ($0 - limit.limit) }
            return AlertObservation(
                monitor: definition.name,
                series: "performance.\(limit.role).\(limit.metric.rawValue)",
                subject: "v\(version)",
                kind: .performance,
                severity: limit.severity,
                persistence: limit.persistence,
                value: value,
                limit: limit.limit,
                isBad: slack.map { $0 < 0 } ?? false,
                isGood: slack.map { $0 >= limit.recoveryMargin } ?? false,
                window: window(of: estimate.row),
                row: estimate.row,
                message: message(limit, value, version, estimate)
            )
        }
    }

    /// What the drift policy says of a window; nil when drift is not watched or could not be measured.
    func observation(of window: MonitoredWindow) -> AlertObservation? {
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
                + drifted.joined(separator: ", ")
        )
    }

    private func window(of row: Int64) -> Int {
        Int(row - definition.firstRow) / definition.windowRows
    }

    private func message(
        _ limit: PerformanceLimit,
        _ value: Double?,
        _ version: Int,
        _ estimate: QualityEstimate
    ) -> String {
        let side = limit.metric.higherIsBetter ? "below" : "above"
        return "\(limit.metric.rawValue) of \(definition.model) version \(version) (\(limit.role)) is "
            + "\(value.map(rounded) ?? "unknown"), \(side) \(rounded(limit.limit)), "
            + "over the last \(estimate.rows) labelled rows"
    }

    private func rounded(_ value: Double) -> String {
        "\((value * 10_000).rounded() / 10_000)"
    }
}
