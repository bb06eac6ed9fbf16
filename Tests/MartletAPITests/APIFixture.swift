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

    func report(project: String) async throws -> JSONObject? { project == "weather" ? ["lost": 0] : nil }
    func retrain(project: String, reason: String, actor: String) async throws -> Bool { project == "weather" }
    func deployments() async throws -> [JSONObject] { [["name": "rain"]] }
    func monitors() async throws -> [JSONObject] { [["name": "rain"]] }
    func windows(monitor: String) async throws -> [JSONObject]? { monitor == "rain" ? [["index": 0]] : nil }
    func alerts() async throws -> [JSONObject] { [] }
    func jobs() async throws -> [JSONObject] { [["id": "j1"]] }
    func job(id: String) async throws -> JSONObject? { id == "j1" ? ["id": "j1"] : nil }
    func jobLog(id: String) async throws -> String? { id == "j1" ? "two\nlines\n" : nil }
}
