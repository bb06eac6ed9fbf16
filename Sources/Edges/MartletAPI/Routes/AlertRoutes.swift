internal import HTTPServer
internal import JSON

/// Alerts, and what people do about them.
struct AlertRoutes: RouteGroup {
    private static let statuses = ["open", "acknowledged", "silenced", "resolved"]
    private static let longest: Int64 = 366 * 86_400

    let source: any MonitorSource

    var operations: [Operation] {
        [
            .get(
                "/api/v1/alerts",
                "The alerts, newest first",
                query: [
                    .optional("monitor", "string", "Only those of one monitor"),
                    .optional("status", "string", Self.statuses.joined(separator: ", ") + "; all without"),
                ]
            ) { [source] request in
                let status = request.query.first("status")
                if let status, !Self.statuses.contains(status) {
                    let choices = Self.statuses.joined(separator: ", ")
                    throw HTTPError(status: 400, message: "'status' must be one of \(choices); not '\(status)'")
                }
                let alerts = try await source.alerts(monitor: request.query.first("monitor"), status: status)
                return .list(alerts.map(JSONValue.object))
            },
            .get("/api/v1/alerts/{id}", "One alert with what was sent about it") { [source] request in
                try Self.found(await source.alert(request.parameter("id")), request)
            },
            .post(
                "/api/v1/alerts/{id}/acknowledge",
                "Notes that somebody looks after an alert: it is not sent again",
                body: [
                    .optional("actor", "string", "Who; `api` without"), .optional("note", "string", "What to know"),
                ]
            ) { [source] request in
                let fields = try await request.fields()
                let alert = try await source.acknowledge(
                    request.parameter("id"),
                    actor: fields.optionalString("actor") ?? "api",
                    note: fields.optionalString("note") ?? ""
                )
                return try Self.found(alert, request)
            },
            .get("/api/v1/silences", "The silences that hold now") { [source] _ in
                .list(try await source.silences().map(JSONValue.object))
            },
            .post(
                "/api/v1/silences",
                "Holds alerts back for some time: they open and resolve as ever, and are not sent",
                body: [
                    .required("monitor", "string", "The monitor"),
                    .required("seconds", "integer", "How long, up to a year"),
                    .required("reason", "string", "Why, for the record"),
                    .optional("fingerprint", "string", "Only alerts of this kind, as alerts carry it"),
                    .optional("actor", "string", "Who asks; `api` without"),
                ]
            ) { [source] request in try await Self.silence(source, request) },
            .delete("/api/v1/silences/{id}", "Ends a silence") { [source] request in
                let id = request.parameter("id")
                guard try await source.endSilence(id) else {
                    throw HTTPError(
                        status: 404,
                        message: "there is no silence '\(id)'; GET /api/v1/silences lists them"
                    )
                }
                return HTTPResponse(status: 204)
            },
        ]
    }

    private static func silence(_ source: any MonitorSource, _ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        let wish = SilenceRequest(
            monitor: try fields.string("monitor"),
            fingerprint: try fields.optionalString("fingerprint"),
            seconds: try fields.integer("seconds", 1...longest),
            actor: try fields.optionalString("actor") ?? "api",
            reason: try fields.string("reason")
        )
        guard let silence = try await source.silence(wish) else {
            throw HTTPError(
                status: 404,
                message: "there is no monitor '\(wish.monitor)'; GET /api/v1/monitors lists them"
            )
        }
        return .json(.object(silence), status: 201)
    }

    private static func found(_ object: JSONObject?, _ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        guard let object else {
            let id = request.parameter("id")
            throw HTTPError(status: 404, message: "there is no alert '\(id)'; GET /api/v1/alerts lists them")
        }
        return .json(.object(object))
    }
}
