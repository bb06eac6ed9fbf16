import BlobStore
import Execution
import SQLStore
import SQLStoreTestSupport
import TestSupport

@testable import Tracking

/// Tracking on a database and a store of its own.
struct TrackingFixture {
    let folder: TemporaryDirectory
    let database: any SQLDatabase
    let blobs: BlobStore
    let tracking: TrackingService

    init(in existing: TemporaryDirectory? = nil, place: BlobStore.Place = .folder) async throws {
        folder = try existing ?? TemporaryDirectory()
        database = try await TestDatabase.open(in: folder.path)
        blobs = try BlobStore(
            directory: folder.path + "/artifacts",
            place: place,
            pool: BlockingPool(name: "blobs", threads: 2)
        )
        tracking = try await TrackingService.open(database: database, blobs: blobs)
    }

    /// A run with these metrics, parameters and tags.
    func run(
        _ name: String,
        metrics: [String: Double] = [:],
        params: [String: String] = [:],
        tags: [String: String] = [:],
        startTime: Int64 = 0
    ) async throws -> RunID {
        var draft = RunDraft(experiment: .standard)
        draft.name = name
        draft.startTime = startTime
        let run = try await tracking.createRun(draft)
        let batch = LogBatch(
            metrics: metrics.map { Metric(key: $0.key, value: $0.value, timestamp: 1) },
            params: params.map { KeyValue($0.key, $0.value) },
            tags: tags.map { KeyValue($0.key, $0.value) }
        )
        try await tracking.logBatch(batch, to: run.info.id)
        return run.info.id
    }

    /// The names of the runs that a search finds, in its order.
    func names(_ filter: String?, orderBy: [String] = []) async throws -> [String] {
        let request = SearchRequest(filter: filter, orderBy: orderBy)
        return try await tracking.searchRuns(request, experiments: [.standard]).items.map(\.info.name)
    }
}
