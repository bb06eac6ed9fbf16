internal import Synchronization

/// The body of a request as it arrives: a sequence of chunks, to be iterated once by one task.
///
/// At most some 256 KiB wait to be taken; beyond that the connection is not read, so that an upload of any size takes
/// constant memory.
package final class HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    private enum End {
        case open
        case complete
        case broken
    }

    private struct State {
        var chunks: [[UInt8]] = []
        var buffered = 0
        var end = End.open
        var isDiscarded = false
        var reader: CheckedContinuation<Void, Never>?
        var resume: (@Sendable () -> Void)?
    }

    private static let capacity = 256 << 10
    private let state = Mutex(State())

    init() {}

    /// A body that is all there.
    init(complete bytes: [UInt8]) {
        state.withLock {
            if !bytes.isEmpty { $0.chunks = [bytes] }
            $0.end = .complete
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    /// Gives the chunks in order.
    package struct Iterator: AsyncIteratorProtocol {
        let body: HTTPBody

        /// The next chunk; nil at the end.
        ///
        /// - Throws: ``HTTPError`` where the client went away before the end.
        package mutating func next() async throws -> [UInt8]? {
            try await body.next()
        }
    }

    /// Takes a chunk from the connection.
    ///
    /// Returns false, and keeps `resume` for later, where it has to wait; `suspend` is called under the lock, so that
    /// no resume can come before it.
    func push(_ bytes: UnsafeRawBufferPointer, suspend: () -> Void, resume: @escaping @Sendable () -> Void) -> Bool {
        let (accepted, reader) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            if state.isDiscarded { return (true, nil) }
            if state.buffered >= HTTPBody.capacity {
                state.resume = resume
                suspend()
                return (false, nil)
            }
            state.chunks.append([UInt8](bytes))
            state.buffered += bytes.count
            defer { state.reader = nil }
            return (true, state.reader)
        }
        reader?.resume()
        return accepted
    }

    /// Ends the body; `complete` is false where the client went away.
    func finish(complete: Bool) {
        let reader = state.withLock { state in
            if state.end == .open { state.end = complete ? .complete : .broken }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Lets the rest go by unread, since the answer is known.
    func discard() {
        let resume = state.withLock { state in
            state.isDiscarded = true
            state.chunks = []
            state.buffered = 0
            defer { state.resume = nil }
            return state.resume
        }
        resume?()
    }

    private func next() async throws -> [UInt8]? {
        while true {
            let (chunk, end, resume) = state.withLock { state -> ([UInt8]?, End, (@Sendable () -> Void)?) in
                guard !state.chunks.isEmpty else { return (nil, state.end, nil) }
                let chunk = state.chunks.removeFirst()
                state.buffered -= chunk.count
                guard state.buffered < HTTPBody.capacity / 2 else { return (chunk, state.end, nil) }
                defer { state.resume = nil }
                return (chunk, state.end, state.resume)
            }
            resume?()
            if let chunk { return chunk }
            switch end {
            case .complete: return nil
            case .broken: throw HTTPError(status: 400, message: "the client went away before the end of the body")
            case .open: await waitForMore()
            }
        }
    }

    private func waitForMore() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.chunks.isEmpty || state.end != .open { return true }
                state.reader = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
