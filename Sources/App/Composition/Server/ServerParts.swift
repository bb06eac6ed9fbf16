internal import Access
internal import BlobStore
internal import Catalogue
internal import Execution
internal import Files
internal import HTTPServer
internal import Inference
internal import JSON
internal import Lake
internal import MLflowAPI
internal import MartletAPI
internal import Monitoring
internal import Pipelines
internal import Registry
internal import Retraining
internal import SQLStore
internal import Scoring
internal import Streams
internal import Synchronization
internal import Telemetry
internal import Tracking
internal import Trash
internal import Webhooks

/// The services that all projects share, wired to each other.
struct ServerParts: Sendable {
    let database: any SQLDatabase
    let tracking: TrackingService
    let registry: RegistryService
    let trash: TrashService
    let webhooks: WebhookService
    let catalogue: CatalogueService
    let jobs: JobService
    let journal: LoopJournal
    let archive: MonitorArchive
    let health: DeploymentHealth
    let events: EventHub
    let streams: StreamConfiguration
    let admin: StreamAdmin
    let users: UserDirectory
    let python: PythonEnvironment?
    let models: ModelRuntime
    let ports: BoundPorts
    let host: String

    /// The address of our own HTTP server, for jobs.
    var httpAddress: String { "http://\(host):\(ports.http)" }

    /// Opens everything above the database; the log listens already.
    static func open(
        dataDirectory: String,
        artifacts: BlobStore.Place,
        trashDays: Int?,
        database: any SQLDatabase,
        streams: StreamConfiguration,
        users: UserDirectory,
        ports: BoundPorts,
        host: String,
        python: PythonEnvironment?,
        allowsPrivateWebhooks: Bool
    ) async throws -> ServerParts {
        let environments = python.map { [$0.directory] } ?? []
        let events = EventHub()
        try await database.migrate(
            PipelinesSchema.migrations + RetrainingSchema.migrations + MonitoringSchema.migrations
        )
        let blobs = try BlobStore(
            directory: "\(dataDirectory)/artifacts",
            place: artifacts,
            pool: BlockingPool(name: "artifacts", threads: 4)
        )
        let tracking = try await TrackingService.open(database: database, blobs: blobs)
        let webhooks = try await WebhookService.open(
            database: database,
            allowsPrivateReceivers: allowsPrivateWebhooks
        )
        let registry = try await RegistryService.open(
            database: database,
            origins: TrackedOrigins(tracking: tracking),
            journal: RegistryWebhooks(webhooks: webhooks)
        )
        let trackingTrash = TrackingTrash(tracking: tracking, registry: registry)
        let trash = TrashService(
            // Registered versions first: they may use files of runs.
            sources: [RegistryTrash(tracking: tracking, registry: registry), trackingTrash],
            sweeper: trackingTrash,
            keptDays: trashDays
        )
        let lake = Lake(
            Lake.Configuration(
                directory: "\(dataDirectory)/lake",
                library: DuckDB.Location(virtualEnvironments: environments)
            )
        )
        let catalogue = try CatalogueService(database: database, lake: lake, streams: streams)
        try await catalogue.recover()
        let jobs = JobService(database: database, logDirectory: "\(dataDirectory)/logs/jobs")
        try await jobs.recover()
        let admin = try StreamAdmin(streams)
        return ServerParts(
            database: database,
            tracking: tracking,
            registry: registry,
            trash: trash,
            webhooks: webhooks,
            catalogue: catalogue,
            jobs: jobs,
            journal: LoopJournal(database: database, observer: JournalEvents(events: events)),
            archive: MonitorArchive(database: database),
            health: DeploymentHealth(admin: admin),
            events: events,
            streams: streams,
            admin: admin,
            users: users,
            python: python,
            models: ModelRuntime(environments: environments),
            ports: ports,
            host: host
        )
    }
}

/// ONNX Runtime, opened when the first model is needed: a server without models starts without it.
final class ModelRuntime: Sendable {
    private let environments: [String]
    private let loader = Mutex<ModelLoader?>(nil)

    init(environments: [String]) {
        self.environments = environments
    }

    /// The loader of models; opens the library at the first call, which blocks for some 50 ms.
    func open() throws -> ModelLoader {
        try loader.withLock { loader in
            if let loader { return loader }
            let made = ModelLoader(runtime: try ONNXRuntime.load(environments: environments))
            loader = made
            return made
        }
    }
}

/// Tells browsers of new steps.
struct JournalEvents: LoopJournalObserver {
    let events: EventHub

    func didRecord(_ step: LoopStep) async {
        events.publishLoop(step.project, change: "step", .object(step.json))
    }
}

extension EventHub {
    /// Tells of one changed element of a loop.
    func publishLoop(_ project: String, change: String, _ data: JSONValue) {
        publish(topic: "loop", ["project": .string(project), "change": .string(change), "data": data])
    }

    /// Tells that a monitor has something new about one of its windows.
    func publishMonitor(_ monitor: String, change: String, _ window: Int) {
        publish(
            topic: "monitors",
            ["monitor": .string(monitor), "change": .string(change), "window": .int(Int64(window))]
        )
    }
}
