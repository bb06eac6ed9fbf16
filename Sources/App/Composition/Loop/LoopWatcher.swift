internal import Execution
internal import HTTPServer
internal import JSON
internal import Monitoring
internal import Pipelines
internal import Registry
internal import Retraining
internal import Scoring
internal import Telemetry

/// Looks after a running project: tells browsers of its progress, lets it follow aliases that others move, and notices
/// when all replays are played and judged to their end.
final class LoopWatcher: Service {
    let name: String
    private let loop: ProjectLoop
    private let running: RunningParts
    private let stopRequested = OneShot<Void>()

    init(loop: ProjectLoop, running: RunningParts) {
        name = "loop \(loop.project.name)"
        self.loop = loop
        self.running = running
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.followAliases() }
            group.addTask { await self.watch() }
            try? await stopRequested.value
            group.cancelAll()
        }
        await keepLatency()
    }

    /// Stores what was measured, for the next life of the server.
    private func keepLatency() async {
        guard let latency = LoopSnapshot(loop: loop).measuredLatency else { return }
        do {
            try await ProjectStore(database: loop.parts.database).saveLatency(of: loop.project.name, latency)
        } catch {
            let metadata = ["project": loop.project.name, "error": "\(error)"]
            Logger(label: "loop").warning("The latency was not stored", metadata)
        }
    }

    func stop() async {
        stopRequested.succeed(())
    }

    /// Aliases may be moved by people too; what a policy moves is followed as part of the attempt.
    private func followAliases() async {
        let models = Set(loop.project.models.map(\.name))
        for await change in loop.parts.registry.aliasChanges() {
            if Task.isCancelled { return }
            guard models.contains(change.model), change.actor != RegistryChampionAlias.actor else { continue }
            await running.followers.follow(change.model)
        }
    }

    private func watch() async {
        let snapshot = LoopSnapshot(loop: loop)
        var last: JSONObject?
        while !Task.isCancelled {
            let progress = await progress(snapshot)
            if progress != last {
                loop.parts.events.publishLoop(loop.project.name, change: "progress", .object(progress))
            }
            last = progress
            for retrainer in running.retrainers where retrainer.isIdle { retrainer.tick() }
            if loop.currentStatus.state == .running, await isPlayed() { await finish() }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func progress(_ snapshot: LoopSnapshot) async -> JSONObject {
        var progress = snapshot.progress()
        progress["latency_ms"] = (try? await snapshot.latency()) ?? .null
        progress["parts"] = .array(await snapshot.graph().map(JSONValue.object))
        return progress
    }

    /// True once every row of every replay is sent, scored, labelled and joined, and no retraining is under way.
    private func isPlayed() async -> Bool {
        let replays = running.replays.map(\.status)
        guard !replays.isEmpty, replays.allSatisfy({ $0.state == .finished }) else { return false }
        guard running.scorers.allSatisfy({ $0.status.state == .running && $0.status.lag == 0 }) else { return false }
        guard running.retrainers.allSatisfy(\.isIdle) else { return false }
        for monitor in running.monitors {
            let counters = await monitor.counters
            guard counters.unlabelled == 0, counters.rows > 0 else { return false }
        }
        return true
    }

    /// Closes the last windows, which the end of the data left open, and marks the loop as finished.
    private func finish() async {
        for monitor in running.monitors {
            if await monitor.hasOpenWindow {
                await monitor.endStream()
                return
            }
        }
        await keepLatency()
        loop.finish()
    }
}
