/// What a policy says to a signal.
package enum PolicyDecision: Sendable, Hashable {
    /// Nothing is the matter, or nothing that this policy acts on.
    case idle
    /// Something is, but it is not time yet; why.
    case hold(reason: String, cause: HoldCause)
    /// Train again because of this.
    case start(Trigger)

    /// Why nothing is done although something is the matter; nil otherwise.
    package var reason: String? {
        if case .hold(let reason, _) = self { reason } else { nil }
    }
}

/// The rule by which a policy holds back.
package enum HoldCause: String, Sendable, Hashable {
    case otherReasons = "other_reasons"
    case busy
    case trainingRows = "training_rows"
    case quality
    case warmUp = "warm_up"
    case coolDown = "cool_down"
    case newLabels = "new_labels"
    case budget
    case suggested
}

/// What a policy remembers between signals; rebuilt from the stored attempts at start.
package struct PolicyMemory: Sendable, Hashable {
    /// Labelled rows at the start of the last attempt; nil before the first.
    package var lastAttemptLabelledRows: Int?
    /// When the attempts of the last 24 hours began, in Unix milliseconds.
    package var recentAttempts: [Int64]
    /// True while an attempt is under way.
    package var isBusy: Bool
    /// From when the schedule counts: the last attempt, or the start of the policy; Unix milliseconds.
    package var scheduledSince: Int64?
    /// Since when the champion is the champion, in Unix milliseconds; nil where that is not known.
    package var championSince: Int64?

    /// The memory of a policy that has done nothing yet.
    package init(
        lastAttemptLabelledRows: Int? = nil,
        recentAttempts: [Int64] = [],
        isBusy: Bool = false
    ) {
        self.lastAttemptLabelledRows = lastAttemptLabelledRows
        self.recentAttempts = recentAttempts
        self.isBusy = isBusy
    }
}

extension RetrainingPolicy {
    /// Decides on a signal: pure, so that every rule is a test.
    ///
    /// A manual request passes the cool-down and the least number of new labels, since a person knows why; never the
    /// rule of one attempt at a time, nor the number of rows that a cut needs.
    package func decide(_ signal: PolicySignal, memory: PolicyMemory, nowMilliseconds now: Int64) -> PolicyDecision {
        let wanted = reasons(signal, memory: memory, nowMilliseconds: now)
        let manual = wanted.first { $0.kind == .manual }
        guard var trigger = manual ?? wanted.first else { return .idle }
        if requiresAll, manual == nil {
            let missing = declaredKinds.subtracting(wanted.map(\.kind)).map(\.rawValue).sorted()
            if !missing.isEmpty {
                return .hold(
                    reason: "waits for \(missing.joined(separator: ", ")), since \(trigger.message)",
                    cause: .otherReasons
                )
            }
            trigger.message = wanted.map(\.message).joined(separator: "; ")
        }
        if memory.isBusy { return .hold(reason: "another attempt is under way", cause: .busy) }
        if signal.labelledRows < trainingRows {
            return .hold(
                reason: "\(signal.labelledRows) labelled rows of the \(trainingRows) that training needs",
                cause: .trainingRows
            )
        }
        if trigger.kind == .manual { return .start(trigger) }
        if requiresQuality, let problem = signal.qualityAlerts.first {
            return .hold(reason: "the data is not as it should be: \(problem)", cause: .quality)
        }
        if let (cause, reason) = reasonToHold(trigger, signal.labelledRows, memory: memory, nowMilliseconds: now) {
            return .hold(reason: reason, cause: cause)
        }
        return .start(trigger)
    }

    /// Everything that is the matter now and that this policy acts on: alerts, requests, and what is due by itself.
    func reasons(_ signal: PolicySignal, memory: PolicyMemory, nowMilliseconds now: Int64) -> [Trigger] {
        signal.triggers.filter { triggers.contains($0.kind) }
            + ownTriggers(signal.labelledRows, memory: memory, nowMilliseconds: now)
    }

    /// Everything that is declared as a reason to train again.
    private var declaredKinds: Set<TriggerKind> {
        var kinds = triggers.subtracting([.manual])
        if schedule != nil { kinds.insert(.schedule) }
        if everyLabels != nil { kinds.insert(.labels) }
        if maximumAgeMilliseconds != nil { kinds.insert(.age) }
        return kinds
    }

    /// What the policy fires by itself, without any alert.
    private func ownTriggers(_ labelled: Int, memory: PolicyMemory, nowMilliseconds now: Int64) -> [Trigger] {
        var found: [Trigger] = []
        if let schedule, let since = memory.scheduledSince,
            let due = schedule.next(afterMilliseconds: since), due <= now
        {
            found.append(Trigger(kind: .schedule, id: "schedule.\(due)", message: "the schedule \(schedule) is due"))
        }
        let since = memory.lastAttemptLabelledRows ?? 0
        if let everyLabels, labelled - since >= everyLabels {
            found.append(
                Trigger(
                    kind: .labels,
                    id: "labels.\(since)",
                    message: "\(labelled - since) labels are new",
                    value: Double(labelled - since),
                    limit: Double(everyLabels)
                )
            )
        }
        if let limit = maximumAgeMilliseconds, let since = memory.championSince, now - since >= limit {
            let days = Double(now - since) / 86_400_000
            found.append(
                Trigger(
                    kind: .age,
                    id: "age.\(since)",
                    message: "the champion is \((days * 10).rounded() / 10) days old",
                    value: days,
                    limit: Double(limit) / 86_400_000
                )
            )
        }
        return found
    }

    /// Why it is not time yet, nil when it is: warm-up, cool-down, too few new labels, budget.
    private func reasonToHold(
        _ trigger: Trigger,
        _ labelled: Int,
        memory: PolicyMemory,
        nowMilliseconds now: Int64
    ) -> (HoldCause, String)? {
        if labelled < warmUpRows { return (.warmUp, "warm-up: \(labelled) of \(warmUpRows) labelled rows") }
        if let last = memory.lastAttemptLabelledRows, labelled - last < coolDownRows {
            return (.coolDown, "cool-down: \(labelled - last) of \(coolDownRows) labelled rows since the last attempt")
        }
        if let last = memory.recentAttempts.max(), now - last < coolDownMilliseconds {
            let seconds = "\((now - last) / 1000) of \(coolDownMilliseconds / 1000) s"
            return (.coolDown, "cool-down: \(seconds) since the last attempt")
        }
        let since = max(trigger.openedAtLabelledRows ?? 0, memory.lastAttemptLabelledRows ?? 0)
        if trigger.isAlert, labelled - since < minimumNewLabels {
            let labels = "\(labelled - since) of \(minimumNewLabels) new labels"
            return (.newLabels, "\(labels) since the alert or the last attempt")
        }
        let dayAgo = now - 86_400_000
        if memory.recentAttempts.count(where: { $0 > dayAgo }) >= maximumAttemptsPerDay {
            return (.budget, "the budget of \(maximumAttemptsPerDay) attempts in 24 hours is used up")
        }
        if isAutomatic { return nil }
        return (.suggested, "suggested, since \(trigger.message): martlet loop retrain starts it")
    }
}

extension Trigger {
    /// Whether it is an alert, which says since when something is the matter.
    fileprivate var isAlert: Bool { [.performance, .drift, .estimated, .change].contains(kind) }
}
