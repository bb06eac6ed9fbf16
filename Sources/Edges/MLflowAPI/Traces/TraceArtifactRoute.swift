internal import HTTPServer
internal import JSON
internal import Tracking

/// The spans of a trace as the file that MLflow's web pages load: each attribute is the JSON text of its value.
struct TraceArtifactRoute: Sendable {
    let tracking: TrackingService

    func install(on router: inout Router) {
        for version in ["2.0", "3.0"] {
            router.on(.get, "/ajax-api/\(version)/mlflow/get-trace-artifact") { request in
                try await MLflowAPI.respond(request) { try await send(request) }
            }
        }
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let id = request.query.first("request_id") else {
            throw MLflowError(
                code: .badRequest,
                message: "Request must include the \"request_id\" query parameter."
            )
        }
        guard let trace = try await tracking.traces([id]).first else {
            throw MLflowError(code: .resourceDoesNotExist, message: "Trace with ID \(id) is not found.")
        }
        let spans = try trace.spans.map { Self.span(try JSONValue.parse($0)) }
        let file = JSONValue.object(["spans": .array(spans)])
        return HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": "text/plain", "Content-Disposition": "attachment; filename=traces.json",
                "X-Content-Type-Options": "nosniff",
            ],
            body: .bytes(file.serialized())
        )
    }

    private static func span(_ span: JSONValue) -> JSONValue {
        let attributes = (span["attributes"]?.arrayValue ?? []).map { pair in
            (pair["key"]?.stringValue ?? "", JSONValue.string(WireSpan.plain(pair["value"] ?? .null).pythonText))
        }
        let status: JSONValue = [
            "code": span["status"]?["code"] ?? "STATUS_CODE_UNSET", "message": span["status"]?["message"] ?? "",
        ]
        return [
            "trace_id": span["trace_id"] ?? .null, "span_id": span["span_id"] ?? .null,
            "parent_span_id": span["parent_span_id"] ?? .null, "name": span["name"] ?? "",
            "start_time_unix_nano": span["start_time_unix_nano"] ?? 0,
            "end_time_unix_nano": span["end_time_unix_nano"] ?? .null,
            "events": .array((span["events"]?.arrayValue ?? []).map(event)), "status": status,
            "attributes": .object(JSONObject(attributes)), "links": span["links"] ?? [],
        ]
    }

    private static func event(_ event: JSONValue) -> JSONValue {
        let attributes = (event["attributes"]?.arrayValue ?? []).map { pair in
            (pair["key"]?.stringValue ?? "", WireSpan.plain(pair["value"] ?? .null))
        }
        return [
            "name": event["name"] ?? "", "time_unix_nano": event["time_unix_nano"] ?? 0,
            "attributes": .object(JSONObject(attributes)),
        ]
    }
}
