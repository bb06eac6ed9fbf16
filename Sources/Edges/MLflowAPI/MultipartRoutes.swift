internal import BlobStore
internal import HTTPServer
internal import JSON
internal import Tracking

/// Files that come in parts: what MLflow's client does with those of 500 MB and more.
///
/// Parts come to an address of our own that holds the name of the upload, which nobody can guess.
struct MultipartRoutes: Sendable {
    private static let partPath = "/api/2.0/mlflow-artifacts/mpu/parts"

    let artifacts: ArtifactService

    /// Adds the routes that stand below `/api` and `/ajax-api`.
    func install(below prefix: String, on router: inout Router) {
        let root = "\(prefix)/2.0/mlflow-artifacts"
        on(.post, "\(root)/mpu/create/{path...}", &router, create)
        on(.post, "\(root)/mpu/complete/{path...}", &router, complete)
        on(.post, "\(root)/mpu/abort/{path...}", &router, abort)
        on(.get, "\(root)/presigned/{path...}", &router, presigned)
    }

    /// Adds the route of the parts.
    func installWithoutPrefix(on router: inout Router) {
        on(.put, "\(Self.partPath)/{upload}/{number}", limits: .upload, &router, receive)
    }

    private func on(
        _ method: HTTPMethod,
        _ pattern: String,
        limits: RouteLimits = RouteLimits(maximumBodyBytes: Endpoint.usualBodyLimit),
        _ router: inout Router,
        _ handler: @escaping HTTPHandler
    ) {
        router.on(method, pattern, limits: limits) { request in
            try await MLflowAPI.respond(request) { try await handler(request) }
        }
    }

    @Sendable private func create(_ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await Call(request, request.body()).fields
        guard let count = try fields.int("num_parts") else { throw MLflowError.missing("num_parts") }
        let address = try Self.address(of: request) + Self.partPath
        let upload = try await artifacts.beginUpload(inParts: Int(count), at: try target(request, fields))
        let bytes = JSONWriter.object { writer in
            writer.member("upload_id", upload)
            writer.list("credentials", Array(1...count)) { writer, number in
                writer.beginObject()
                writer.member("url", "\(address)/\(upload)/\(number)")
                writer.key("part_number")
                writer.int(number)
                writer.key("headers")
                writer.beginObject()
                writer.endObject()
                writer.endObject()
            }
        }
        return .json(bytes: bytes)
    }

    @Sendable private func receive(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let number = request.parameters["number"].flatMap(Int.init) else { throw MLflowError.missing("number") }
        guard let length = request.headers["Content-Length"].flatMap(Int.init) else {
            throw MLflowError.invalid("A part needs a Content-Length header; it cannot be sent in chunks.")
        }
        let upload = request.parameters["upload"] ?? ""
        let part = try await artifacts.parts.receive(number, of: upload, length: length)
        for try await chunk in request.bodyChunks { try await artifacts.parts.append(chunk, to: part) }
        let tag = try await artifacts.parts.finish(part, of: upload)
        return HTTPResponse(status: 200, headers: ["ETag": "\"\(tag)\""])
    }

    @Sendable private func complete(_ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await Call(request, request.body()).fields
        var tags: [Int: String] = [:]
        for part in try fields.messages("parts") {
            guard let number = try part.int("part_number") else { throw MLflowError.missing("parts.part_number") }
            let tag = try part.requiredString("etag")
            tags[Int(number)] = tag.filter { $0 != "\"" }
        }
        let path = try target(request, fields)
        try await artifacts.completeUpload(try fields.requiredString("upload_id"), tags: tags, at: path)
        return .json(bytes: emptyAnswer)
    }

    @Sendable private func abort(_ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await Call(request, request.body()).fields
        try await artifacts.abortUpload(try fields.requiredString("upload_id"), at: try target(request, fields))
        return .json(bytes: emptyAnswer)
    }

    /// Our own address of a file: it takes ranges, which is all that a client wants of another one.
    @Sendable private func presigned(_ request: HTTPRequest) async throws -> HTTPResponse {
        let path = try ArtifactPath(parsing: request.parameters["path"] ?? "")
        guard let file = try await artifacts.file(at: path) else {
            throw MLflowError(code: .resourceDoesNotExist, message: "No such artifact: '\(path)'")
        }
        let place = request.path.split(separator: "/mlflow-artifacts/presigned/", maxSplits: 1).last ?? ""
        let address = try Self.address(of: request)
        let bytes = JSONWriter.object { writer in
            writer.member("url", "\(address)/api/2.0/mlflow-artifacts/artifacts/\(place)")
            writer.key("headers")
            writer.beginObject()
            writer.endObject()
            writer.key("file_size")
            writer.int(file.size)
        }
        return .json(bytes: bytes)
    }

    /// The place of the file: the folder of the address and the last part of the client's own path.
    private func target(_ request: HTTPRequest, _ fields: Fields) throws -> ArtifactPath {
        let folder = try ArtifactPath(parsing: request.parameters["path"] ?? "")
        let local = try fields.requiredString("path").split(whereSeparator: { $0 == "/" || $0 == "\\" })
        guard let name = local.last else { throw MLflowError.missing("path") }
        return folder.appending(try ArtifactPath(parsing: String(name)))
    }

    /// The address under which the client reached us.
    private static func address(of request: HTTPRequest) throws(MLflowError) -> String {
        guard let host = request.headers["Host"], !host.isEmpty else {
            throw .invalid("The Host header is missing, which the address of the parts is made of.")
        }
        let isSecure = request.headers["X-Forwarded-Proto"]?.lowercased() == "https"
        return "\(isSecure ? "https" : "http")://\(host)"
    }
}
