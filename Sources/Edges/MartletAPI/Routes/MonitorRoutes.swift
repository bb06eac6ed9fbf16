internal import HTTPServer
internal import JSON

/// Monitors, their windows and reports.
struct MonitorRoutes: RouteGroup {
    private static let root = "/api/v1/monitors"

    let source: any MonitorSource

    var operations: [Operation] { reading + [declare, replace, delete] }

    private var reading: [Operation] {
        [
            .get(Self.root, "The monitors with their counters") { [source] _ in
                .list(try await source.monitors().map(JSONValue.object))
            },
            .get("\(Self.root)/{name}", "One monitor, with how it was declared") { [source] request in
                let name = request.parameter("name")
                return try Self.found(await source.monitor(name), name)
            },
            .get(
                "\(Self.root)/{name}/windows",
                "The windows of a monitor in short, oldest first",
                query: [
                    .optional("from", "integer", "Only windows from this number on"),
                    .optional("limit", "integer", "Of the newest so many, 1 to 10000; 1000 without"),
                ]
            ) { [source] request in
                let name = request.parameter("name")
                let windows = try await source.windows(
                    monitor: name,
                    from: Int(request.integer("from", Int64.min...Int64.max) ?? .min),
                    limit: Int(request.integer("limit", 1...10_000) ?? 1000)
                )
                guard let windows else { throw Self.unknown(name) }
                return .list(windows.map(JSONValue.object))
            },
            .get(
                "\(Self.root)/{name}/windows/{index}",
                "All that is known of one window; `latest` is the newest"
            ) { [source] request in
                let name = request.parameter("name")
                let index = try Self.index(request)
                guard let window = try await source.window(monitor: name, index: index) else {
                    throw Self.unknownWindow(name, request)
                }
                return .json(.object(window))
            },
            .get(
                "\(Self.root)/{name}/changes",
                "The changes that the detectors of a monitor have found, oldest first",
                query: [
                    .optional("from", "integer", "Only changes from this row number on"),
                    .optional("limit", "integer", "Of the newest so many, 1 to 10000; 1000 without"),
                ]
            ) { [source] request in
                let name = request.parameter("name")
                let changes = try await source.changes(
                    monitor: name,
                    from: request.integer("from", Int64.min...Int64.max) ?? .min,
                    limit: Int(request.integer("limit", 1...10_000) ?? 1000)
                )
                guard let changes else { throw Self.unknown(name) }
                return .list(changes.map(JSONValue.object))
            },
            .get(
                "\(Self.root)/{name}/windows/{index}/report",
                "A report of one window, made of its rows in the log",
                query: [
                    .optional("kind", "string", "`drift` or `summary`; drift without"),
                    .optional("format", "string", "`json` or `html`, one page that needs nothing else; json without"),
                ]
            ) { [source] request in try await Self.report(source, request) },
        ]
    }

    private var declare: Operation {
        .post(
            Self.root,
            "Declares a monitor and starts it; fields as in a project's file",
            body: [
                .required("name", "string", "Unique among all monitors"),
                .optional("input", "string", "The topic of rows; this and `window`, or `dataset`"),
                .optional("window", "object", "`size` (rows), `seconds` (event time) or `labels`"),
                .optional("dataset", "string", "A dataset: each new version is a window"),
                .optional("columns", "array", "Names, or objects with `name`, `type`, `minimum`, `maximum`, …"),
                .optional("predictions", "object", "Topics of predictions by role; `champion` among them"),
                .optional("labels", "string", "The topic of labels"),
                .optional("reference", "string", "A dataset version such as `weather@v1`"),
                .optional("detectors", "array", "Change detectors: a `column`, or `of`, with `method`; or `auto`"),
                .optional("notify", "array", "Where alerts are sent"),
            ],
            limits: RouteLimits(timeout: .seconds(60))
        ) { [source] request in
            let declaration = JSONValue.object(try await request.fields().object)
            let monitor = try await source.declare(declaration, actor: "api", replaces: false)
            return .json(.object(monitor), status: 201)
        }
    }

    private var replace: Operation {
        .put(
            "\(Self.root)/{name}",
            "Declares a monitor anew, or for the first time, and starts it",
            body: [.optional("input", "string", "The topic of rows; other fields as for POST")],
            limits: RouteLimits(timeout: .seconds(60))
        ) { [source] request in
            var fields = try await request.fields().object
            let name = request.parameter("name")
            if let given = fields["name"]?.stringValue, given != name {
                throw BodyFields.wrong("name", "is '\(given)', and the path says '\(name)'")
            }
            fields["name"] = .string(name)
            return .json(.object(try await source.declare(.object(fields), actor: "api", replaces: true)))
        }
    }

    private var delete: Operation {
        .delete("\(Self.root)/{name}", "Stops a monitor and forgets what it found") { [source] request in
            let name = request.parameter("name")
            guard try await source.delete(name) else { throw Self.unknown(name) }
            return HTTPResponse(status: 204)
        }
    }

    private static func report(_ source: any MonitorSource, _ request: HTTPRequest) async throws -> HTTPResponse {
        let text = request.query.first("kind") ?? WindowReportKind.drift.rawValue
        guard let kind = WindowReportKind(rawValue: text) else {
            throw HTTPError(status: 400, message: "'kind' must be drift, summary or performance, not '\(text)'")
        }
        let format = request.query.first("format") ?? "json"
        guard ["json", "html"].contains(format) else {
            throw HTTPError(status: 400, message: "'format' must be json or html, not '\(format)'")
        }
        let name = request.parameter("name")
        guard let report = try await source.report(monitor: name, index: try index(request), kind: kind) else {
            throw unknownWindow(name, request)
        }
        guard format == "html" else { return .json(report.json) }
        return HTTPResponse(
            headers: [
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
            ],
            body: .bytes(Array(report.html.utf8))
        )
    }

    private static func index(_ request: HTTPRequest) throws(HTTPError) -> Int? {
        let text = request.parameter("index")
        if text == "latest" { return nil }
        guard let index = Int(text) else {
            throw HTTPError(status: 400, message: "a window is a whole number, or latest; not '\(text)'")
        }
        return index
    }

    private static func found(_ object: JSONObject?, _ name: String) throws(HTTPError) -> HTTPResponse {
        guard let object else { throw unknown(name) }
        return .json(.object(object))
    }

    private static func unknown(_ name: String) -> HTTPError {
        HTTPError(status: 404, message: "there is no monitor '\(name)'; GET /api/v1/monitors lists them")
    }

    private static func unknownWindow(_ name: String, _ request: HTTPRequest) -> HTTPError {
        HTTPError(
            status: 404,
            message: "monitor '\(name)' has no window \(request.parameter("index")); "
                + "GET /api/v1/monitors/\(name)/windows lists them"
        )
    }
}
