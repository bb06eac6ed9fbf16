package import SQLStore

/// What the registry needs to know of runs, logged models and their files; tracking knows it.
package protocol ModelOrigins: Sendable {
    /// Where the artifacts of a run lie; nil when there is no such run.
    func artifactLocation(ofRun run: String) async throws -> String?

    /// Where the artifacts of a logged model lie and which run made it; nil when there is no such model.
    func loggedModel(_ id: String) async throws -> LoggedModelOrigin?

    /// Whether a run is there, in use or in the trash, inside a transaction.
    func isThere(run: String, in transaction: any SQLTransaction) throws -> Bool

    /// Whether a logged model is there, in use or in the trash, inside a transaction.
    func isThere(loggedModel: String, in transaction: any SQLTransaction) throws -> Bool

    /// The datasets that a run read; empty when there is no such run.
    func datasets(ofRun run: String) async throws -> [LineageDataset]

    /// The files below a location, by their path from there, each with its place on the disk.
    ///
    /// Empty when the location is not in our own store.
    func files(at location: String) async throws -> [String: String]
}

/// Where a logged model comes from.
package struct LoggedModelOrigin: Sendable, Equatable {
    /// Where its artifacts lie.
    package let artifactLocation: String
    /// The run that made it; empty when none did.
    package let sourceRun: String

    /// The origin of a logged model.
    package init(artifactLocation: String, sourceRun: String) {
        self.artifactLocation = artifactLocation
        self.sourceRun = sourceRun
    }
}
