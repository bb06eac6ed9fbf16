internal import Statistics

extension ChunkReport {
    /// Rows that a page shows; those beyond are in the JSON.
    private static let shownRows = 400

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        let body: Markup = """
            <h1>Chunks of \(current.name)</h1>
            <p class="lead">beside \(reference.name): \(currentRanges.count) chunks, limits from \(referenceRanges.count)</p>
            \(estimates.isEmpty ? "" : table("estimated metric", estimates.map { ($0.metric, "", $0.series) }))
            \(table("column", rows))
            """
        return ReportPage.render(title: "Chunks of \(current.name)", body)
    }

    private var rows: [(String, String, ChunkSeries)] {
        columns.flatMap { column in
            ChunkMethod.allCases.compactMap { method in
                column.series[method].map { (column.name, method.rawValue, $0) }
            }
        }
    }

    private func table(_ title: String, _ rows: [(String, String, ChunkSeries)]) -> Markup {
        let heads = [
            ReportPage.head(title, isNumber: false), ReportPage.head("method", isNumber: false),
            ReportPage.head("unusual chunks"), ReportPage.head("lower limit"), ReportPage.head("upper limit"),
            ReportPage.head("newest"), "<th>reference, then current</th>",
        ]
        return """
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(rows.prefix(Self.shownRows).map(row))</tbody></table></div>
            """
    }

    private func row(_ name: String, _ method: String, _ series: ChunkSeries) -> Markup {
        let newest = series.current.last?.value
        return """
            <tr><td>\(String(name.prefix(120)))</td><td>\(method)</td>\
            \(ReportPage.cell("\(series.unusual) of \(series.current.count)", sort: Double(series.unusual)))\
            \(ReportPage.cell(series.limits.lower.map(NumberText.short) ?? "–", sort: series.limits.lower))\
            \(ReportPage.cell(series.limits.upper.map(NumberText.short) ?? "–", sort: series.limits.upper))\
            \(ReportPage.cell(newest.map(NumberText.short) ?? "–", sort: newest))\
            <td>\(Self.drawing(series))</td></tr>

            """
    }

    /// At most so many bars are drawn, the newest.
    private static let bars = 40

    private static func drawing(_ series: ChunkSeries) -> Markup {
        let before = series.reference.map { ($0, false) }
        let all = (before + series.current.map { ($0, true) }).suffix(bars)
        let most = all.compactMap(\.0.value).map { abs($0) }.max() ?? 0
        let shapes = all.enumerated().map { index, item -> Markup in
            let height = most > 0 ? Int((abs(item.0.value ?? 0) / most * 22).rounded()) : 0
            let name = item.1 ? "c" : "r"
            let mark: Markup = item.0.isUnusual ? " style=\"fill:var(--bad)\"" : ""
            return """
                <rect class="\(name)"\(mark) x="\(4 * index)" y="\(24 - height)" width="3" height="\(height + 1)"/>
                """
        }
        return "<svg width=\"160\" height=\"25\" role=\"img\" aria-label=\"values by chunk\">\(shapes)</svg>"
    }
}
