internal import Execution

/// A closure that waits for a thread of the database, and the caller that waits for its result.
protocol SQLWork: AnyObject, Sendable {
    /// Runs the body and keeps its result; returns the body's error.
    func perform(in transaction: any SQLTransaction) -> (any Error)?

    /// Resumes the caller with `failure`, or else with what the body returned or threw; call exactly once.
    func answer(_ failure: (any Error)?)
}

/// The closure and its caller, for a result of one type.
final class SQLCall<Success: Sendable>: SQLWork, @unchecked Sendable {
    // `result` is touched by the one thread that took the work from its queue.
    private var result: Result<Success, any Error>?
    private let body: @Sendable (any SQLTransaction) throws -> Success
    private let continuation: CheckedContinuation<Success, any Error>

    init(
        _ continuation: CheckedContinuation<Success, any Error>,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Success
    ) {
        self.continuation = continuation
        self.body = body
    }

    func perform(in transaction: any SQLTransaction) -> (any Error)? {
        do {
            result = .success(try body(transaction))
            return nil
        } catch {
            result = .failure(error)
            return error
        }
    }

    func answer(_ failure: (any Error)?) {
        switch (result, failure) {
        case (.failure(let error), _): continuation.resume(throwing: error)
        case (_, let failure?): continuation.resume(throwing: failure)
        case (.success(let value), nil): continuation.resume(returning: value)
        case (nil, nil): preconditionFailure("work was answered before it was performed")
        }
    }
}

extension WorkQueue where Work == any SQLWork {
    /// Has a closure run by one of the threads that serve the queue.
    func perform<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let call = SQLCall(continuation, body)
            if !add(call) {
                call.answer(SQLError.closed)
            }
        }
    }

    /// Starts a thread that serves the queue until it is closed.
    func serve(name: String, _ body: @escaping @Sendable (WorkQueue) -> Void) {
        attach()
        DedicatedThread(name: name).submit { [self] in
            body(self)
            detach()
        }
    }
}
