internal import Execution
internal import JSON
internal import MartletAPI
internal import Monitoring
internal import Pipelines
internal import Primitives
internal import Retraining
internal import SQLStore
internal import Scoring
internal import Synchronization

/// All projects of the server: applies new ones, brings those of an earlier life back, answers for them.
final class LoopService: Service, LoopSource {
    private struct Entry {
        let loop: ProjectLoop
        /// Nil between ``restore()`` and ``run()``.
        var task: Task<Void, Never>?
    }

    let name = "projects"
    private let parts: ServerParts
    private let entries = Mutex<[String: Entry]>([:])
    private let store: ProjectStore
    private let stopRequested = OneShot<Void>()

    init(parts: ServerParts) {
        self.parts = parts
        store = ProjectStore(database: parts.database)
    }

    /// Knows the projects of an earlier life again, before anybody can ask for them; they go on in ``run()``.
    func restore() async throws {
        for (name, folder) in try await store.all() {
            do {
                let loop = ProjectLoop(project: try ProjectReader.read(folder: folder), parts: parts)
                entries.withLock { $0[name] = Entry(loop: loop, task: nil) }
            } catch {
                let step = NewLoopStep(
                    key: "unreadable/\(RandomID.hex(bytes: 8))",
                    kind: .failed,
                    title: "The project's file cannot be read any more",
                    numbers: ["error": .string("\(error)"), "folder": .string(folder)]
                )
                try await parts.journal.record(step, project: name)
            }
        }
    }

    func run() async throws {
        entries.withLock { entries in
            for (name, entry) in entries where entry.task == nil {
                entries[name]?.task = begin(entry.loop)
            }
        }
        try await stopRequested.value
    }

    func stop() async {
        let all = entries.withLock { Array($0.values) }
        await withTaskGroup(of: Void.self) { group in
            for entry in all {
                group.addTask {
                    await entry.loop.stop()
                    await entry.task?.value
                }
            }
        }
        stopRequested.succeed(())
    }

    func apply(folder: String) async throws -> String {
        let project = try ProjectReader.read(folder: folder)
        let known = entries.withLock { $0[project.name] }
        if let known {
            guard known.loop.project.folder == project.folder else {
                throw ProjectConflict(name: project.name, folder: known.loop.project.folder)
            }
            await known.loop.stop()
            await known.task?.value
        }
        try await store.save(name: project.name, folder: project.folder)
        let loop = ProjectLoop(project: project, parts: parts)
        entries.withLock { $0[project.name] = Entry(loop: loop, task: begin(loop)) }
        return project.name
    }

    /// The task belongs to the loop's entry, whose end ``stop()`` waits for.
    private func begin(_ loop: ProjectLoop) -> Task<Void, Never> {
        Task { await loop.run() }
    }

    // MARK: - Answers

    private func loop(_ project: String) -> ProjectLoop? {
        entries.withLock { $0[project]?.loop }
    }

    private var loops: [ProjectLoop] {
        entries.withLock { $0.values.map(\.loop) }.sorted { $0.project.name < $1.project.name }
    }

    func projects() async throws -> [JSONObject] {
        loops.map { loop in
            let status = loop.currentStatus
            return [
                "name": .string(loop.project.name), "project": .string(loop.project.name),
                "folder": .string(loop.project.folder), "state": .string(status.state.rawValue),
                "problem": status.problem.map(JSONValue.string) ?? .null,
                "warnings": .array(loop.project.warnings.map(JSONValue.string)),
            ]
        }
    }

    func snapshot(project: String) async throws -> JSONObject? {
        guard let loop = loop(project) else { return nil }
        return try await LoopSnapshot(loop: loop).json()
    }

    func steps(project: String) async throws -> [JSONObject]? {
        guard loop(project) != nil else { return nil }
        return try await parts.journal.steps(project: project).map(\.json)
    }

    func step(project: String, id: String) async throws -> JSONObject? {
        try await parts.journal.step(project: project, id: id)?.json
    }

    func decisions(project: String) async throws -> [JSONObject]? {
        guard let loop = loop(project) else { return nil }
        var decisions: [RecordedDecision] = []
        for retrainer in loop.currentParts?.retrainers ?? [] { decisions += try await retrainer.decisions() }
        return decisions.sorted { ($0.at, $0.number) < ($1.at, $1.number) }.map(\.json)
    }

    func report(project: String) async throws -> JSONObject? {
        guard let loop = loop(project) else { return nil }
        return try await LoopReport(loop: loop).json()
    }

    func retrain(project: String, reason: String, actor: String) async throws -> Bool {
        guard let loop = loop(project), let running = loop.currentParts, !running.retrainers.isEmpty else {
            return false
        }
        for retrainer in running.retrainers {
            let trigger = Trigger(kind: .manual, id: RandomID.hex(), message: reason, actor: actor)
            let declared = loop.project.retraining.first { $0.name == retrainer.policy.name }?.monitor
            let monitor = running.monitors.first { $0.definition.name == declared }
            let labelled = await monitor?.counters.joined ?? 0
            let row = Int(monitor?.definition.firstRow ?? 0) + labelled
            var signal = PolicySignal(triggers: [trigger], labelledRows: labelled, row: row)
            signal.labelOffsets = await monitor?.labelOffsets ?? [:]
            retrainer.submit(signal)
        }
        return true
    }

    func deployments() async throws -> [JSONObject] {
        loops.flatMap { loop in
            (loop.currentParts?.scorers ?? []).map { LoopJSON.deployment($0.status, project: loop.project.name) }
        }
    }

    /// The monitors that run, each with its project.
    var runningMonitors: [(service: any RunningMonitor, project: String)] {
        loops.flatMap { loop -> [(service: any RunningMonitor, project: String)] in
            guard let parts = loop.currentParts else { return [] }
            let topics: [any RunningMonitor] = parts.monitors
            return (topics + parts.datasetMonitors).map { (service: $0, project: loop.project.name) }
        }
    }

    /// The names of the monitors that projects declare, running or not.
    var declaredMonitors: Set<String> {
        Set(loops.flatMap { $0.project.monitors.map(\.name) })
    }

    /// How the deployments of all projects are doing.
    var deploymentStatuses: [DeploymentStatus] {
        loops.flatMap { ($0.currentParts?.scorers ?? []).map(\.status) }
    }

    func jobs() async throws -> [JSONObject] {
        try await parts.jobs.jobs().map(\.json)
    }

    func job(id: String) async throws -> JSONObject? {
        try await parts.jobs.job(id)?.json
    }

    func jobLog(id: String) async throws -> String? {
        guard let job = try await parts.jobs.job(id) else { return nil }
        return parts.jobs.logTail(of: job)
    }
}

/// Two folders that name their project alike.
struct ProjectConflict: Error, CustomStringConvertible {
    let name: String
    let folder: String

    var description: String {
        "a project named \(name) runs from \(folder): give this one another name in metadata.name"
    }
}

extension Job {
    /// The job as the API shows it.
    fileprivate var json: JSONObject {
        [
            "id": .string(id), "project": .string(project), "name": .string(name), "state": .string(state.rawValue),
            "outcome": .string(outcome),
            "links": .object(JSONObject(links.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            "started_at": LoopJSON.time(startedAt), "ended_at": endedAt.map(LoopJSON.time) ?? .null,
        ]
    }
}
