extension SummaryReport {
    /// Columns that a page shows; those beyond are in the JSON.
    private static let shownColumns = 80

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        let beside: Markup = reference.map { "beside \($0.name) " } ?? ""
        let body: Markup = """
            <h1>Summary of \(current.name)</h1>
            <p class="lead">\(beside)<span class="key r"></span>reference<span class="key c"></span>current</p>
            \(ReportPage.facts(facts))
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(columns.prefix(Self.shownColumns).map(row))</tbody></table></div>
            \(columns.count > Self.shownColumns ? hidden : "")
            """
        return ReportPage.render(title: "Summary of \(current.name)", body)
    }

    private var hidden: Markup {
        "<p class=\"quiet\">\(columns.count - Self.shownColumns) more columns are in the JSON of this report.</p>"
    }

    private var facts: [(String, String)] {
        let pairs: [(String, (DatasetHealth) -> Int?)] = [
            ("rows", { $0.rows }), ("columns", { $0.columns.values.reduce(0, +) }),
            ("missing cells", { $0.missingCells }), ("duplicated rows", { $0.duplicatedRows }),
            ("empty rows", { $0.emptyRows }), ("empty columns", { $0.emptyColumns.count }),
            ("constant columns", { $0.constantColumns.count }),
            ("almost constant", { $0.almostConstantColumns.count }),
            ("equal columns", { $0.duplicatedColumns.count }),
            ("almost equal columns", { $0.almostDuplicatedColumns.count }),
        ]
        return pairs.compactMap { name, value in
            guard let now = value(health) else { return nil }
            guard let before = referenceHealth.flatMap(value) else { return (name, String(now)) }
            return (name, "\(before) → \(now)")
        }
    }

    private var heads: [Markup] {
        [
            ReportPage.head("column", isNumber: false), "<th>distribution</th>", ReportPage.head("missing"),
            ReportPage.head("mean or most frequent"), ReportPage.head("least"), ReportPage.head("25 %"),
            ReportPage.head("median"), ReportPage.head("75 %"), ReportPage.head("greatest"),
            ReportPage.head("different"),
        ]
    }

    private func row(_ column: ColumnSummary) -> Markup {
        let (now, before) = (column.current, column.reference)
        let missing = ReportPage.change(
            before.map { NumberText.percent($0.missingShare) },
            NumberText.percent(now.missingShare)
        )
        let numbers = now.numbers
        let shape =
            [numbers?.minimum] + (numbers.map { $0.quartiles.map { $0 } } ?? [nil, nil, nil]) + [numbers?.maximum]
        let cells = shape.map { ReportPage.cell($0.map(NumberText.short) ?? "–", sort: $0) }
        return """
            <tr><td>\(String(column.name.prefix(120)))<br><span class="quiet">\(column.kind.inWords)</span></td>\
            <td>\(HistogramDrawing.svg(column.picture, label: "distributions of \(column.name.prefix(120))"))</td>\
            \(ReportPage.cell(missing, sort: now.missingShare))\
            \(ReportPage.cell(ReportPage.change(before?.middle.text, now.middle.text), sort: now.middle.value))\
            \(cells)\
            \(ReportPage.cell(now.distinct.map { String($0) } ?? "–", sort: now.distinct.map(Double.init)))</tr>

            """
    }
}

extension ReportPage {
    /// `before → now`, or what is now.
    static func change(_ before: String?, _ now: String) -> String {
        before.map { $0 == now ? now : "\($0) → \(now)" } ?? now
    }
}
