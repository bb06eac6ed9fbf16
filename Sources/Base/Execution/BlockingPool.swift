internal import Primitives

/// A bounded number of threads for calls that block, such as C libraries without an asynchronous form.
///
/// Calls beyond the number of threads wait in order. Swift's own pool is as wide as the machine's cores and must never
/// block; this one may. Thread-safe; a hop costs 10 to 20 µs.
package final class BlockingPool: Sendable {
    private let queue = ThreadQueue()

    /// Starts `threads` threads, at least one.
    package init(name: String, threads: Int) {
        for index in 0..<max(1, threads) {
            ThreadQueue.startThread(name: "\(name)-\(index)", queue: queue)
        }
    }

    deinit {
        queue.close()
    }

    /// Runs `body` on one of the threads and throws what it throws.
    package func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.push { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// Queues `body` and does not wait for it.
    package func submit(_ body: @escaping @Sendable () -> Void) {
        queue.push(body)
    }

    /// How many calls wait for a thread now.
    package var waiting: Int { queue.waiting }
}
