internal import Synchronization

/// Bounds what a producer holds unacknowledged: `acquire` waits, in order, until there is room.
///
/// A request larger than the whole limit passes alone. Whoever waits is always resumed, because librdkafka reports every
/// record at the latest when its delivery time is over.
final class InFlightLimit: Sendable {
    private struct Waiter {
        let records: Int
        let bytes: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var records = 0
        var bytes = 0
        var waiting: [Waiter] = []
    }

    private let maximumRecords: Int
    private let maximumBytes: Int
    private let state = Mutex(State())

    init(records: Int, bytes: Int) {
        maximumRecords = max(1, records)
        maximumBytes = max(1, bytes)
    }

    func acquire(records: Int, bytes: Int) async {
        await withCheckedContinuation { continuation in
            let admitted = state.withLock { state in
                guard state.waiting.isEmpty && hasRoom(in: state, records: records, bytes: bytes) else {
                    state.waiting.append(Waiter(records: records, bytes: bytes, continuation: continuation))
                    return false
                }
                state.records += records
                state.bytes += bytes
                return true
            }
            if admitted { continuation.resume() }
        }
    }

    /// Waits until nothing is in flight.
    func drain() async {
        await acquire(records: maximumRecords, bytes: maximumBytes)
        release(records: maximumRecords, bytes: maximumBytes)
    }

    func release(records: Int, bytes: Int) {
        let admitted = state.withLock { state -> [Waiter] in
            state.records -= records
            state.bytes -= bytes
            assert(state.records >= 0 && state.bytes >= 0, "more was released than acquired")
            var admitted: [Waiter] = []
            while let first = state.waiting.first, hasRoom(in: state, records: first.records, bytes: first.bytes) {
                state.records += first.records
                state.bytes += first.bytes
                admitted.append(state.waiting.removeFirst())
            }
            return admitted
        }
        for waiter in admitted { waiter.continuation.resume() }
    }

    private func hasRoom(in state: borrowing State, records: Int, bytes: Int) -> Bool {
        if state.records == 0 { return true }
        return state.records + records <= maximumRecords && state.bytes + bytes <= maximumBytes
    }
}
