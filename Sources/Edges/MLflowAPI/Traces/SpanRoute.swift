internal import HTTPServer
internal import JSON
internal import Tracking

/// `POST /v1/traces`: spans by OpenTelemetry's protocol, as protobuf or JSON.
struct SpanRoute: Sendable {
    private static let limits = RouteLimits(maximumBodyBytes: 64 << 20)
    private static let protobuf = "application/x-protobuf"
    private static let json = "application/json"

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
        guard type == Self.protobuf || type == Self.json else {
            return Self.detail(
                "Invalid Content-Type: \(type). Expected: \(Self.protobuf) or \(Self.json)",
                status: 400
            )
        }
        guard request.headers["Content-Encoding"] == nil else {
            return Self.detail("Compressed spans are not supported; send them as they are.", status: 415)
        }
        let body = try await request.body()
        let decoded: SpanBatch
        do {
            decoded = try type == Self.json ? SpanJSONDecoder(body).batch : SpanDecoder(body).batch
        } catch  where error is SpanBatch.Malformed || error is ProtobufReader.Malformed {
            let form = type == Self.json ? "JSON" : "protobuf"
            return Self.detail("Invalid OpenTelemetry \(form) format", status: 400)
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
        guard type == Self.protobuf else { return .json(bytes: emptyAnswer) }
        return HTTPResponse(status: 200, headers: ["Content-Type": Self.protobuf])
    }

    private static func detail(_ text: String, status: Int) -> HTTPResponse {
        .json(bytes: JSONWriter.object { $0.member("detail", text) }, status: status)
    }
}
