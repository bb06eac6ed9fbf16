internal import Files
internal import JSON
internal import Lake
internal import Reports
internal import Statistics

/// `martlet drift`.
enum DriftCommand {
    static func drift(_ files: FileDesk) -> CommandSpecification {
        CommandSpecification(
            name: "drift",
            summary: "Compares a CSV or Parquet file with another, without a server; ends with 6 where it has drifted",
            places: [
                .required("REFERENCE", "the file to compare with"), .required("CURRENT", "the file that is judged"),
            ],
            options: options + [
                .flag("--json", "Prints the report as JSON"),
                .value("--html", "FILE", "Writes the report as one HTML page"),
            ],
            isClient: false
        ) { invocation, context in
            let options = try driftOptions(invocation)
            let columns = invocation.allValues("--column")
            let names = [invocation.required("REFERENCE"), invocation.required("CURRENT")]
            let report = try await files.withFiles(names, byColumn: true) { lake, sources in
                try await DriftComparison(
                    lake: lake,
                    reference: sources[0],
                    current: sources[1],
                    options: options,
                    columns: columns.isEmpty ? nil : columns
                ).run()
            }
            if let path = invocation.value("--html") { try ReportFile.write(report.html, to: path) }
            show(report.json, context)
            let isGate = invocation.value("--drift-share") != nil
            guard isGate ? report.hasDrifted : report.driftedCount > 0 else { return }
            throw CommandFailure(
                status: .drifted,
                message: "\(report.driftedCount) of \(report.columns.count) columns have drifted"
            )
        }
    }

    /// How two datasets are compared; `report` takes the same.
    static let options: [OptionSpecification] = [
        .values("--column", "NAME", "Only this column; may be repeated"),
        .values("--method", "[COLUMN=]METHOD", "The method of all columns, or of one: \(methods)"),
        .value("--numerical-method", "METHOD", "The method of columns of numbers"),
        .value("--categorical-method", "METHOD", "The method of columns of categories"),
        .values("--threshold", "[COLUMN=]NUMBER", "The limit of all columns, or of one; the method's own without"),
        .value("--numerical-threshold", "NUMBER", "The limit of columns of numbers"),
        .value("--categorical-threshold", "NUMBER", "The limit of columns of categories"),
        .value("--drift-share", "SHARE", "The share of drifted columns that counts as drift; any column without"),
        .value("--correction", "NAME", "For many columns: fdr_bh without; bonferroni, holm, …, or none"),
        .value("--compat", "NAME", "evidently-0.7 for Evidently's numbers and verdicts; none without"),
    ]

    private static let methods = DriftMethod.allCases.map(\.rawValue).joined(separator: ", ")

    /// Reads the options of a comparison.
    static func driftOptions(_ invocation: Invocation) throws(CommandFailure) -> DriftOptions {
        var options = DriftOptions()
        for text in invocation.allValues("--method") {
            let (column, name) = split(text)
            let method = try method(name)
            if let column { options.columnMethods[column] = method } else { options.method = method }
        }
        if let name = invocation.value("--numerical-method") { options.numericalMethod = try method(name) }
        if let name = invocation.value("--categorical-method") { options.categoricalMethod = try method(name) }
        for text in invocation.allValues("--threshold") {
            let (column, number) = split(text)
            guard let limit = Double(number), limit.isFinite, limit >= 0 else {
                throw .usage("--threshold takes a number, or COLUMN=NUMBER; not '\(text)'")
            }
            if let column { options.columnThresholds[column] = limit } else { options.threshold = limit }
        }
        let range = 0...Double.greatestFiniteMagnitude
        options.numericalThreshold = try invocation.number("--numerical-threshold", range)
        options.categoricalThreshold = try invocation.number("--categorical-threshold", range)
        if let share = try invocation.number("--drift-share", 0...1) { options.driftShare = share }
        if let name = invocation.value("--compat") {
            options.compatibility = try choice(name, of: Compatibility.allCases, "compatibility")
        }
        if let name = invocation.value("--correction") {
            options.correction = name == "none" ? nil : try choice(name, of: MultipleTesting.allCases, "correction")
        }
        return options
    }

    private static func method(_ name: String) throws(CommandFailure) -> DriftMethod {
        try choice(name, of: DriftMethod.allCases, "method")
    }

    private static func choice<Choice: RawRepresentable<String>>(
        _ name: String,
        of known: [Choice],
        _ what: String
    ) throws(CommandFailure) -> Choice {
        guard let choice = Choice(rawValue: name) else {
            let names = known.map(\.rawValue)
            let hint = NearestWord.hint(for: name, among: names)
            throw .usage("there is no \(what) '\(name)'\(hint.isEmpty ? ": \(names.joined(separator: ", "))" : hint)")
        }
        return choice
    }

    /// `column=value`, split at the last sign since a column's name may hold one.
    static func split(_ text: String) -> (column: String?, value: String) {
        guard let sign = text.lastIndex(of: "=") else { return (nil, text) }
        return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }

    /// A table with the worst column first, or the report as JSON.
    static func show(_ report: JSONValue, _ context: CommandContext) {
        guard !context.report.isJSON else { return context.report.json(report) }
        context.streams.write(Table(columns).render(report["columns"]?.arrayValue ?? []))
        for column in report["skipped"]?.arrayValue ?? [] {
            let (name, reason) = (column["column"]?.stringValue ?? "", column["reason"]?.stringValue ?? "")
            context.streams.write("not compared: \(Column.printable(name)) (\(Column.printable(reason)))\n")
        }
    }

    private static let columns: [Column] = [
        Column("COLUMN", "column"), Column("TYPE", "type"), Column("METHOD", "method"),
        Column("SCORE") { row in text(row["score"]) }, Column("LIMIT") { row in text(row["threshold"]) },
        Column("DRIFT") { row in
            guard row["undefined"]?.isNull != false else { return row["undefined"]?["message"] }
            return row["drifted"] == true ? "yes" : "no"
        },
        Column("ROWS", "current.rows"), Column("MISSING", "current.missing"),
        Column("MEAN BEFORE") { row in text(row["reference"]?["mean"]) },
        Column("MEAN NOW") { row in text(row["current"]?["mean"]) },
    ]

    /// A number as people read it.
    static func text(_ value: JSONValue?) -> JSONValue? {
        value?.doubleValue.map { .string(NumberText.short($0)) }
    }
}
