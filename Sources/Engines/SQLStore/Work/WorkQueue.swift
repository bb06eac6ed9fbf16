internal import Glibc

/// Work waiting for threads of the database; a thread sleeps in `take` until there is some.
///
/// Every piece of work is one waiting caller, so the queue is bounded by the requests that the edges admit.
final class WorkQueue<Work: Sendable>: @unchecked Sendable {
    // `waiting`, `isClosed` and `serving` are touched only while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [Work] = []
    private var isClosed = false
    private var serving = 0

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

    /// Notes that a thread will serve the queue; before it starts.
    func attach() {
        pthread_mutex_lock(mutex)
        serving += 1
        pthread_mutex_unlock(mutex)
    }

    /// Notes that a thread has stopped serving the queue; the last thing it does.
    func detach() {
        pthread_mutex_lock(mutex)
        serving -= 1
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Refuses further work and waits until its threads have done what waits and stopped.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        while serving > 0 {
            pthread_cond_wait(condition, mutex)
        }
        pthread_mutex_unlock(mutex)
    }
}
