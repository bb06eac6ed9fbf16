package import Registry
package import SQLStore
package import Tracking

/// Tells the registry what tracking knows of runs, logged models and their files.
package struct TrackedOrigins: ModelOrigins {
    private let tracking: TrackingService

    /// What this tracking knows.
    package init(tracking: TrackingService) {
        self.tracking = tracking
    }

    /// Where the artifacts of a run lie.
    package func artifactLocation(ofRun run: String) async throws -> String? {
        try await tracking.runInfo(RunID(run))?.artifactLocation
    }

    /// Where the artifacts of a logged model lie and which run made it.
    package func loggedModel(_ id: String) async throws -> LoggedModelOrigin? {
        do {
            let model = try await tracking.loggedModel(LoggedModelID(id))
            return LoggedModelOrigin(artifactLocation: model.artifactLocation, sourceRun: model.sourceRun)
        } catch let error as TrackingError where error.code == .doesNotExist {
            return nil
        }
    }

    /// Whether a run is there, in use or in the trash.
    package func isThere(run: String, in transaction: any SQLTransaction) throws -> Bool {
        try tracking.isThere(RunID(run), in: transaction)
    }

    /// Whether a logged model is there, in use or in the trash.
    package func isThere(loggedModel: String, in transaction: any SQLTransaction) throws -> Bool {
        try tracking.isThere(LoggedModelID(loggedModel), in: transaction)
    }

    /// The datasets that a run read.
    package func datasets(ofRun run: String) async throws -> [LineageDataset] {
        guard try await tracking.runInfo(RunID(run)) != nil else { return [] }
        return try await tracking.run(RunID(run)).datasets.map { input in
            LineageDataset(
                name: input.dataset.name,
                digest: input.dataset.digest,
                source: input.dataset.source,
                context: input.tags.first { $0.key == "mlflow.data.context" }?.value
            )
        }
    }

    /// The files below a location, by their path from there.
    package func files(at location: String) async throws -> [String: String] {
        guard let folder = ArtifactPath(location: location) else { return [:] }
        var files: [String: String] = [:]
        for file in try await tracking.artifacts.files(below: folder) {
            files[file.path.names.dropFirst(folder.names.count).joined(separator: "/")] =
                try await tracking.artifacts.localFile(of: file)
        }
        return files
    }
}
