internal import Synchronization

/// A value or an error that comes once, for many who wait: the bridge from callbacks to tasks.
///
/// Only the first of ``succeed(_:)`` and ``fail(_:)`` counts. Thread-safe; those who wait are resumed outside of locks.
package final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Value, any Error>])
        case done(Result<Value, any Error>)
    }

    private let state = Mutex<State>(.waiting([]))

    /// A value that is still to come.
    package init() {}

    /// Sets the value and resumes all who wait; false where something came before.
    @discardableResult
    package func succeed(_ value: Value) -> Bool {
        finish(.success(value))
    }

    /// Sets the error and resumes all who wait; false where something came before.
    @discardableResult
    package func fail(_ error: any Error) -> Bool {
        finish(.failure(error))
    }

    /// True once a value or an error has come.
    package var isDone: Bool {
        state.withLock {
            if case .done = $0 { return true }
            return false
        }
    }

    /// Waits for the value; throws the error where that came.
    ///
    /// Not ended by cancellation: whoever finishes it ends it.
    package var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Value, any Error>? in
                    switch state {
                    case .done(let result): return result
                    case .waiting(let others):
                        state = .waiting(others + [continuation])
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    private func finish(_ result: Result<Value, any Error>) -> Bool {
        let waiting = state.withLock { state -> [CheckedContinuation<Value, any Error>]? in
            guard case .waiting(let waiting) = state else { return nil }
            state = .done(result)
            return waiting
        }
        guard let waiting else { return false }
        for continuation in waiting { continuation.resume(with: result) }
        return true
    }
}
