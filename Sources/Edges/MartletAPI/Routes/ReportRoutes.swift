internal import Catalogue
internal import HTTPServer
internal import JSON
internal import Lake
internal import Reports

/// Reports of dataset versions.
struct ReportRoutes: RouteGroup {
    let catalogue: CatalogueService

    /// A report is our own page: its inline style and script run, and nothing else.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; sandbox allow-scripts"

    var operations: [Operation] {
        [
            .post(
                "/api/v1/reports",
                "Reports on dataset versions, as JSON or as one HTML page",
                body: [
                    .required("kind", "string", "drift, summary, performance, chunks, changes, outliers or profile"),
                    .required("current", "string", "The version that is judged: `rain@v3`, or `rain` for the newest"),
                    .optional("reference", "string", "The version to compare with; a drift report needs one"),
                    .optional("columns", "array", "The columns of a drift report or a summary; all without"),
                    .optional("drift", "object", "Methods, thresholds and correction: see docs/monitoring.md"),
                    .optional("model", "object", "`target` and `prediction` or `score` of a performance report"),
                    .optional("chunks", "object", "`rows` or `count`, `limits`, `class_scores`, `losses` of chunks"),
                    .optional("changes", "object", "`method` and `parameters` of the detector that looks for changes"),
                    .optional(
                        "outliers",
                        "object",
                        "`rule`, `limit`, `neighbours`, `components`, `listed` of outliers"
                    ),
                    .optional("format", "string", "json, or html for one page that needs nothing else; json without"),
                ],
                limits: RouteLimits(timeout: .seconds(600))
            ) { [catalogue] request in try await Self.report(catalogue, request) }
        ]
    }

    private static let members = [
        "kind", "current", "reference", "columns", "drift", "model", "chunks", "changes", "outliers", "format",
    ]

    private static func report(_ catalogue: CatalogueService, _ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        if let unknown = fields.object.keys.first(where: { !members.contains($0) }) {
            throw BodyFields.wrong(unknown, "is unknown; known: \(members.joined(separator: ", "))")
        }
        let format = try fields.optionalString("format") ?? "json"
        guard ["json", "html"].contains(format) else { throw BodyFields.wrong("format", "is json or html") }
        let wanted = try ReportRequest(json: fields.object)
        let current = try await source(try fields.string("current"), "current", catalogue)
        var reference: LakeSource?
        if let name = try fields.optionalString("reference") {
            reference = try await source(name, "reference", catalogue)
        }
        let report = try await ReportMaker(lake: catalogue.lake).make(wanted, reference: reference, current: current)
        guard format == "html" else { return .json(report.json) }
        return HTTPResponse(
            headers: ["Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy],
            body: .bytes(Array(report.html.utf8))
        )
    }

    /// Opens `rain@v3`, or the newest version of `rain`.
    private static func source(
        _ name: String,
        _ field: String,
        _ catalogue: CatalogueService
    ) async throws -> LakeSource {
        let parts = name.split(separator: "@", omittingEmptySubsequences: false)
        var number: Int?
        if parts.count > 1, parts[1] != "latest" {
            guard parts.count == 2, parts[1].hasPrefix("v"), let version = Int(parts[1].dropFirst()), version > 0 else {
                throw BodyFields.wrong(field, "is a dataset and a version, such as rain@v3; not '\(name)'")
            }
            number = version
        }
        let version = try await catalogue.version(String(parts[0]), number)
        return try await catalogue.lake.open(version.path, name: version.reference, format: .parquet)
    }
}
