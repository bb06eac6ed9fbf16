internal import BlobStore
internal import Primitives
package import SQLStore

extension TrackingService {
    /// The places whose files others use, of what some runs and logged models have made.
    ///
    /// Asked in the transaction that removes those, so that nobody can come to use one unseen.
    package typealias ArtifactClaims =
        @Sendable (_ runs: [RunID], _ models: [LoggedModelID], any SQLTransaction) throws -> [String]

    /// Whether a run is there, in use or in the trash, inside somebody else's transaction.
    package func isThere(_ run: RunID, in transaction: any SQLTransaction) throws -> Bool {
        try RunStore(transaction: transaction).find(run) != nil
    }

    /// Whether a logged model is there, in use or in the trash, inside somebody else's transaction.
    package func isThere(_ model: LoggedModelID, in transaction: any SQLTransaction) throws -> Bool {
        try LoggedModelStore(transaction: transaction).has(model)
    }

    /// Runs or traces that are removed in one transaction, so that the writer is never held for long.
    private static let purgeLength: Int64 = 100

    /// What is in the trash, newest first; the runs of a deleted experiment are part of the experiment.
    package func trash() async throws -> [TrashedWork] {
        try await database.read { try TrashStore(transaction: $0).items() }
    }

    /// Takes something out of the trash; an experiment brings all its runs along.
    ///
    /// - Throws: `TrackingError` with code `doesNotExist` where it is not there.
    package func restore(_ subject: TrashedWork.Subject) async throws {
        try await database.write { try TrashStore(transaction: $0).require(subject) }
        switch subject {
        case .experiment(let id): try await restoreExperiment(id)
        case .run(let id): try await restoreRun(id)
        case .loggedModel(let id): try await restoreLoggedModel(id)
        }
    }

    /// How much space something in the trash takes, and how much is freed when it is purged.
    ///
    /// - Parameters:
    ///   - subject: what is in the trash.
    ///   - locations: places that others use, whose files stay.
    /// - Returns: the space.
    /// - Throws: `SQLError`, `TrackingError` with code `tooLarge` for a million files and more.
    package func usage(of subject: TrashedWork.Subject, besides locations: [String]) async throws -> ArtifactUsage {
        let kept = locations.compactMap(ArtifactPath.init(location:))
        return try await database.read { transaction in
            let folders = try TrashStore(transaction: transaction).folders(of: subject)
            return try ArtifactStore(transaction: transaction).usage(of: folders, besides: kept)
        }
    }

    /// Removes something in the trash for good, with all that was logged to it.
    ///
    /// Records and names go in one transaction (an experiment in several, itself last), the space afterwards; what a
    /// kill leaves in between goes with ``ArtifactService/sweep()``.
    ///
    /// - Parameters:
    ///   - subject: what is in the trash.
    ///   - locations: places that others use: their files stay until ``freeOrphans(besides:)`` finds them unused.
    ///   - claims: tells of those that have come since.
    /// - Returns: how many bytes were freed.
    /// - Throws: `TrackingError` with code `doesNotExist` where it is not in the trash.
    package func purge(
        _ subject: TrashedWork.Subject,
        besides locations: [String],
        claims: @escaping ArtifactClaims
    ) async throws -> Int64 {
        let kept = locations.compactMap(ArtifactPath.init(location:))
        var freed: Int64 = 0
        if case .experiment(let id) = subject {
            try await database.read { try TrashStore(transaction: $0).require(subject) }
            freed += try await purgeRuns(of: id, besides: kept, claims)
            try await purgeTraces(of: id)
        }
        let blobs = try await database.write { transaction in
            let store = TrashStore(transaction: transaction)
            try store.require(subject)
            let artifacts = ArtifactStore(transaction: transaction)
            let (runs, models) = try store.work(of: subject)
            let claimed = try claims(runs, models, transaction).compactMap(ArtifactPath.init(location:))
            let blobs = try store.folders(of: subject).flatMap { try artifacts.delete($0, besides: kept + claimed) }
            switch subject {
            case .run(let id): try store.remove(id)
            case .loggedModel(let id): try store.remove(id)
            case .experiment(let id):
                for model in try store.models(of: id) { try store.remove(model) }
                try store.remove(id)
            }
            return blobs
        }
        return try await freed + artifacts.collect(blobs)
    }

    /// Frees files of purged things that were kept for others who have gone since; returns how many bytes that were.
    @discardableResult
    package func freeOrphans(besides locations: [String]) async throws -> Int64 {
        let kept = locations.compactMap(ArtifactPath.init(location:))
        let blobs = try await database.write { transaction in
            let store = ArtifactStore(transaction: transaction)
            return try store.orphans().filter { !kept.contains($0) }.flatMap {
                try store.delete(orphan: $0, besides: kept)
            }
        }
        return try await artifacts.collect(blobs)
    }

    /// How much space is freed by ``freeOrphans(besides:)`` once nobody uses some locations.
    package func orphanUsage(of locations: [String], besides others: [String]) async throws -> ArtifactUsage {
        let folders = Set(locations.compactMap(ArtifactPath.init(location:)))
        let kept = others.compactMap(ArtifactPath.init(location:))
        return try await database.read { transaction in
            let store = ArtifactStore(transaction: transaction)
            var usage = try store.usage(of: Array(folders), besides: [])
            let orphans = try store.orphans().filter { folders.contains($0) && !kept.contains($0) }
            usage.freed = try store.usage(of: orphans, besides: kept).freed
            return usage
        }
    }

    private func restoreLoggedModel(_ id: LoggedModelID) async throws {
        try await database.write { transaction in
            let store = LoggedModelStore(transaction: transaction)
            let row = try store.require(id, includingDeleted: true)
            try store.setStage(.active, of: row, at: WallClock.nowMilliseconds())
        }
    }

    private func purgeRuns(
        of experiment: ExperimentID,
        besides kept: [ArtifactPath],
        _ claims: @escaping ArtifactClaims
    ) async throws -> Int64 {
        var freed: Int64 = 0
        while true {
            let (count, blobs) = try await database.write { transaction in
                let store = TrashStore(transaction: transaction)
                try store.require(.experiment(experiment))
                let artifacts = ArtifactStore(transaction: transaction)
                var blobs: [Blob] = []
                let runs = try store.runs(of: experiment, limit: Self.purgeLength)
                let kept = kept + (try claims(runs, [], transaction).compactMap(ArtifactPath.init(location:)))
                for run in runs {
                    for folder in try store.folders(of: .run(run)) {
                        blobs += try artifacts.delete(folder, besides: kept)
                    }
                    try store.remove(run)
                }
                return (runs.count, Array(Set(blobs)))
            }
            freed += try await artifacts.collect(blobs)
            if count == 0 { return freed }
        }
    }

    private func purgeTraces(of experiment: ExperimentID) async throws {
        while true {
            let count = try await database.write { transaction in
                let store = TrashStore(transaction: transaction)
                try store.require(.experiment(experiment))
                let traces = TraceStore(transaction: transaction)
                let rows = try store.traces(of: experiment, limit: Self.purgeLength)
                for row in rows { try traces.delete(row) }
                return rows.count
            }
            if count == 0 { return }
        }
    }
}
