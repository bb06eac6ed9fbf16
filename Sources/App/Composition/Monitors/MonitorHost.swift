internal import Execution
internal import HTTPServer
internal import JSON
internal import Monitoring
internal import Pipelines
internal import Registry
internal import Synchronization
internal import Telemetry

/// Runs the monitors that belong to no project.
final class MonitorHost: Service {
    /// A monitor, or why there is none.
    struct Entry {
        var declaration: JSONValue
        var service: (any RunningMonitor)?
        var problem: String?
        var task: Task<Void, Never>?
    }

    let name = "monitors"
    private let parts: ServerParts
    private let factory: MonitorFactory
    private let store: DeclaredMonitors
    private let entries = Mutex<[String: Entry]>([:])
    private let stopRequested = OneShot<Void>()
    private let logger = Logger(label: "monitor")

    init(parts: ServerParts, factory: MonitorFactory) {
        self.parts = parts
        self.factory = factory
        store = DeclaredMonitors(database: parts.database)
    }

    /// Knows the monitors of an earlier life again; they go on in ``run()``.
    func restore() async throws {
        for (name, body) in try await store.all() {
            let declaration = try JSONValue.parse(body)
            entries.withLock { $0[name] = Entry(declaration: declaration) }
        }
    }

    func run() async throws {
        for (name, entry) in entries.withLock({ $0 }) where entry.task == nil {
            do {
                try await start(name, entry.declaration)
            } catch {
                logger.error("A monitor cannot start", ["monitor": name, "reason": "\(error)"])
                entries.withLock { $0[name]?.problem = "\(error)" }
            }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.followAliases() }
            try? await stopRequested.value
            group.cancelAll()
        }
    }

    func stop() async {
        for entry in entries.withLock({ Array($0.values) }) { await end(entry) }
        stopRequested.succeed(())
    }

    /// The monitors by name.
    var all: [String: Entry] { entries.withLock { $0 } }

    /// Declares a monitor, durably, and starts it; one of the same name is stopped first.
    ///
    /// Nothing is changed where the declaration is refused.
    func declare(_ declaration: JSONValue, actor: String) async throws {
        let read = try MonitorDeclaration(json: declaration)
        let service = try await make(read)
        if let old = entries.withLock({ $0[read.name] }) { await end(old) }
        try await store.save(read.name, body: declaration.description, actor: actor)
        begin(read.name, declaration, service)
    }

    /// Stops a monitor and forgets it with what it found; false where there is none.
    func delete(_ name: String) async throws -> Bool {
        guard let entry = entries.withLock({ $0.removeValue(forKey: name) }) else { return false }
        await end(entry)
        try await store.remove(name)
        try await parts.archive.reset(name)
        return true
    }

    private func start(_ name: String, _ declaration: JSONValue) async throws {
        begin(name, declaration, try await make(try MonitorDeclaration(json: declaration)))
    }

    private func make(_ declaration: MonitorDeclaration) async throws -> any RunningMonitor {
        let service = try await factory.makeAny(declaration, observer: HostedMonitorEvents(events: parts.events))
        await moveReference(of: service)
        return service
    }

    /// The task belongs to the entry, whose end ``stop()`` waits for.
    private func begin(_ name: String, _ declaration: JSONValue, _ service: any RunningMonitor) {
        let task = Task { [logger] in
            do {
                try await service.run()
            } catch {
                logger.error("A monitor ended", ["monitor": name, "reason": "\(error)"])
            }
        }
        entries.withLock { $0[name] = Entry(declaration: declaration, service: service, task: task) }
    }

    private func end(_ entry: Entry) async {
        await entry.service?.stop()
        await entry.task?.value
    }

    /// What has no reference of its own is compared with the training data of its model's champion.
    private func followAliases() async {
        for await change in parts.registry.aliasChanges() {
            if Task.isCancelled { return }
            let services = entries.withLock { $0.values.compactMap(\.service) }
            for service in services where service.definition.model == change.model { await moveReference(of: service) }
        }
    }

    private func moveReference(of monitor: any RunningMonitor) async {
        let definition = monitor.definition
        guard let service = monitor as? MonitorService, definition.reference == nil, !definition.model.isEmpty else {
            return
        }
        do {
            guard let reference = try await parts.championData(of: definition.model) else { return }
            try await service.setReference(reference)
        } catch {
            logger.warning("A monitor keeps its reference", ["monitor": definition.name, "reason": "\(error)"])
        }
    }
}

/// Tells browsers what the monitors of no project find.
struct HostedMonitorEvents: MonitorObserver {
    let events: EventHub

    func monitor(_ name: String, didClose window: MonitoredWindow) async throws {
        events.publishMonitor(name, change: "window", window.index)
    }

    func monitor(_ name: String, didFill window: MonitoredWindow) async {
        events.publishMonitor(name, change: "window", window.index)
    }

    func monitor(_ name: String, didOpen alert: MonitorAlert) async throws {
        events.publishMonitor(name, change: "alert", alert.window)
    }

    func monitor(_ name: String, didResolve alert: MonitorAlert) async throws {
        events.publishMonitor(name, change: "alert", alert.window)
    }

    func monitor(_ name: String, didEstimate estimate: QualityEstimate, openAlerts: [MonitorAlert]) async {
        events.publishMonitor(name, change: "estimate", estimate.window)
    }
}
