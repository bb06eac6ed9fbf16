internal import HTTPServer
internal import JSON
internal import Tracking

/// `POST /v1/traces`: spans by OpenTelemetry's protocol.
struct SpanRoute: Sendable {
    private static let limits = RouteLimits(maximumBodyBytes: 64 << 20)
    private static let protobuf = "application/x-protobuf"

    let tracking: TrackingService

    func install(on router: inout Router) {
        router.on(.post, "/v1/traces", limits: Self.limits) { request in
            try await MLflowAPI.respond(request) { try await receive(request) }
        }
    }

    private func receive(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let experiment = request.headers["x-mlflow-experiment-id"] else {
            return Self.detail("The header x-mlflow-experiment-id is missing.", status: 422)
        }
        let type = request.headers["Content-Type"]?.prefix { $0 != ";" }.lowercased() ?? ""
        guard type == Self.protobuf else {
            return Self.detail("Invalid Content-Type: \(type). Expected \(Self.protobuf).", status: 400)
        }
        guard request.headers["Content-Encoding"] == nil else {
            return Self.detail("Compressed spans are not supported; send them as they are.", status: 415)
        }
        let decoded: SpanDecoder
        do {
            decoded = try SpanDecoder(await request.body())
        } catch is ProtobufReader.Malformed {
            return Self.detail("Invalid OpenTelemetry protobuf format", status: 400)
        }
        guard !decoded.spans.isEmpty else {
            return Self.detail("Invalid OpenTelemetry format - no spans found", status: 400)
        }
        try await tracking.storeSpans(
            decoded.spans,
            experiment: ExperimentID(parsing: experiment),
            run: request.headers["x-mlflow-run-id"].map { RunID($0) },
            facts: decoded.facts
        )
        return HTTPResponse(status: 200, headers: ["Content-Type": Self.protobuf])
    }

    private static func detail(_ text: String, status: Int) -> HTTPResponse {
        .json(bytes: JSONWriter.object { $0.member("detail", text) }, status: status)
    }
}
