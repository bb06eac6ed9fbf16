internal import CPlatform
internal import Glibc
internal import Synchronization

/// Wakes a thread that sleeps in epoll, from other threads.
final class LoopSignal: Sendable {
    /// The descriptor that the thread watches.
    let descriptor: Int32
    private let stopping = Atomic<Bool>(false)

    init() throws(BrokerError) {
        descriptor = martlet_eventfd(0)
        guard descriptor >= 0 else { throw .system("eventfd") }
    }

    deinit { close(descriptor) }

    /// Whether the thread is to end.
    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Wakes the thread.
    func wake() { martlet_eventfd_signal(descriptor) }

    /// Ends the thread's work.
    func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }
}
