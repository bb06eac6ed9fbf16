internal import Synchronization

/// How many bytes of requests are in memory, over all connections and threads.
///
/// Requests that have begun to come are bounded by closing connections: their clients may never go on. Whole requests
/// that wait to be worked on are bounded by not reading further ones, so a burst costs time and not memory.
final class RequestBudget: Sendable {
    private let unfinishedLimit: Int
    private let handedOverLimit: Int
    private let unfinished = Atomic<Int>(0)
    private let handedOver = Atomic<Int>(0)
    private let isAwaited = Atomic<Bool>(false)

    init(unfinishedLimit: Int, handedOverLimit: Int) {
        self.unfinishedLimit = unfinishedLimit
        self.handedOverLimit = handedOverLimit
    }

    /// The bytes of whole requests that wait to be worked on.
    var handedOverBytes: Int { handedOver.load(ordering: .relaxed) }

    /// Takes room for a request that is coming; false when there is none.
    func reserve(_ bytes: Int) -> Bool {
        let now = unfinished.wrappingAdd(bytes, ordering: .relaxed).newValue
        guard now > unfinishedLimit else { return true }
        unfinished.wrappingSubtract(bytes, ordering: .relaxed)
        return false
    }

    /// Gives the room of a request that will not come back.
    func cancel(_ bytes: Int) { unfinished.wrappingSubtract(bytes, ordering: .relaxed) }

    /// Counts a request that is whole now, from where it was reserved.
    func handOver(_ bytes: Int) {
        unfinished.wrappingSubtract(bytes, ordering: .relaxed)
        handedOver.wrappingAdd(bytes, ordering: .sequentiallyConsistent)
    }

    /// Gives the room of a request that was worked on back.
    func finish(_ bytes: Int) { handedOver.wrappingSubtract(bytes, ordering: .sequentiallyConsistent) }

    private var isFull: Bool { handedOver.load(ordering: .sequentiallyConsistent) >= handedOverLimit }

    /// Whether a socket's thread must stop reading; it will be told when there is room again.
    func mustWait() -> Bool {
        guard isFull else { return false }
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        // Looked at again after the flag was set: whoever made room before saw no flag and will not tell.
        return isFull
    }

    /// Whether sockets' threads are to be told, once, that there is room again.
    func takeNews() -> Bool {
        guard isAwaited.load(ordering: .sequentiallyConsistent), !isFull else { return false }
        return isAwaited.exchange(false, ordering: .sequentiallyConsistent)
    }
}
