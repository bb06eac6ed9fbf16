internal import CPlatform
internal import Glibc

/// A POSIX semaphore, for threads that may block.
///
/// Never wait on one from a task.
package final class Semaphore: @unchecked Sendable {
    // Safe to share: sem_post and sem_wait are made for several threads; the memory lives as long as the object.
    private let handle: UnsafeMutablePointer<sem_t>

    /// A semaphore at zero.
    package init() {
        handle = .allocate(capacity: 1)
        handle.initialize(to: sem_t())
        let result = sem_init(handle, 0, 0)
        precondition(result == 0, "sem_init cannot fail with these arguments")
    }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    /// Lets one thread that waits go on, or the next that will.
    package func post() {
        sem_post(handle)
    }

    /// Blocks the thread until a post; a signal does not end the wait.
    package func wait() {
        while sem_wait(handle) != 0 && errno == EINTR {}
    }
}

/// Gives the calling thread a name for debuggers and `top -H`; the system keeps 15 bytes.
func nameCurrentThread(_ name: String) {
    martlet_name_current_thread(String(name.prefix(15)))
}
