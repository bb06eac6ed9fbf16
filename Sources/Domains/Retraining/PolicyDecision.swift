/// What a policy says to a signal.
package enum PolicyDecision: Sendable, Hashable {
    /// Nothing is the matter, or nothing that this policy acts on.
    case idle
    /// Something is, but it is not time yet; why.
    case hold(reason: String)
    /// Train again because of this.
    case start(Trigger)

    /// Why nothing is done although something is the matter; nil otherwise.
    package var reason: String? {
        if case .hold(let reason) = self { reason } else { nil }
    }
}

/// What a policy remembers between signals; rebuilt from the stored attempts at start.
package struct PolicyMemory: Sendable, Hashable {
    /// Labelled rows at the start of the last attempt; nil before the first.
    package var lastAttemptLabelledRows: Int?
    /// When the attempts of the last 24 hours began, in Unix milliseconds.
    package var recentAttempts: [Int64]
    /// True while an attempt is under way.
    package var isBusy: Bool

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
    package func decide(_ signal: PolicySignal, memory: PolicyMemory, nowMilliseconds: Int64) -> PolicyDecision {
        let wanted = signal.triggers.filter { triggers.contains($0.kind) }
        guard let trigger = wanted.first(where: { $0.kind == .manual }) ?? wanted.first else { return .idle }
        if memory.isBusy { return .hold(reason: "another attempt is under way") }
        if signal.labelledRows < trainingRows {
            return .hold(reason: "\(signal.labelledRows) labelled rows of the \(trainingRows) that training needs")
        }
        if trigger.kind == .manual { return .start(trigger) }
        if let last = memory.lastAttemptLabelledRows, signal.labelledRows - last < coolDownRows {
            let passed = signal.labelledRows - last
            return .hold(reason: "cool-down: \(passed) of \(coolDownRows) labelled rows since the last attempt")
        }
        let since = max(trigger.openedAtLabelledRows ?? 0, memory.lastAttemptLabelledRows ?? 0)
        if signal.labelledRows - since < minimumNewLabels {
            let new = signal.labelledRows - since
            return .hold(reason: "\(new) of \(minimumNewLabels) new labels since the alert or the last attempt")
        }
        let dayAgo = nowMilliseconds - 86_400_000
        if memory.recentAttempts.count(where: { $0 > dayAgo }) >= maximumAttemptsPerDay {
            return .hold(reason: "the budget of \(maximumAttemptsPerDay) attempts in 24 hours is used up")
        }
        return .start(trigger)
    }
}
