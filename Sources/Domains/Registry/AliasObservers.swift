internal import Synchronization

/// Those who want to hear of alias moves.
final class AliasObservers: Sendable {
    /// How many moves wait for a slow observer; older ones are dropped, since the newest is what counts.
    private static let bufferLimit = 256

    private struct State {
        var next = 0
        var continuations: [Int: AsyncStream<AliasChange>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// The moves from now on, until the stream is dropped.
    func subscribe() -> AsyncStream<AliasChange> {
        let (stream, continuation) = AsyncStream<AliasChange>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.bufferLimit)
        )
        let number = state.withLock { state in
            state.next += 1
            state.continuations[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.continuations.removeValue(forKey: number) }
        }
        return stream
    }

    /// Tells everybody of moves that are durable.
    func publish(_ changes: [AliasChange]) {
        let continuations = state.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            for change in changes { continuation.yield(change) }
        }
    }
}
