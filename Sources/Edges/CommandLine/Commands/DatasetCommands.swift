internal import Files
internal import JSON

/// `martlet data`.
enum DatasetCommands {
    static let group = CommandGroup(
        name: "data",
        summary: "The datasets of the catalogue, and their versions",
        commands: [list, show, importFile]
    )

    private static let name = PlaceSpecification.required("DATASET", "the dataset's name")

    private static let list = CommandSpecification(name: "list", summary: "Lists the datasets") { _, context in
        context.report.list(
            try await context.client().get(["datasets"]),
            [
                Column("DATASET", "name"), Column("VERSIONS", "versions"), Column("ROWS", "latest.rows"),
                Column("BYTES", "latest.bytes"), Column("CREATED", "latest.created_at"),
            ],
            empty: "no datasets yet: martlet data import NAME FILE"
        )
    }

    private static let show = CommandSpecification(
        name: "show",
        summary: "Shows the versions of a dataset, or one version with its columns",
        places: [name],
        options: [.value("--version", "NUMBER", "One version; latest is the newest")]
    ) { invocation, context in
        let name = invocation.required("DATASET")
        guard let version = invocation.value("--version") else {
            let dataset = try await context.client().get(["datasets", name])
            guard !context.report.isJSON else { return context.report.json(dataset) }
            return context.report.list(
                ["items": dataset["versions"] ?? []],
                [
                    Column("VERSION", "version"), Column("ROWS", "rows"), Column("BYTES", "bytes"),
                    Column("SOURCE", "source.kind"), Column("HASH", "content_hash"), Column("CREATED", "created_at"),
                ],
                empty: "no versions"
            )
        }
        show(try await context.client().get(["datasets", name, "versions", version]), context.report)
    }

    private static func show(_ version: JSONValue, _ report: Report) {
        report.fields(
            version,
            [
                Column("dataset", "dataset"), Column("version", "version"), Column("rows", "rows"),
                Column("bytes", "bytes"), Column("hash", "content_hash"), Column("file", "path"),
                Column("source", "source"), Column("created", "created_at"),
            ]
        )
        report.section(
            "columns",
            version["statistics"]?.arrayValue ?? [],
            [
                Column("COLUMN", "name"), Column("NULLS", "nulls"), Column("MIN", "min"),
                Column("MAX", "max"), Column("MEAN", "mean"),
            ]
        )
    }

    private static let importFile = CommandSpecification(
        name: "import",
        summary: "Imports a CSV or Parquet file as the next version",
        places: [name, .required("FILE", "a file of the server's machine")],
        options: [.value("--rows", "FROM:TO", "Only these rows, counted from 0, TO not included")]
    ) { invocation, context in
        let name = invocation.required("DATASET")
        let path: String
        do {
            path = try Directory.resolve(invocation.required("FILE"))
        } catch {
            throw CommandFailure(status: .notFound, message: "\(error)")
        }
        var body: JSONObject = ["path": .string(path)]
        if let rows = invocation.value("--rows") { body["rows"] = try range(rows) }
        let version = try await context.client().post(["datasets", name, "import"], body)
        let rows = version["rows"]?.intValue ?? 0
        context.report.line("imported \(rows) rows as \(name)@v\(version["version"]?.intValue ?? 0)", version)
    }

    private static func range(_ text: String) throws(CommandFailure) -> JSONValue {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = Int64(parts[0]), let to = Int64(parts[1]), from >= 0, from < to else {
            throw .usage("--rows takes FROM:TO, such as 0:3650; not '\(text)'")
        }
        return ["from": .int(from), "to": .int(to)]
    }
}
