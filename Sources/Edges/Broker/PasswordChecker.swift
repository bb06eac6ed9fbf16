internal import Execution
internal import Synchronization

/// Checks passwords on a thread of its own, one after the other, so that logins cost the loop nothing.
final class PasswordChecker: Sendable {
    /// The most checks that wait; a client beyond that comes again later.
    static let mostWaiting = 1_000

    private struct State {
        var waiting = 0
        var outcomes: [(number: UInt64, succeeds: Bool)] = []
    }

    private let thread = DedicatedThread(name: "log-logins")
    private let state = Mutex(State())
    private let onOutcome: @Sendable () -> Void

    /// A checker that calls `onOutcome`, on its own thread, when there is something to take.
    init(onOutcome: @escaping @Sendable () -> Void) { self.onOutcome = onOutcome }

    /// Queues a check under a number; false when too many wait.
    func submit(_ check: PasswordCheck, number: UInt64) -> Bool {
        let isTaken = state.withLock { state in
            guard state.waiting < Self.mostWaiting else { return false }
            state.waiting += 1
            return true
        }
        guard isTaken else { return false }
        thread.submit { [self] in
            let succeeds = check.succeeds
            state.withLock { state in
                state.waiting -= 1
                state.outcomes.append((number, succeeds))
            }
            onOutcome()
        }
        return true
    }

    /// Takes what was found out.
    func takeOutcomes() -> [(number: UInt64, succeeds: Bool)] {
        state.withLock { state in
            defer { state.outcomes = [] }
            return state.outcomes
        }
    }
}
