internal import CPlatform
internal import Glibc

/// Something that a thread of its own does from beginning to end.
protocol ThreadLoop: AnyObject {
    /// The thread's name; the system keeps 15 bytes.
    var threadName: String { get }
    /// Works until the end.
    func run()
}

/// Starts threads for loops.
enum LoopThread {
    /// Carries a loop to its thread.
    private final class Passenger {
        let loop: any ThreadLoop
        let onEnd: @Sendable () -> Void

        init(_ loop: any ThreadLoop, _ onEnd: @escaping @Sendable () -> Void) {
            self.loop = loop
            self.onEnd = onEnd
        }
    }

    /// Starts the thread; `onEnd` is called on it when everything of the loop is gone.
    ///
    /// The loop is the thread's from here on: the caller keeps no reference.
    static func start(_ loop: any ThreadLoop, onEnd: @escaping @Sendable () -> Void = {}) throws(BrokerError) {
        let passenger = Unmanaged.passRetained(Passenger(loop, onEnd))
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { LoopThread.enter($0) }, passenger.toOpaque())
        guard status == 0 else {
            passenger.release()
            throw .system("pthread_create")
        }
        pthread_detach(thread)
    }

    private static func enter(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        let onEnd = work(Unmanaged<Passenger>.fromOpaque(context).takeRetainedValue())
        onEnd()
        return nil
    }

    private static func work(_ passenger: Passenger) -> @Sendable () -> Void {
        martlet_name_current_thread(String(passenger.loop.threadName.prefix(15)))
        passenger.loop.run()
        return passenger.onEnd
    }
}
