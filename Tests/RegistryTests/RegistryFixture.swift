import SQLStore
import SQLStoreTestSupport
import TestSupport

@testable import Registry

/// Runs and logged models that a test names itself.
struct KnownOrigins: ModelOrigins {
    var runs: [String: String] = [:]
    var models: [String: LoggedModelOrigin] = [:]
    var filesByLocation: [String: [String: String]] = [:]
    var datasetsByRun: [String: [LineageDataset]] = [:]
    /// Runs and logged models that somebody purges between the look at them and the transaction.
    var purgedMeanwhile: Set<String> = []

    func artifactLocation(ofRun run: String) async throws -> String? { runs[run] }
    func loggedModel(_ id: String) async throws -> LoggedModelOrigin? { models[id] }
    func isThere(run: String, in transaction: any SQLTransaction) throws -> Bool {
        runs[run] != nil && !purgedMeanwhile.contains(run)
    }
    func isThere(loggedModel: String, in transaction: any SQLTransaction) throws -> Bool {
        models[loggedModel] != nil && !purgedMeanwhile.contains(loggedModel)
    }
    func datasets(ofRun run: String) async throws -> [LineageDataset] { datasetsByRun[run] ?? [] }
    func files(at location: String) async throws -> [String: String] { filesByLocation[location] ?? [:] }
}

/// A registry on a database of its own, with run `r1` and logged model `m-1` behind it.
struct RegistryFixture {
    let folder: TemporaryDirectory
    let database: any SQLDatabase
    let registry: RegistryService

    init(in existing: TemporaryDirectory? = nil, purgedMeanwhile: Set<String> = []) async throws {
        folder = try existing ?? TemporaryDirectory()
        database = try await TestDatabase.open(in: folder.path)
        var origins = KnownOrigins()
        origins.purgedMeanwhile = purgedMeanwhile
        origins.runs = ["r1": "mlflow-artifacts:/0/r1/artifacts", "r3": "file:///models/r3/artifacts"]
        origins.models = [
            "m-1": LoggedModelOrigin(artifactLocation: "mlflow-artifacts:/0/models/m-1/artifacts", sourceRun: "r1")
        ]
        origins.filesByLocation = ["mlflow-artifacts:/0/models/m-1/artifacts": ["MLmodel": "/blobs/1"]]
        origins.datasetsByRun = [
            "r1": [LineageDataset(name: "weather", digest: "abc", source: "{}", context: "training")]
        ]
        registry = try await RegistryService.open(database: database, origins: origins)
    }

    /// Registers versions of a model from the logged model `m-1`.
    func register(_ name: String, versions: Int) async throws {
        _ = try await registry.createModel(name)
        for _ in 0..<versions { _ = try await registry.createVersion(draft(name, "models:/m-1", model: "m-1")) }
    }

    func draft(_ name: String, _ source: String, run: String? = nil, model: String? = nil) -> ModelVersionDraft {
        var draft = ModelVersionDraft(name: name, source: source)
        draft.run = run
        draft.loggedModel = model
        return draft
    }
}
