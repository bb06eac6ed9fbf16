internal import Synchronization

/// Holds a replay back while the simulated clock must stand still, for example while a model is trained.
package protocol ReplayGate: Sendable {
    /// True while rows may flow; asked before every tick, and every 20 ms while it is false.
    ///
    /// - Parameter rows: how many rows the replay has sent.
    /// - Returns: whether more may be sent.
    func isOpen(afterRows rows: Int) -> Bool
}

/// A gate that is shut as long as anybody holds it; thread-safe.
package final class ReplayHold: ReplayGate {
    private let holders = Atomic<Int>(0)

    /// An open gate.
    package init() {}

    /// Shuts the gate until ``release()`` was called as often.
    package func hold() {
        holders.add(1, ordering: .relaxed)
    }

    /// Takes back one ``hold()``.
    package func release() {
        let left = holders.subtract(1, ordering: .relaxed).newValue
        precondition(left >= 0, "a gate was released that nobody held")
    }

    /// True while nobody holds the gate, however many rows were sent.
    package func isOpen(afterRows rows: Int) -> Bool { isOpen }

    /// True while nobody holds the gate.
    package var isOpen: Bool { holders.load(ordering: .relaxed) == 0 }
}
