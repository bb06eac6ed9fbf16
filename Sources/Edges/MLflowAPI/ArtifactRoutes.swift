internal import BlobStore
internal import HTTPServer
internal import JSON
internal import Registry
internal import Tracking

/// The routes through which files come and go, in constant memory.
struct ArtifactRoutes: Sendable {
    private static let pageUploadLimit = 10 << 20

    let tracking: TrackingService
    let registry: RegistryService

    /// Adds the routes that stand below `/api` and `/ajax-api`.
    func install(below prefix: String, on router: inout Router) {
        let root = "\(prefix)/2.0/mlflow-artifacts"
        on(.put, "\(root)/artifacts/{path...}", limits: .upload, &router, put)
        on(.get, "\(root)/artifacts/{path...}", &router, get)
        on(.delete, "\(root)/artifacts/{path...}", &router, delete)
        on(.get, "\(root)/artifacts", &router, list)
        let page = RouteLimits(maximumBodyBytes: Self.pageUploadLimit)
        on(.post, "\(prefix)/2.0/mlflow/upload-artifact", limits: page, &router, uploadFromPage)
        on(.get, "\(prefix)/2.0/mlflow/logged-models/{model_id}/artifacts/files", &router, getOfLoggedModel)
    }

    /// Adds the routes that stand at the root.
    func installWithoutPrefix(on router: inout Router) {
        on(.get, "/get-artifact", &router, getOfRun)
        on(.get, "/model-versions/get-artifact", &router, getOfVersion)
    }

    private func on(
        _ method: HTTPMethod,
        _ pattern: String,
        limits: RouteLimits = .default,
        _ router: inout Router,
        _ handler: @escaping HTTPHandler
    ) {
        router.on(method, pattern, limits: limits) { request in
            try await MLflowAPI.respond(request) { try await handler(request) }
        }
    }

    // MARK: - The store

    @Sendable private func put(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard !request.path.hasSuffix("/") else {
            return Self.detail("Artifact path must include a filename (cannot end with '/').")
        }
        let path = try ArtifactPath(parsing: request.parameters["path"] ?? "")
        try await store(request, at: path)
        return HTTPResponse(status: 200)
    }

    @Sendable private func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await send(ArtifactPath(parsing: request.parameters["path"] ?? ""), request)
    }

    @Sendable private func delete(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await tracking.artifacts.delete(ArtifactPath(parsing: request.parameters["path"] ?? ""))
        return .json(bytes: emptyAnswer)
    }

    @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        let files = try await tracking.artifacts.list(ArtifactPath(parsing: request.query.first("path") ?? ""))
        return .json(bytes: JSONWriter.object { $0.list("files", files) { $0.file($1, path: $1.name) } })
    }

    // MARK: - By owner

    @Sendable private func getOfRun(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let text = request.query.first("path") else { return Self.badRequestPage }
        let path = try ArtifactPath(parsing: text)
        return try await send(below: try await runLocation(request), path, request)
    }

    @Sendable private func getOfVersion(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let text = request.query.first("path") else { return Self.badRequestPage }
        let path = try ArtifactPath(parsing: text)
        guard let number = request.query.first("version").flatMap(Int64.init) else {
            throw MLflowError.missing("version")
        }
        let version = try await registry.version(request.query.first("name") ?? "", number)
        return try await send(below: version.location, path, request)
    }

    @Sendable private func getOfLoggedModel(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let text = request.query.first("artifact_file_path") else { return Self.badRequestPage }
        let path = try ArtifactPath(parsing: text)
        let model = try await tracking.loggedModel(LoggedModelID(request.parameters["model_id"] ?? ""))
        return try await send(below: model.artifactLocation, path, request)
    }

    @Sendable private func uploadFromPage(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard request.query.first("run_uuid") ?? request.query.first("run_id") != nil else {
            throw MLflowError.invalid("Request must specify run_uuid.")
        }
        guard let text = request.query.first("path"), !text.isEmpty else {
            throw MLflowError.invalid("Request must specify path.")
        }
        let path = try ArtifactPath(parsing: text)
        guard let root = ArtifactPath(location: try await runLocation(request)) else {
            throw MLflowError.invalid("The artifacts of this run are not kept by this server.")
        }
        let bytes: [UInt8]
        do {
            bytes = try await request.body()
        } catch let error as HTTPError where error.status == 413 {
            throw MLflowError.invalid("Artifact size is too large. Max size is 10MB.")
        }
        guard !bytes.isEmpty else { throw MLflowError.invalid("Request must specify data.") }
        try await tracking.artifacts.store(bytes, at: root.appending(path))
        return HTTPResponse(status: 200)
    }

    private func runLocation(_ request: HTTPRequest) async throws -> String {
        guard let id = request.query.first("run_id") ?? request.query.first("run_uuid"), !id.isEmpty else {
            throw MLflowError.missing("run_id")
        }
        guard let info = try await tracking.runInfo(RunID(id)) else {
            throw MLflowError(code: .resourceDoesNotExist, message: "Run with id=\(id) not found")
        }
        return info.artifactLocation
    }

    // MARK: - Files

    private func store(_ request: HTTPRequest, at path: ArtifactPath) async throws {
        let upload = try await tracking.artifacts.beginUpload()
        for try await chunk in request.bodyChunks { try await upload.append(chunk) }
        try await tracking.artifacts.store(upload, at: path)
    }

    private func send(below location: String, _ path: ArtifactPath, _ request: HTTPRequest) async throws -> HTTPResponse
    {
        guard let root = ArtifactPath(location: location) else {
            throw MLflowError.invalid("The artifacts are not kept by this server but at '\(location)'.")
        }
        return try await send(root.appending(path), request)
    }

    private func send(_ path: ArtifactPath, _ request: HTTPRequest) async throws -> HTTPResponse {
        guard let (file, content) = try await tracking.artifacts.open(path) else {
            if try await tracking.artifacts.isFolder(path) {
                return Self.detail("Artifact path refers to a directory, not a file: '\(path)'")
            }
            throw MLflowError(code: .resourceDoesNotExist, message: "No such artifact: '\(path)'")
        }
        let headers: HTTPHeaders = [
            "Content-Type": MediaType.of(path.name), "Content-Disposition": MediaType.disposition(path.name),
            "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes", "ETag": "\"\(file.blob.hash)\"",
        ]
        return ByteRange.response(to: request, content: content, size: Int(file.size), headers)
    }

    private static let badRequestPage = HTTPResponse.html(
        "<!doctype html><title>400 Bad Request</title><h1>Bad Request</h1>",
        status: 400
    )

    private static func detail(_ text: String) -> HTTPResponse {
        .json(bytes: JSONWriter.object { $0.member("detail", text) }, status: 400)
    }
}
