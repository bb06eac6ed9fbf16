package import BlobStore
internal import Filters
internal import Primitives
package import SQLStore

/// Experiments, runs and what is logged to them.
///
/// Every act is one transaction, durable when it returns. Thread-safe.
package final class TrackingService: Sendable {
    /// Where the artifacts of experiments lie that name no place of their own: in ``artifacts``.
    package static let artifactRoot = "mlflow-artifacts:"

    /// The files that belong to runs and models.
    package let artifacts: ArtifactService

    let database: any SQLDatabase
    let keys = KeyNames()

    /// Tracking in a database whose tables are there; see ``open(database:blobs:)``.
    private init(database: any SQLDatabase, artifacts: ArtifactService) {
        self.database = database
        self.artifacts = artifacts
    }

    /// Brings the tables up to date and makes the default experiment.
    package static func open(database: any SQLDatabase, blobs: BlobStore) async throws -> TrackingService {
        try await database.migrate(TrackingSchema.migrations)
        try await database.write { transaction in
            try ExperimentStore(transaction: transaction)
                .insertDefault(root: artifactRoot, at: WallClock.nowMilliseconds())
        }
        let artifacts = ArtifactService(database: database, blobs: blobs)
        try await artifacts.claimStore()
        return TrackingService(database: database, artifacts: artifacts)
    }

    /// Runs a write that uses keys; their numbers are remembered once it is durable.
    func write<T: Sendable>(
        keys names: [String],
        _ body: @escaping @Sendable (any SQLTransaction, [String: Int64]) throws -> T
    ) async throws -> T {
        let keys = keys
        let (result, numbers) = try await database.write { transaction in
            let numbers = try keys.numbers(for: names, in: transaction)
            return (try body(transaction, numbers), numbers)
        }
        keys.remember(numbers)
        return result
    }
}

extension TrackingError {
    /// A filter or an order that was refused.
    init(_ error: FilterError) {
        self.init(.invalidParameter, error.message)
    }
}

/// Turns refusals of the search grammar into refusals of tracking.
func translatingFilterErrors<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as FilterError {
        throw TrackingError(error)
    }
}
