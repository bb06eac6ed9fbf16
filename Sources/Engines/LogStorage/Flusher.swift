internal import CPlatform
internal import Files
internal import Glibc
internal import Primitives
internal import Synchronization
internal import Telemetry

/// Files that must reach the disk together, and whom to tell.
struct FlushJob: Sendable {
    /// What the files belong to.
    enum Owner: Hashable, Sendable {
        case journal
        case partition(Int)
    }

    /// The files.
    var files: [(owner: Owner, file: LogFile)] = []
    /// Folders whose entries changed.
    var directories: [(owner: Owner, path: String)] = []
    /// Folders that nobody needs any more, removed after the flush.
    var removals: [String] = []
}

/// One thread that flushes what it is given, one job at a time.
///
/// The disk's delay is spent here while the loop goes on taking batches; they wait together for the next job. That is the
/// group commit: no timer, the slower the disk the larger the groups.
final class Flusher: Sendable {
    private struct State {
        var job: FlushJob?
        var result: [FlushJob.Owner: StorageError]?
        var isStopped = false
    }

    private static let logger = Logger(label: "log")
    private let state = Mutex(State())
    private let wakeUp: Int32
    private let onFinish: @Sendable () -> Void

    /// Starts the thread; `onFinish` is called on it when a job is done.
    init(onFinish: @escaping @Sendable () -> Void) throws(StorageError) {
        wakeUp = martlet_eventfd(1)
        guard wakeUp >= 0 else { throw .system(SystemError(call: "eventfd", subject: "flusher")) }
        self.onFinish = onFinish
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let result = pthread_create(&thread, nil, { Flusher.enter($0) }, context)
        guard result == 0 else {
            Unmanaged<Flusher>.fromOpaque(context).release()
            throw .system(SystemError(call: "pthread_create", subject: "flusher", number: result))
        }
        pthread_detach(thread)
    }

    deinit { close(wakeUp) }

    /// Hands over a job; the one before it must be finished.
    func submit(_ job: FlushJob) {
        state.withLock { state in
            precondition(state.job == nil, "one job at a time")
            state.job = job
        }
        martlet_eventfd_signal(wakeUp)
    }

    /// The outcome of the last job, once: what failed, by owner.
    ///
    /// Nil while none is finished.
    func takeResult() -> [FlushJob.Owner: StorageError]? {
        state.withLock { state in
            defer { state.result = nil }
            return state.result
        }
    }

    /// Ends the thread after the job under way.
    func stop() {
        state.withLock { $0.isStopped = true }
        martlet_eventfd_signal(wakeUp)
    }

    private static func enter(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        martlet_name_current_thread("log-flusher")
        Unmanaged<Flusher>.fromOpaque(context).takeRetainedValue().work()
        return nil
    }

    private func work() {
        while true {
            martlet_eventfd_drain(wakeUp)
            if let job = state.withLock({ $0.job }) {
                let failures = Self.flush(job)
                state.withLock { state in
                    state.job = nil
                    state.result = failures
                }
                onFinish()
            }
            if state.withLock({ $0.isStopped }) { return }
        }
    }

    private static func flush(_ job: FlushJob) -> [FlushJob.Owner: StorageError] {
        var failures: [FlushJob.Owner: StorageError] = [:]
        for (owner, file) in job.files {
            do throws(StorageError) { try file.synchronize() } catch { failures[owner] = error }
        }
        for (owner, path) in job.directories {
            do throws(SystemError) { try Directory.synchronize(path) } catch { failures[owner] = .system(error) }
        }
        for path in job.removals {
            do throws(SystemError) { try Directory.remove(path) } catch {
                logger.warning("folder not removed", ["path": path, "reason": "\(error)"])
            }
        }
        return failures
    }
}
