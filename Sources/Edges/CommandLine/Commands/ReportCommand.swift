internal import JSON
internal import Lake
internal import Reports
internal import Statistics

/// `martlet report`.
enum ReportCommand {
    static func report(_ files: FileDesk) -> CommandSpecification {
        CommandSpecification(
            name: "report",
            summary: "Reports what a file or a dataset version holds, how it differs, and how good predictions are",
            places: [.required("CURRENT", "a CSV or Parquet file, or a dataset version such as rain@v3")],
            options: options + SearchOptions.options + ProfileOptions.options + DriftCommand.options
        ) { invocation, context in
            var asked = try request(invocation)
            asked.merged = try ProfileOptions.merged(invocation, asked.kind)
            let request = asked
            let page = invocation.value("--html")
            let current = invocation.required("CURRENT")
            let reference = invocation.value("--reference")
            guard LakeFormat(fileName: current) != nil else {
                guard request.merged.isEmpty else {
                    throw CommandFailure.usage("--merge adds profiles to that of a file")
                }
                return try await remote(request, current, reference, page, context)
            }
            let names = [current] + (reference.map { [$0] } ?? [])
            let report = try await files.withFiles(names, byColumn: [.drift, .summary].contains(request.kind)) {
                lake,
                sources in
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
        .value("--kind", "KIND", "\(ReportRequest.Kind.inWords); summary without"),
        .value("--reference", "REFERENCE", "What to compare with: a file, or a dataset version"),
        .value("--html", "FILE", "Writes the report as one HTML page"),
        .value("--target", "NAME", "The column of what was true, for performance"),
        .value("--prediction", "NAME", "The column of predicted classes or numbers, for performance"),
        .value("--score", "NAME", "The column of the probability of the positive class, for performance"),
        .value("--positive", "CLASS", "The positive class; 1 or true without"),
        .value("--probability", "NUMBER", "The probability from which a row counts as positive; 0.5 without"),
        .value("--chunks", "COUNT", "How many chunks each side is cut into; 10 without"),
        .value("--chunk-rows", "COUNT", "Rows of a chunk, in place of --chunks"),
        .values("--limit", "NAME=LOWER:UPPER", "Limits of a method or a metric of chunks; one may be left out"),
        .values("--class-score", "CLASS=COLUMN", "The column of a class's probability, to estimate several classes"),
        .values("--loss", "METRIC=COLUMN", "The column of predicted losses, to estimate \(losses) of a regression"),
    ]

    private static let losses = EstimatedLoss.allCases.map(\.rawValue).joined(separator: ", ")

    private static func chunkOptions(_ invocation: Invocation) throws(CommandFailure) -> ChunkOptions {
        var options = ChunkOptions()
        let range = 1...1e9
        if let count = try invocation.number("--chunks", range) { options.plan = .count(Int(count)) }
        if let rows = try invocation.number("--chunk-rows", range) { options.plan = .rows(Int(rows)) }
        for text in invocation.allValues("--limit") {
            guard case (let name?, let limits) = DriftCommand.split(text), let ends = ends(limits) else {
                throw .usage("--limit takes NAME=LOWER:UPPER with numbers, such as roc_auc=0.7:, not '\(text)'")
            }
            options.limits[name] = .constant(lower: ends.lower, upper: ends.upper)
        }
        for text in invocation.allValues("--class-score") {
            guard case (let name?, let column) = DriftCommand.split(text) else {
                throw .usage("--class-score takes CLASS=COLUMN, not '\(text)'")
            }
            options.classScores[name] = column
        }
        for text in invocation.allValues("--loss") {
            guard case (let name?, let column) = DriftCommand.split(text), let metric = EstimatedLoss(rawValue: name)
            else { throw .usage("--loss takes METRIC=COLUMN with one of \(losses), not '\(text)'") }
            options.losses[metric] = column
        }
        return options
    }

    /// `LOWER:UPPER`, of which one may be left out.
    private static func ends(_ text: String) -> (lower: Double?, upper: Double?)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.map { Double($0) }
        guard parts.count == 2, zip(parts, numbers).allSatisfy({ $0.isEmpty || $1?.isFinite == true }),
            numbers.contains(where: { $0 != nil })
        else { return nil }
        return (numbers[0], numbers[1])
    }

    private static func request(_ invocation: Invocation) throws(CommandFailure) -> ReportRequest {
        let name = invocation.value("--kind") ?? "summary"
        guard let kind = ReportRequest.Kind(rawValue: name) else {
            throw .usage("--kind is \(ReportRequest.Kind.inWords); not '\(name)'")
        }
        var request = ReportRequest(kind: kind)
        request.drift = try DriftCommand.driftOptions(invocation)
        request.chunks = try chunkOptions(invocation)
        request.changes = try SearchOptions.changes(invocation)
        request.outliers = try SearchOptions.outliers(invocation)
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
        case "chunks": context.streams.write(Table(chunks).render(chunkRows(report)))
        case "changes": context.streams.write(Table(SearchOptions.series).render(report["series"]?.arrayValue ?? []))
        case "outliers":
            let found = report["columns"]?.arrayValue ?? report["rows"]?.arrayValue ?? []
            context.streams.write(Table(SearchOptions.findings).render(found))
        case "profile":
            context.streams.write(Table(ProfileOptions.columns).render(report["columns"]?.arrayValue ?? []))
        case "performance":
            context.streams.write(Table(metrics).render(report["comparison"]?.arrayValue ?? []))
        default:
            context.streams.write(Table(health).render([report["dataset"] ?? .null]))
            context.streams.write("\n" + Table(columns).render(report["columns"]?.arrayValue ?? []))
        }
    }

    /// A row a metric, and a row a column and method.
    private static func chunkRows(_ report: JSONValue) -> [JSONValue] {
        let estimates = (report["estimates"]?.arrayValue ?? []).map { series("estimate", $0["metric"], $0) }
        let columns = (report["columns"]?.arrayValue ?? []).flatMap { column in
            (column["methods"]?.arrayValue ?? []).map { series(column["column"]?.stringValue ?? "", $0["method"], $0) }
        }
        return estimates + columns
    }

    private static func series(_ name: String, _ method: JSONValue?, _ series: JSONValue) -> JSONValue {
        let current = (series["chunks"]?.arrayValue ?? []).filter { $0["period"] == "analysis" }
        return [
            "column": .string(name), "method": method ?? .null, "upper": series["upper_threshold"] ?? .null,
            "lower": series["lower_threshold"] ?? .null, "newest": current.last?["value"] ?? .null,
            "alerts": .int(Int64(current.count { $0["alert"] == true })), "count": .int(Int64(current.count)),
        ]
    }

    private static let chunks: [Column] = [
        Column("COLUMN", "column"), Column("METHOD", "method"), Column("UNUSUAL", "alerts"), Column("OF", "count"),
        Column("LOWER LIMIT") { DriftCommand.text($0["lower"]) },
        Column("UPPER LIMIT") { DriftCommand.text($0["upper"]) },
        Column("NEWEST") { DriftCommand.text($0["newest"]) },
    ]

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
