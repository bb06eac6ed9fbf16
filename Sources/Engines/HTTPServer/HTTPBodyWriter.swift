internal import Synchronization

/// Takes the bytes of a streamed answer; at most some 256 KiB wait for the client.
package final class HTTPBodyWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isFinished = false
        var isBroken = false
        var isReady: OneWaiter = .none
        var resume: (@Sendable () -> Void)?
    }

    private enum OneWaiter {
        case none
        case some(CheckedContinuation<Void, Never>)
    }

    /// What the connection gets when it asks.
    enum Pull: Equatable {
        case bytes(Int)
        case suspended
        case end
        case broken
    }

    private static let capacity = 256 << 10
    private let state = Mutex(State())

    init() {}

    /// True once the client has gone: there is no use in more.
    package var isClosed: Bool { state.withLock { $0.isBroken } }

    /// Sends bytes, waiting while the client is slow.
    ///
    /// - Throws: ``HTTPError`` where the client has gone.
    package func write(_ bytes: [UInt8]) async throws {
        while true {
            let (accepted, broken, resume) = state.withLock { state -> (Bool, Bool, (@Sendable () -> Void)?) in
                if state.isBroken { return (false, true, nil) }
                guard state.waiting.count < HTTPBodyWriter.capacity else { return (false, false, nil) }
                state.waiting.append(contentsOf: bytes)
                defer { state.resume = nil }
                return (true, false, state.resume)
            }
            resume?()
            if broken { throw HTTPError(status: 499, message: "the client went away") }
            if accepted { return }
            await waitForRoom()
        }
    }

    /// Sends bytes if the client has taken what came before; false, and nothing sent, where it is slow or has gone.
    func offer(_ bytes: [UInt8]) -> Bool {
        let (accepted, resume) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            guard !state.isBroken, !state.isFinished, state.waiting.count < HTTPBodyWriter.capacity else {
                return (false, nil)
            }
            state.waiting.append(contentsOf: bytes)
            defer { state.resume = nil }
            return (true, state.resume)
        }
        resume?()
        return accepted
    }

    func finish() {
        let resume = state.withLock { state in
            state.isFinished = true
            defer { state.resume = nil }
            return state.resume
        }
        resume?()
    }

    /// Ends the answer at once: the client has gone, or the writer failed.
    func cancel() {
        let (waiter, resume) = state.withLock { state in
            state.isBroken = true
            state.waiting = []
            defer {
                state.isReady = .none
                state.resume = nil
            }
            return (state.isReady, state.resume)
        }
        if case .some(let continuation) = waiter { continuation.resume() }
        resume?()
    }

    /// Copies what waits into `buffer`, for the connection's thread; `suspend` is called under the lock.
    func pull(
        into buffer: UnsafeMutableRawBufferPointer,
        suspend: () -> Void,
        resume: @escaping @Sendable () -> Void
    ) -> Pull {
        let (pull, waiter) = state.withLock { state -> (Pull, OneWaiter) in
            if state.isBroken { return (.broken, .none) }
            if state.waiting.isEmpty {
                if state.isFinished { return (.end, .none) }
                state.resume = resume
                suspend()
                return (.suspended, .none)
            }
            let count = min(buffer.count, state.waiting.count)
            state.waiting.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            state.waiting.removeFirst(count)
            defer { state.isReady = .none }
            return (.bytes(count), state.isReady)
        }
        if case .some(let continuation) = waiter { continuation.resume() }
        return pull
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                if state.isBroken || state.waiting.count < HTTPBodyWriter.capacity { return true }
                state.isReady = .some(continuation)
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }
}
