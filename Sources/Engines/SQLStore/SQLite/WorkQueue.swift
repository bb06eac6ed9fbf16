internal import Glibc

/// Work waiting for threads of the database; a thread sleeps in `take` until there is some.
///
/// Every piece of work is one waiting caller, so the queue is bounded by the requests that the edges admit.
final class WorkQueue<Work: Sendable>: @unchecked Sendable {
    // `waiting` and `isClosed` are touched only while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [Work] = []
    private var isClosed = false

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Adds work; false when the queue was closed.
    func add(_ work: Work) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { return false }
        waiting.append(work)
        pthread_cond_signal(condition)
        return true
    }

    /// Waits for work and takes at most `maximum` pieces; nil once the queue is closed and empty.
    func take(_ maximum: Int) -> [Work]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty {
            guard !isClosed else { return nil }
            pthread_cond_wait(condition, mutex)
        }
        guard waiting.count > maximum else {
            defer { waiting.removeAll(keepingCapacity: true) }
            return waiting
        }
        let taken = Array(waiting.prefix(maximum))
        waiting.removeFirst(maximum)
        return taken
    }

    /// Refuses further work; what waits is still taken.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}

/// A thread of its own for blocking calls; ends when its body returns.
final class WorkerThread: @unchecked Sendable {
    // `thread` is written once, before the initialiser returns.
    private var thread = pthread_t()

    init(name: String, _ body: @escaping @Sendable () -> Void) throws {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let result = pthread_create(&thread, nil, runWorker, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw SQLError(.unavailable, "no thread for '\(name)'", remedy: "Raise the limit of threads (ulimit -u).")
        }
    }

    /// Waits until the body has returned; call once.
    func join() {
        pthread_join(thread, nil)
    }

    fileprivate final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}

private func runWorker(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<WorkerThread.Start>.fromOpaque(argument).takeRetainedValue()
    pthread_setname_np(pthread_self(), String(start.name.prefix(15)))
    start.body()
    return nil
}
