internal import Execution
internal import Files
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

/// Threads that flush what they are given, one job at a time.
///
/// The disk's delay is spent here while the loop goes on taking batches; they wait together for the next job. That is the
/// group commit: no timer, the slower the disk the larger the groups. The files of one job are flushed side by side, so
/// that the file system can write them with one commit of its own: sixteen files take a quarter of the time that they
/// take one after the other.
final class Flusher: Sendable {
    private struct State {
        var job: FlushJob?
        var nextFile = 0
        var unfinished = 0
        var failures: [FlushJob.Owner: StorageError] = [:]
        var result: [FlushJob.Owner: StorageError]?
    }

    private static let threadCount = 8
    private static let logger = Logger(label: "log")

    private let state = Mutex(State())
    private let threads = (0..<threadCount).map { DedicatedThread(name: "log-flusher-\($0)") }
    private let onFinish: @Sendable () -> Void

    /// Starts the threads, which end with the object; `onFinish` is called on one of them when a job is done.
    init(onFinish: @escaping @Sendable () -> Void) { self.onFinish = onFinish }

    /// Hands over a job; the one before it must be finished.
    func submit(_ job: FlushJob) {
        state.withLock { state in
            precondition(state.job == nil && state.result == nil, "one job at a time")
            state.job = job
            state.nextFile = 0
            state.unfinished = job.files.count
            state.failures = [:]
        }
        guard !job.files.isEmpty else { return threads[0].submit { [self] in finish(job) } }
        for thread in threads.prefix(job.files.count) { thread.submit { [self] in flushFiles() } }
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

    /// Flushes files until none is left; who is done with the last one finishes the job.
    private func flushFiles() {
        while let (owner, file) = nextFile() {
            var failure: StorageError?
            do throws(StorageError) { try file.synchronize() } catch { failure = error }
            let finished = state.withLock { state -> FlushJob? in
                if let failure { state.failures[owner] = failure }
                state.unfinished -= 1
                return state.unfinished == 0 ? state.job : nil
            }
            if let finished { return finish(finished) }
        }
    }

    private func nextFile() -> (owner: FlushJob.Owner, file: LogFile)? {
        state.withLock { state in
            guard let job = state.job, state.nextFile < job.files.count else { return nil }
            defer { state.nextFile += 1 }
            return job.files[state.nextFile]
        }
    }

    private func finish(_ job: FlushJob) {
        var failures: [FlushJob.Owner: StorageError] = [:]
        for (owner, path) in job.directories {
            do throws(SystemError) { try Directory.synchronize(path) } catch { failures[owner] = .system(error) }
        }
        for path in job.removals {
            do throws(SystemError) { try Directory.remove(path) } catch {
                Self.logger.warning("folder not removed", ["path": path, "reason": "\(error)"])
            }
        }
        state.withLock { state in
            state.result = state.failures.merging(failures) { file, _ in file }
            state.job = nil
        }
        onFinish()
    }
}
