internal import Glibc
internal import Primitives
internal import Synchronization

/// One thread of its own that runs jobs in order: the place for a C library that must stay on one thread, or that blocks.
///
/// It is a serial executor, so that an actor can pin itself to it, and it runs closures through ``run(_:)``. A hop costs
/// 10 to 20 µs: batch the work. The thread ends when the object is released and its queue is empty.
package final class DedicatedThread: SerialExecutor, Sendable {
    private let queue: ThreadQueue

    /// Starts the thread.
    ///
    /// `name` is cut to 15 bytes, the system's limit.
    package init(name: String) {
        let queue = ThreadQueue()
        self.queue = queue
        ThreadQueue.startThread(name: name, queue: queue)
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.push { job.runSynchronously(on: executor) }
    }

    package func checkIsolated() {
        precondition(queue.isCurrent, "this must run on its dedicated thread")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        queue.isCurrent
    }

    /// Runs `body` on the thread after all that was queued before; throws what it throws.
    package func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.push { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// Queues `body` and does not wait for it.
    package func submit(_ body: @escaping @Sendable () -> Void) {
        queue.push(body)
    }
}

/// Jobs waiting for one or more threads; first in, first out.
final class ThreadQueue: Sendable {
    private struct State {
        var jobs: [(@Sendable () -> Void)?] = []
        var head = 0
        var closed = false
        var threads: Set<pthread_t> = []

        /// Takes the oldest job; the space of taken ones is given back when they are half of the array.
        mutating func next() -> (@Sendable () -> Void)? {
            guard head < jobs.count else { return nil }
            let job = jobs[head]
            jobs[head] = nil
            head += 1
            if head * 2 > jobs.count {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    private let state = Mutex(State())
    private let signal = Semaphore()

    var isCurrent: Bool {
        let current = pthread_self()
        return state.withLock { $0.threads.contains(current) }
    }

    /// The number of jobs that no thread has taken yet.
    var waiting: Int { state.withLock { $0.jobs.count - $0.head } }

    func push(_ job: @escaping @Sendable () -> Void) {
        let accepted = state.withLock { state in
            if state.closed { return false }
            state.jobs.append(job)
            return true
        }
        precondition(accepted, "a job was queued for a thread that has ended")
        signal.post()
    }

    /// Lets the threads end once what is queued has run.
    func close() {
        let threads = state.withLock { state in
            state.closed = true
            return max(1, state.threads.count)
        }
        for _ in 0..<threads { signal.post() }
    }

    /// Runs jobs in batches until the queue is closed and empty.
    func work() {
        let current = pthread_self()
        _ = state.withLock { $0.threads.insert(current) }
        while true {
            signal.wait()
            let (job, ended) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
                let job = state.next()
                return (job, job == nil && state.closed)
            }
            if let job { job() } else if ended { break }
        }
        // Another thread of the same queue may still wait: hand the end on.
        signal.post()
    }

    static func startThread(name: String, queue: ThreadQueue) {
        let start = ThreadStart(name: name) { queue.work() }
        start.launch()
    }
}

/// A name and a body, handed to a new POSIX thread.
final class ThreadStart: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    /// Starts a detached thread; ends the process where the system has none left, since nothing could go on.
    func launch() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
                nameCurrentThread(start.name)
                start.body()
                return nil
            },
            context
        )
        precondition(result == 0, "the system refused a thread: raise the limit of processes (ulimit -u)")
    }
}
