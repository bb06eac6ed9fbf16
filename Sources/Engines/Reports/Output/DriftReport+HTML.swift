internal import Statistics

extension DriftReport {
    /// Columns that a page shows; those beyond are in the JSON.
    private static let shownColumns = 60

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        let share = NumberText.percent(driftedShare)
        let verdict = hasDrifted ? "the dataset has drifted" : "the dataset has not drifted"
        let body: Markup = """
            <h1>Drift of \(current.name)</h1>
            <p class="lead">against \(reference.name): \(driftedCount) of \(columns.count) columns have drifted \
            (\(share)); \(verdict)\
            <span class="key r"></span>reference<span class="key c"></span>current</p>
            \(ReportPage.facts(facts))
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(columns.prefix(Self.shownColumns).map(row))</tbody></table></div>
            \(rest)\(skippedList)
            """
        return ReportPage.render(title: "Drift of \(current.name)", body)
    }

    private var facts: [(String, String)] {
        [
            ("reference rows", String(reference.rows)), ("current rows", String(current.rows)),
            ("drifted columns", "\(driftedCount) of \(columns.count)"),
            ("limit of the share", NumberText.percent(options.driftShare)),
            (
                "decided as",
                options.compatibility == .evidently ? "Evidently 0.7" : "significant and beyond the limit"
            ),
        ]
    }

    private var heads: [Markup] {
        [
            ReportPage.head("column", isNumber: false), ReportPage.head("drift", isNumber: false),
            "<th>distribution</th>",
            ReportPage.head("score"), ReportPage.head("limit"), ReportPage.head("method", isNumber: false),
            ReportPage.head("reference"), ReportPage.head("current"), ReportPage.head("missing"),
        ]
    }

    private func row(_ column: ColumnDrift) -> Markup {
        let score = column.measurement.map { NumberText.short($0.score) } ?? "–"
        let middles = (column.reference.middle, column.current.middle)
        let missing =
            "\(NumberText.percent(column.reference.missingShare)) → "
            + NumberText.percent(column.current.missingShare)
        return """
            <tr><td>\(String(column.name.prefix(120)))<br><span class="quiet">\(column.kind.inWords)</span></td>\
            <td data-sort="\(column.measurement == nil ? "" : String(-column.severity))" class="\(column.hasDrifted ? "bad" : "good")">\
            \(column.hasDrifted ? "drift" : column.undefined == nil ? "no" : "–")</td>\
            <td>\(HistogramDrawing.svg(column.picture, label: "distributions of \(column.name.prefix(120))"))</td>\
            \(ReportPage.cell(score, sort: column.measurement?.score))\
            \(ReportPage.cell(NumberText.short(column.threshold), sort: column.threshold))\
            <td>\(column.method.displayName)\(note(column))</td>\
            \(ReportPage.cell(middles.0.text, sort: middles.0.value))\
            \(ReportPage.cell(middles.1.text, sort: middles.1.value))\
            \(ReportPage.cell(missing, sort: column.current.missingShare))</tr>

            """
    }

    private func note(_ column: ColumnDrift) -> Markup {
        if let undefined = column.undefined { return "<br><span class=\"quiet\">\(undefined.description)</span>" }
        if let adjusted = column.adjusted {
            return "<br><span class=\"quiet\">corrected p \(NumberText.short(adjusted))</span>"
        }
        guard let support = column.support else { return "" }
        return "<br><span class=\"quiet\">by chance: p \(NumberText.short(support))</span>"
    }

    private var rest: Markup {
        let hidden = columns.count - Self.shownColumns
        return hidden > 0 ? "<p class=\"quiet\">\(hidden) more columns are in the JSON of this report.</p>" : ""
    }

    private var skippedList: Markup {
        guard !skipped.isEmpty else { return "" }
        let items = skipped.prefix(100).map { column -> Markup in
            "<li>\(String(column.name.prefix(120))): \(column.reason)</li>"
        }
        return "<h2>Not compared</h2><ul class=\"quiet\">\(items)</ul>"
    }
}

extension SideSummary {
    /// The share of rows without a value.
    var missingShare: Double { rows == 0 ? 0 : Double(missing) / Double(rows) }

    /// What stands for the side in one cell: mean and deviation, or the most frequent category.
    var middle: (text: String, value: Double?) {
        if let numbers {
            let spread = numbers.deviation.map { " ± \(NumberText.short($0))" } ?? ""
            return ("\(NumberText.short(numbers.mean))\(spread)", numbers.mean)
        }
        guard let first = frequent.first, rows > missing else { return ("–", nil) }
        let share = Double(first.count) / Double(rows - missing)
        return ("\(first.label.prefix(24)) \(NumberText.percent(share))", share)
    }
}
