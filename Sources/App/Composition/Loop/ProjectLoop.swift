internal import Catalogue
internal import Execution
internal import HTTPServer
internal import JSON
internal import Monitoring
internal import Pipelines
internal import Primitives
internal import Registry
internal import Retraining
internal import Scoring
internal import Streams
internal import Synchronization
internal import Telemetry

/// One project at work: its topics, datasets and models made where they are missing, then its parts run until stopped.
///
/// Everything it does before running can be done again: after a crash, activation finds what is there and goes on.
final class ProjectLoop: Sendable {
    enum State: String, Sendable {
        /// Topics, datasets and models are being made.
        case activating
        /// The parts run.
        case running
        /// The parts run, and all replays are played and judged to their end.
        case finished
        /// It could not be activated, or a part ended.
        case failed
        /// Stopped with the server.
        case stopped
    }

    struct Status: Sendable {
        var state = State.activating
        var problem: String?
        var startedAt = MonotonicClock.nowNanoseconds()
        var finishedAt: Int64?
    }

    let project: Project
    let parts: ServerParts
    let running = Mutex<RunningParts?>(nil)
    private let status = Mutex(Status())
    private let stopRequested = OneShot<Void>()
    private let logger = Logger(label: "loop")

    init(project: Project, parts: ServerParts) {
        self.project = project
        self.parts = parts
    }

    var currentStatus: Status { status.withLock { $0 } }

    /// The parts, once they run.
    var currentParts: RunningParts? { running.withLock { $0 } }

    /// Activates and runs until ``stop()``; a failure shows in the status, and is not thrown.
    func run() async {
        do {
            let made = try await activateOnceReachable()
            running.withLock { $0 = made }
            set(.running)
            try await work(made)
            set(.stopped)
        } catch is CancellationError {
            set(.stopped)
        } catch {
            logger.error("A project failed", ["project": project.name, "error": "\(error)"])
            await fail(error)
        }
    }

    /// Asks ``run()`` to end.
    func stop() async {
        stopRequested.succeed(())
        await parts.jobs.stopJobs(of: project.name)
    }

    /// Marks the replays as played and judged to their end.
    func finish() {
        let isNew = status.withLock { status in
            guard status.state == .running else { return false }
            status.state = .finished
            status.finishedAt = MonotonicClock.nowNanoseconds()
            return true
        }
        if isNew { publishState(.finished) }
    }

    /// Activates; where the topics cannot be reached, says so and tries again until they can or a stop is asked for.
    private func activateOnceReachable() async throws -> RunningParts {
        while true {
            do {
                let made = try await activate()
                status.withLock { $0.problem = nil }
                return made
            } catch let error as StreamError where [.unreachable, .timedOut].contains(error.code) {
                logger.warning("A project waits for its topics", ["project": project.name, "reason": "\(error)"])
                status.withLock { $0.problem = "\(error)" }
            }
            if stopRequested.isDone { throw CancellationError() }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func activate() async throws -> RunningParts {
        let commit = await GitCommit.read(folder: project.folder)
        let activation = ProjectActivation(project: project, parts: parts, commit: commit)
        try await activation.makeTopics()
        try await activation.importDatasets()
        try await activation.trainModels()
        return try await RunningParts(activation: activation, loop: self)
    }

    /// Runs all services until one fails or a stop is asked for; then stops them, sources first.
    private func work(_ made: RunningParts) async throws {
        let watcher = LoopWatcher(loop: self, running: made)
        let group = ServiceGroup(made.services + [watcher], deadline: .seconds(8))
        let stopper = Task { [stopRequested] in
            try? await stopRequested.value
            group.stop()
        }
        defer { stopper.cancel() }
        try await group.run()
        if !stopRequested.isDone { throw LoopError("a part of project \(project.name) ended by itself") }
    }

    private func set(_ state: State) {
        status.withLock { $0.state = state }
        publishState(state)
    }

    private func publishState(_ state: State) {
        parts.events.publishLoop(project.name, change: "state", ["state": .string(state.rawValue)])
    }

    private func fail(_ error: any Error) async {
        status.withLock {
            $0.state = .failed
            $0.problem = "\(error)"
        }
        publishState(.failed)
        let step = NewLoopStep(
            key: "failed/\(RandomID.hex(bytes: 8))",
            kind: .failed,
            title: "The project stopped: \("\(error)".prefix(while: { $0 != "\n" }))",
            numbers: ["error": .string("\(error)")]
        )
        do {
            try await parts.journal.record(step, project: project.name)
        } catch {
            logger.error("A step could not be stored", ["project": project.name, "error": "\(error)"])
        }
    }
}

/// A project that cannot go on.
struct LoopError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
