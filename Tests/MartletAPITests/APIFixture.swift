import Access
import BlobStore
import Broker
import Catalogue
import Execution
import HTTPServer
import JSON
import Lake
import MLflowAPI
import MartletAPI
import Monitoring
import Registry
import SQLStore
import SQLStoreTestSupport
import Streams
import TestSupport
import Tracking
import Trash

/// The API over real services and our own log, called without a socket.
struct APIFixture {
    let folder: TemporaryDirectory
    let broker: LogBroker
    let tracking: TrackingService
    let registry: RegistryService
    let trash: TrashService
    let router: Router

    init() async throws {
        folder = try TemporaryDirectory()
        let data = folder.path
        broker = LogBroker(configuration: BrokerConfiguration(dataDirectory: "\(data)/log", host: "127.0.0.1", port: 0))
        try broker.start()
        let streams = StreamConfiguration(bootstrapServers: "127.0.0.1:\(broker.boundPort ?? 0)")
        let database = try await TestDatabase.open(in: data)
        let blobs = try BlobStore(directory: "\(data)/artifacts", pool: BlockingPool(name: "blobs", threads: 2))
        tracking = try await TrackingService.open(database: database, blobs: blobs)
        registry = try await RegistryService.open(database: database, origins: TrackedOrigins(tracking: tracking))
        let trackingTrash = TrackingTrash(tracking: tracking, registry: registry)
        trash = TrashService(
            sources: [RegistryTrash(tracking: tracking, registry: registry), trackingTrash],
            sweeper: trackingTrash,
            keptDays: 30
        )
        let lake = Lake(
            .init(directory: "\(data)/lake", library: .init(virtualEnvironments: [VirtualEnvironment.path]))
        )
        let catalogue = try CatalogueService(database: database, lake: lake, streams: streams)
        try await catalogue.recover()
        var router = Router()
        MartletAPI(
            status: ServerStatus(
                startedAt: 0,
                dataDirectory: data,
                ports: { (http: 1, kafka: 2) },
                kafka: { KafkaStatus(isEmbedded: true, bootstrapServers: "127.0.0.1:2") }
            ),
            loops: OneLoop(),
            monitors: OneMonitor(),
            streams: streams,
            admin: try StreamAdmin(streams),
            catalogue: catalogue,
            tracking: tracking,
            registry: registry,
            users: try await UserDirectory.open(database: database),
            trash: trash,
            events: EventHub()
        ).install(on: &router)
        self.router = router
    }

    /// What the API answers.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        _ body: JSONValue? = nil,
        contentType: String = "application/json"
    ) async -> (status: Int, answer: JSONValue) {
        let bytes = body?.serialized() ?? []
        let headers: HTTPHeaders = body == nil ? [:] : ["Content-Type": contentType]
        guard let request = HTTPRequest(method: method, target: target, headers: headers, body: bytes) else {
            return (0, .null)
        }
        let response = await router.respond(to: request)
        guard case .bytes(let answer) = response.body else { return (response.status, .null) }
        let text = JSONValue.string(String(decoding: answer, as: UTF8.self))
        return (response.status, (try? JSONValue.parse(answer)) ?? text)
    }
}

/// A source with one loop that has one step.
struct OneLoop: LoopSource {
    private static let step: JSONObject = ["id": "s1", "number": 1, "kind": "trained"]

    func apply(folder: String) async throws -> String { "weather" }
    func projects() async throws -> [JSONObject] { [["project": "weather", "state": "running"]] }
    func snapshot(project: String) async throws -> JSONObject? { project == "weather" ? ["project": "weather"] : nil }
    func steps(project: String) async throws -> [JSONObject]? { project == "weather" ? [Self.step] : nil }

    func step(project: String, id: String) async throws -> JSONObject? {
        project == "weather" && ["s1", "1"].contains(id) ? Self.step : nil
    }

    func decisions(project: String) async throws -> [JSONObject]? {
        project == "weather" ? [["policy": "keep", "outcome": "held"]] : nil
    }

    func report(project: String) async throws -> JSONObject? { project == "weather" ? ["lost": 0] : nil }
    func retrain(project: String, reason: String, actor: String) async throws -> Bool { project == "weather" }
    func deployments() async throws -> [JSONObject] { [["name": "rain"]] }
    func jobs() async throws -> [JSONObject] { [["id": "j1"]] }
    func job(id: String) async throws -> JSONObject? { id == "j1" ? ["id": "j1"] : nil }
    func jobLog(id: String) async throws -> String? { id == "j1" ? "two\nlines\n" : nil }
}

/// A source with one monitor that has one window and one alert.
struct OneMonitor: MonitorSource {
    private static let rain: JSONObject = ["name": "rain"]

    func monitors() async throws -> [JSONObject] { [Self.rain] }
    func monitor(_ name: String) async throws -> JSONObject? { name == "rain" ? Self.rain : nil }

    func declare(_ declaration: JSONValue, actor: String, replaces: Bool) async throws -> JSONObject {
        guard let name = declaration["name"]?.stringValue, name != "rain" || replaces else {
            throw MonitorConflict("there is a monitor 'rain'")
        }
        guard declaration["columns"]?[0] != "wind" else {
            throw MonitorError(.unknownColumn, "there is no column 'wind' in weather@v1; it has rain, day")
        }
        return declaration.objectValue ?? [:]
    }

    func delete(_ name: String) async throws -> Bool { name == "rain" }

    func windows(monitor: String, from first: Int, limit: Int) async throws -> [JSONObject]? {
        monitor == "rain" ? [["index": .int(Int64(clamping: max(first, 0))), "limit": .int(Int64(limit))]] : nil
    }

    func window(monitor: String, index: Int?) async throws -> JSONObject? {
        monitor == "rain" && (index ?? 0) == 0 ? ["index": 0] : nil
    }

    func changes(monitor: String, from first: Int64, limit: Int) async throws -> [JSONObject]? {
        monitor == "rain" ? [["row": .int(max(first, 0)), "limit": .int(Int64(limit))]] : nil
    }

    func report(monitor: String, index: Int?, kind: WindowReportKind) async throws -> WindowReport? {
        guard monitor == "rain", (index ?? 0) == 0 else { return nil }
        return WindowReport(json: ["kind": .string(kind.rawValue)], html: "<p>report")
    }

    func alerts(monitor: String?, status: String?) async throws -> [JSONObject] { [["id": "a1"]] }
    func alert(_ id: String) async throws -> JSONObject? { id == "a1" ? ["id": "a1"] : nil }

    func acknowledge(_ id: String, actor: String, note: String) async throws -> JSONObject? {
        id == "a1" ? ["id": "a1", "actor": .string(actor), "note": .string(note)] : nil
    }

    func silence(_ request: SilenceRequest) async throws -> JSONObject? {
        request.monitor == "rain" ? ["id": "s1", "seconds": .int(request.seconds)] : nil
    }

    func silences() async throws -> [JSONObject] { [["id": "s1"]] }
    func endSilence(_ id: String) async throws -> Bool { id == "s1" }
}
