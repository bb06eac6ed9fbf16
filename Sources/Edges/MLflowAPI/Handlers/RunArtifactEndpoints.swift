internal import HTTPServer
internal import JSON
internal import Tracking

/// The calls about the artifacts of one run.
struct RunArtifactEndpoints {
    let tracking: TrackingService

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/mlflow/artifacts/list", list),
            Endpoint(.post, "/mlflow/artifacts/presigned-upload-url", refusePresigned),
            Endpoint(.post, "/mlflow/artifacts/presigned-download-url", refusePresigned),
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> [UInt8] {
        let id = try call.fields.runID()
        let path = try ArtifactPath(parsing: call.fields.string("path") ?? "")
        guard let info = try await tracking.runInfo(id) else {
            throw MLflowError(code: .resourceDoesNotExist, message: "Run with id=\(id) not found")
        }
        return try await ArtifactListing(artifacts: tracking.artifacts).answer(info.artifactLocation, path)
    }

    @Sendable private func refusePresigned(_ call: Call) async throws -> [UInt8] {
        throw MLflowError.invalid(
            "Presigned upload is not supported for proxied artifact storage (artifact URI scheme: mlflow-artifacts)."
        )
    }
}
