/// Decides from a row of observations when an alert opens and when it ends.
///
/// A pure state machine. It opens after k bad ones of the last n, ends after k good ones in a row, and holds at most
/// one open alert for each series. When the subject changes (another champion version, another reference) what was
/// seen of the old one is forgotten and its alert ends.
struct AlertBook: Sendable, Hashable {
    /// What one series remembers.
    struct Series: Sendable, Hashable {
        var subject: String
        /// The last observations, true where bad; the newest at the end.
        var recent: [Bool] = []
        var goodInARow = 0
        var open: MonitorAlert?
        /// What the subject showed at first, where a limit looks at that.
        var baseline: Double?
    }

    /// By the name of the series.
    private(set) var series: [String: Series]

    init(series: [String: Series] = [:]) {
        self.series = series
    }

    /// The alerts that hold now, oldest first.
    var openAlerts: [MonitorAlert] {
        series.values.compactMap(\.open).sorted { ($0.row, $0.id) < ($1.row, $1.id) }
    }

    /// Takes one observation; returns the alerts that changed by it, in order.
    mutating func observe(_ observation: AlertObservation, now: Int64) -> [MonitorAlert] {
        var state = series[observation.series] ?? Series(subject: observation.subject)
        var changed: [MonitorAlert] = []
        if state.subject != observation.subject {
            if let open = state.open { changed.append(open.resolved(at: observation.row, now: now)) }
            state = Series(subject: observation.subject)
        }
        let observation = observation.held(against: &state.baseline)
        if let value = observation.value {
            state.recent.append(observation.isBad)
            state.recent = state.recent.suffix(observation.persistence.of)
            state.goodInARow = observation.isGood ? state.goodInARow + 1 : 0
            state.open?.lastValue = value
            if let open = state.open {
                if state.goodInARow >= observation.persistence.windows {
                    changed.append(open.resolved(at: observation.row, now: now))
                    state.open = nil
                    state.recent = []
                }
            } else if state.recent.count(where: { $0 }) >= observation.persistence.windows, observation.isBad {
                let alert = observation.alert(value: value, now: now)
                changed.append(alert)
                state.open = alert
            }
        }
        series[observation.series] = state
        return changed
    }

    /// Forgets the series of these names, and ends their alerts, since nobody looks at them any more.
    mutating func forget(at row: Int64, now: Int64, _ isForgotten: (String) -> Bool) -> [MonitorAlert] {
        let names = series.keys.filter(isForgotten).sorted()
        return names.compactMap { series.removeValue(forKey: $0)?.open?.resolved(at: row, now: now) }
    }
}

/// One number held against its limit.
struct AlertObservation: Sendable, Hashable {
    /// The monitor.
    var monitor: String
    /// What is observed, such as `performance.champion.auc`.
    var series: String
    /// Of whom, such as `v2`: an alert speaks of one subject.
    var subject: String
    var kind: MonitorAlert.Kind
    var severity: AlertSeverity
    var persistence: AlertPersistence
    /// Nil when there is not enough to tell.
    var value: Double?
    var limit: Double
    var isBad: Bool
    var isGood: Bool
    var window: Int
    var row: Int64
    var message: String
    /// What tells one opening from the next; the row where nil.
    var occasion: Int64?
    /// Where the limit is the subject's own: limit, verdict and message then follow from it.
    var relative: BaselineLimit?

    fileprivate func alert(value: Double, now: Int64) -> MonitorAlert {
        MonitorAlert(
            id: "\(monitor).\(series).\(subject).\(occasion ?? row)",
            monitor: monitor,
            fingerprint: "\(monitor).\(series)",
            kind: kind,
            severity: severity,
            state: .open,
            message: message,
            value: value,
            limit: limit,
            lastValue: value,
            window: window,
            row: row,
            resolvedRow: nil,
            openedAt: now,
            resolvedAt: nil
        )
    }
}

extension MonitorAlert {
    fileprivate func resolved(at row: Int64, now: Int64) -> MonitorAlert {
        var alert = self
        alert.state = .resolved
        alert.resolvedRow = row
        alert.resolvedAt = now
        return alert
    }
}
