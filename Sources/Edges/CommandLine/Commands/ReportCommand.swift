internal import JSON
internal import Lake
internal import Reports
internal import Statistics

/// `martlet report`.
enum ReportCommand {
    static func report(_ files: FileDesk) -> CommandSpecification {
        CommandSpecification(
            name: "report",
            summary: "Reports drift, summary or performance of a file, or of a dataset version of the server",
            places: [.required("CURRENT", "a CSV or Parquet file, or a dataset version such as rain@v3")],
            options: options + DriftCommand.options
        ) { invocation, context in
            let request = try request(invocation)
            let page = invocation.value("--html")
            let current = invocation.required("CURRENT")
            let reference = invocation.value("--reference")
            guard LakeFormat(fileName: current) != nil else {
                return try await remote(request, current, reference, page, context)
            }
            let names = [current] + (reference.map { [$0] } ?? [])
            let report = try await files.withFiles(names) { lake, sources in
                try await ReportMaker(lake: lake).make(
                    request,
                    reference: sources.dropFirst().first,
                    current: sources[0]
                )
            }
            if let page { try ReportFile.write(report.html, to: page) }
            show(report.json, context)
        }
    }

    private static let options: [OptionSpecification] = [
        .value("--kind", "KIND", "drift, summary or performance; summary without"),
        .value("--reference", "REFERENCE", "What to compare with: a file, or a dataset version"),
        .value("--html", "FILE", "Writes the report as one HTML page"),
        .value("--target", "NAME", "The column of what was true, for performance"),
        .value("--prediction", "NAME", "The column of predicted classes or numbers, for performance"),
        .value("--score", "NAME", "The column of the probability of the positive class, for performance"),
        .value("--positive", "CLASS", "The positive class; 1 or true without"),
        .value("--probability", "NUMBER", "The probability from which a row counts as positive; 0.5 without"),
    ]

    private static func request(_ invocation: Invocation) throws(CommandFailure) -> ReportRequest {
        let name = invocation.value("--kind") ?? "summary"
        guard let kind = ReportRequest.Kind(rawValue: name) else {
            throw .usage("--kind is drift, summary or performance; not '\(name)'")
        }
        var request = ReportRequest(kind: kind)
        request.drift = try DriftCommand.driftOptions(invocation)
        let columns = invocation.allValues("--column")
        if !columns.isEmpty { request.columns = columns }
        if let target = invocation.value("--target") {
            var model = ReportRequest.Model(target: target)
            model.prediction = invocation.value("--prediction")
            model.score = invocation.value("--score")
            model.positive = invocation.value("--positive")
            model.threshold = try invocation.number("--probability", 0...1) ?? model.threshold
            request.model = model
        }
        return request
    }

    /// Asks the server, which has the dataset versions.
    private static func remote(
        _ request: ReportRequest,
        _ current: String,
        _ reference: String?,
        _ page: String?,
        _ context: CommandContext
    ) async throws {
        var body = request.json
        body["current"] = .string(current)
        body["reference"] = reference.map { .string($0) }
        let client = try context.client()
        if let page {
            body["format"] = "html"
            try ReportFile.write(try await client.postForPage(["reports"], body), to: page)
            body["format"] = nil
        }
        show(try await client.post(["reports"], body), context)
    }

    private static func show(_ report: JSONValue, _ context: CommandContext) {
        guard !context.report.isJSON else { return context.report.json(report) }
        switch report["kind"]?.stringValue {
        case "drift": DriftCommand.show(report, context)
        case "performance":
            context.streams.write(Table(metrics).render(report["comparison"]?.arrayValue ?? []))
        default:
            context.streams.write(Table(health).render([report["dataset"] ?? .null]))
            context.streams.write("\n" + Table(columns).render(report["columns"]?.arrayValue ?? []))
        }
    }

    private static let metrics: [Column] = [
        Column("METRIC", "name"), Column("REFERENCE") { DriftCommand.text($0["reference"]) },
        Column("CURRENT") { DriftCommand.text($0["current"]) }, Column("DECLINE") { DriftCommand.text($0["decline"]) },
    ]

    private static let health: [Column] = [
        Column("ROWS", "rows"), Column("MISSING CELLS", "missing_cells"), Column("DUPLICATED ROWS", "duplicated_rows"),
        Column("EMPTY ROWS", "empty_rows"), Column("CONSTANT COLUMNS") { count($0["constant_columns"]) },
        Column("EQUAL COLUMNS") { count($0["duplicated_columns"]) },
    ]

    private static let columns: [Column] = [
        Column("COLUMN", "column"), Column("TYPE", "type"), Column("MISSING", "current.missing"),
        Column("DIFFERENT", "current.distinct"), Column("MIN") { DriftCommand.text($0["current"]?["min"]) },
        Column("MEAN") { DriftCommand.text($0["current"]?["mean"]) },
        Column("MEDIAN") { DriftCommand.text($0["current"]?["50%"]) },
        Column("MAX") { DriftCommand.text($0["current"]?["max"]) },
    ]

    private static func count(_ value: JSONValue?) -> JSONValue? {
        value?.arrayValue.map { .int(Int64($0.count)) }
    }
}
