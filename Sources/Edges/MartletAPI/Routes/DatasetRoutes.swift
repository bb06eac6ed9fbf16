internal import Catalogue
internal import HTTPServer
internal import JSON
internal import Lake
internal import Primitives

/// The datasets of the catalogue and their versions.
struct DatasetRoutes: RouteGroup {
    let catalogue: CatalogueService

    var operations: [Operation] {
        [
            .get("/api/v1/datasets", "The datasets with their newest versions") { [catalogue] _ in
                .list(try await catalogue.list().map(\.json))
            },
            .get("/api/v1/datasets/{name}", "One dataset with its versions") { [catalogue] request in
                let name = request.parameter("name")
                let versions = try await catalogue.versions(name)
                return .json(["name": .string(name), "versions": .array(versions.map(\.json))])
            },
            .get("/api/v1/datasets/{name}/versions/{version}", "One version; `latest` is the newest") {
                [catalogue] request in
                let number = try Self.number(request.parameter("version"))
                return .json(try await catalogue.version(request.parameter("name"), number).json)
            },
            .post(
                "/api/v1/datasets/{name}/import",
                "Imports a CSV or Parquet file of the server's machine as the next version",
                body: [
                    .required("path", "string", "The file"),
                    .optional("rows", "object", "`from` and `to` (not included), counted from 0; all without"),
                ],
                limits: RouteLimits(timeout: .seconds(600))
            ) { [catalogue] request in try await Self.importFile(catalogue, request) },
        ]
    }

    private static func importFile(_ catalogue: CatalogueService, _ request: HTTPRequest) async throws -> HTTPResponse {
        let fields = try await request.fields()
        let path = try fields.string("path")
        guard path.hasPrefix("/") else {
            throw BodyFields.wrong("path", "must be absolute: the server does not work in your folder")
        }
        let options = ImportOptions(rows: try rows(fields))
        do {
            let version = try await catalogue.importFile(request.parameter("name"), path: path, options: options)
            return .json(version.json, status: 201)
        } catch let error as SystemError where error.subject == path {
            throw HTTPError(status: 400, code: "unreadable_file", message: error.description)
        }
    }

    private static func rows(_ fields: BodyFields) throws(HTTPError) -> Range<Int>? {
        guard let value = fields.object["rows"], !value.isNull else { return nil }
        guard let object = value.objectValue else { throw BodyFields.wrong("rows", "must be an object") }
        let range = BodyFields(object: object)
        let from = try range.optionalInteger("from", 0...Int64.max - 1) ?? 0
        let to = try range.integer("to", from + 1...Int64.max)
        return Int(from)..<Int(to)
    }

    private static func number(_ text: String) throws(HTTPError) -> Int? {
        if text == "latest" { return nil }
        guard let number = Int(text), number > 0 else {
            throw HTTPError(status: 400, message: "a version is a number from 1, or latest; not '\(text)'")
        }
        return number
    }
}
