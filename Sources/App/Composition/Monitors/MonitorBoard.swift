internal import JSON
internal import MartletAPI
internal import Monitoring
internal import Pipelines
internal import Primitives

/// Answers for all monitors of the server, whoever declared them.
struct MonitorBoard: MonitorSource {
    let loops: LoopService
    let host: MonitorHost
    let parts: ServerParts

    private var desk: AlertDesk { AlertDesk(database: parts.database) }

    // MARK: Monitors

    func monitors() async throws -> [JSONObject] {
        var items: [JSONObject] = []
        for monitor in running { items.append(await summary(monitor)) }
        for (name, entry) in host.all where entry.service == nil {
            items.append([
                "name": .string(name), "project": .null, "problem": entry.problem.map(JSONValue.string) ?? .null,
            ])
        }
        return items.sorted { ($0["name"]?.stringValue ?? "") < ($1["name"]?.stringValue ?? "") }
    }

    func monitor(_ name: String) async throws -> JSONObject? {
        guard let monitor = running.first(where: { $0.service.definition.name == name }) else {
            return try await monitors().first { $0["name"] == .string(name) }
        }
        var object = await summary(monitor)
        object["definition"] = .object(MonitorJSON.definition(monitor.service.definition))
        if let declaration = host.all[name]?.declaration { object["declaration"] = MonitorJSON.masked(declaration) }
        return object
    }

    func declare(_ declaration: JSONValue, actor: String, replaces: Bool) async throws -> JSONObject {
        let name = try MonitorDeclaration(json: declaration).name
        if let project = running.first(where: { $0.service.definition.name == name })?.project {
            throw MonitorConflict("monitor '\(name)' belongs to project \(project): change it in the project's file")
        }
        if !replaces, host.all[name] != nil {
            throw MonitorConflict("there is a monitor '\(name)': delete it, or declare it anew with PUT")
        }
        try await host.declare(declaration, actor: actor)
        return try await monitor(name) ?? [:]
    }

    func delete(_ name: String) async throws -> Bool {
        if let project = running.first(where: { $0.service.definition.name == name })?.project {
            throw MonitorConflict("monitor '\(name)' belongs to project \(project): take it out of the project's file")
        }
        return try await host.delete(name)
    }

    // MARK: Windows

    func windows(monitor: String, from first: Int, limit: Int) async throws -> [JSONObject]? {
        guard isKnown(monitor) else { return nil }
        return try await parts.archive.windows(of: monitor, from: first, limit: limit).map(MonitorJSON.row)
    }

    func window(monitor: String, index: Int?) async throws -> JSONObject? {
        try await found(monitor, index).map(MonitorJSON.details)
    }

    func report(monitor: String, index: Int?, kind: WindowReportKind) async throws -> WindowReport? {
        guard let definition = running.first(where: { $0.service.definition.name == monitor })?.service.definition,
            let window = try await found(monitor, index)
        else { return nil }
        return try await WindowReports(parts: parts).report(window, of: definition, kind: kind)
    }

    func changes(monitor: String, from first: Int64, limit: Int) async throws -> [JSONObject]? {
        guard isKnown(monitor) else { return nil }
        return try await parts.archive.changes(of: monitor, from: first, limit: limit).map(MonitorJSON.change)
    }

    private func found(_ monitor: String, _ index: Int?) async throws -> MonitoredWindow? {
        guard isKnown(monitor) else { return nil }
        guard let index else { return try await parts.archive.windows(of: monitor, from: .min, limit: 1).first }
        return try await parts.archive.window(index, of: monitor)
    }

    // MARK: Alerts

    func alerts(monitor: String?, status: String?) async throws -> [JSONObject] {
        try await desk.alerts(of: monitor)
            .filter { status == nil || $0.status.rawValue == status }
            .map(MonitorJSON.alert)
    }

    func alert(_ id: String) async throws -> JSONObject? {
        try await desk.alert(id).map(MonitorJSON.alertWithDeliveries)
    }

    func acknowledge(_ id: String, actor: String, note: String) async throws -> JSONObject? {
        let record = try await desk.acknowledge(id, actor: actor, note: note)
        if let record { tell(record.alert.monitor) }
        return record.map(MonitorJSON.alertWithDeliveries)
    }

    func silence(_ request: SilenceRequest) async throws -> JSONObject? {
        guard isKnown(request.monitor) else { return nil }
        let silence = try await desk.silence(
            request.monitor,
            fingerprint: request.fingerprint,
            until: WallClock.nowMilliseconds() + request.seconds * 1000,
            actor: request.actor,
            reason: request.reason
        )
        tell(request.monitor)
        return MonitorJSON.silence(silence)
    }

    func silences() async throws -> [JSONObject] {
        try await desk.silences().map(MonitorJSON.silence)
    }

    func endSilence(_ id: String) async throws -> Bool {
        let monitor = try await desk.silences().first { $0.id == id }?.monitor
        let isEnded = try await desk.endSilence(id)
        if let monitor { tell(monitor) }
        return isEnded
    }

    // MARK: -

    private typealias Running = (service: any RunningMonitor, project: String?)

    private var running: [Running] {
        var all: [Running] = loops.runningMonitors.map { ($0.service, $0.project) }
        for service in host.all.values.compactMap(\.service) { all.append((service, nil)) }
        return all
    }

    private func isKnown(_ name: String) -> Bool {
        loops.declaredMonitors.contains(name) || host.all[name] != nil
    }

    private func tell(_ monitor: String) {
        parts.events.publishMonitor(monitor, change: "alert", 0)
    }

    private func summary(_ monitor: Running) async -> JSONObject {
        let service = monitor.service
        let definition = service.definition
        let reference = await service.reference
        let problem = await service.problem
        let newest = try? await parts.archive.windows(of: definition.name, limit: 1).first
        let alerts = await service.openAlerts
        return [
            "name": .string(definition.name), "project": monitor.project.map(JSONValue.string) ?? .null,
            "model": definition.model.isEmpty ? .null : .string(definition.model),
            "input": .string(definition.inputTopic),
            "dataset": definition.dataset.map(JSONValue.string) ?? .null,
            "reference": reference.map { .string("\($0)") } ?? .null,
            "problem": problem.map(JSONValue.string) ?? .null,
            "columns": .int(Int64(definition.columns.count)),
            "open_alerts": .int(Int64(alerts.count)),
            "latest_window": newest.map { .object(MonitorJSON.row($0)) } ?? .null,
            "counters": .object(LoopJSON.counters(await service.counters)),
        ]
    }
}
