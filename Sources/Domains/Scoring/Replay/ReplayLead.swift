internal import Synchronization

/// How far a replay may run ahead of somebody who follows it; thread-safe.
///
/// On a busy machine a monitor would otherwise fall so far behind that the stream has ended before its first alert. A
/// follower that does not get on at all is not waited for: it may be broken, or wait for rows that are still to come.
/// Then the lead that it has at that moment is taken for the usual one, and doubled, so a replay never stands still for
/// good, and does not crawl.
package final class ReplayLead: Sendable {
    private struct State {
        var limit: Int
        var followed = Int.min
        var since: Int64 = 0
    }

    private let patience: Int64
    private let follower: @Sendable () -> Int
    private let state: Mutex<State>

    /// Watches a follower.
    ///
    /// - Parameters:
    ///   - limit: the most rows between the replay and the follower.
    ///   - patience: how long a follower that does not get on is waited for.
    ///   - follower: how many rows it is done with.
    package init(limit: Int, patience: Duration = .seconds(5), follower: @escaping @Sendable () -> Int) {
        self.patience = Int64(patience / .nanoseconds(1))
        self.follower = follower
        state = Mutex(State(limit: limit))
    }

    /// Whether a replay that has sent so many rows may go on.
    ///
    /// - Parameters:
    ///   - rows: the rows that were sent.
    ///   - now: the monotonic clock, in nanoseconds.
    /// - Returns: whether it may.
    package func allows(rows: Int, now: Int64) -> Bool {
        let followed = follower()
        return state.withLock { state in
            if followed != state.followed { (state.followed, state.since) = (followed, now) }
            let lead = rows - followed
            if lead > state.limit, now - state.since >= patience { state.limit = 2 * lead }
            return lead <= state.limit
        }
    }
}
