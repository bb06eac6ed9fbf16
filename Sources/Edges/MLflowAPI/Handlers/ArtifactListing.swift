internal import JSON
internal import Tracking

/// Lists what lies below an artifact location, with paths from there.
struct ArtifactListing {
    let artifacts: ArtifactService

    /// `{root_uri, files?}` for a folder below a location.
    func answer(_ location: String, _ path: ArtifactPath) async throws -> [UInt8] {
        // A location in a store of somebody else's cannot be listed by us.
        let root = ArtifactPath(location: location)
        let files = if let root { try await artifacts.list(root.appending(path)) } else { [Artifact]() }
        let prefix = path.names.isEmpty ? "" : path.text + "/"
        return JSONWriter.object { writer in
            writer.member("root_uri", location)
            writer.list("files", files) { $0.file($1, path: prefix + $1.name) }
        }
    }
}
