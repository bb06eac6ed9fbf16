internal import Statistics

extension ChangeReport {
    /// Series that a page draws, and changes that it lists of each; the rest is in the JSON.
    private static let (shownSeries, shownChanges) = (60, 12)
    private static let (width, height) = (480.0, 44.0)

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        let heads = [
            ReportPage.head("column", isNumber: false), ReportPage.head("detector", isNumber: false),
            ReportPage.head("changes"), ReportPage.head("warnings"), ReportPage.head("values"),
            "<th>mean over the rows, changes marked</th>", "<th>at rows</th>",
        ]
        let changed = series.count { $0.changeCount > 0 }
        let body: Markup = """
            <h1>Changes in \(current.name)</h1>
            <p class="lead">\(current.rows) rows in their order: \(changed) of \(series.count) series change</p>
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(series.prefix(Self.shownSeries).map(row))</tbody></table></div>
            """
        return ReportPage.render(title: "Changes in \(current.name)", body)
    }

    private func row(_ series: ChangeSeries) -> Markup {
        let listed = series.changes.prefix(Self.shownChanges).map(String.init).joined(separator: ", ")
        let rest = series.changeCount > Self.shownChanges ? " …" : ""
        return """
            <tr><td>\(String(series.name.prefix(120)))</td><td>\(series.method.rawValue)</td>\
            \(ReportPage.cell("\(series.changeCount)", sort: Double(series.changeCount)))\
            \(ReportPage.cell("\(series.warningCount)", sort: Double(series.warningCount)))\
            \(ReportPage.cell("\(series.values)", sort: Double(series.values)))\
            <td>\(drawing(series))</td><td class="quiet">\(listed + rest)</td></tr>

            """
    }

    /// A line through the means of equal parts of the file, with a stroke at each change.
    private func drawing(_ series: ChangeSeries) -> Markup {
        let known = series.course.compactMap { $0 }
        guard let low = known.min(), let high = known.max() else { return "–" }
        let scale = high > low ? (Self.height - 4) / (high - low) : 0
        let step = Self.width / Double(max(1, series.course.count))
        let points = series.course.enumerated().compactMap { index, mean -> String? in
            guard let mean else { return nil }
            let y = Self.height - 2 - (mean - low) * scale
            return "\(Self.short((Double(index) + 0.5) * step)),\(Self.short(y))"
        }
        // Marks that fall on one another are drawn once.
        let marks = Set(series.changes.map { Int(Double($0) / Double(max(1, current.rows)) * Self.width) }).sorted()
        let strokes = marks.map { x -> Markup in
            "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"0\" y2=\"\(Int(Self.height))\" stroke=\"var(--bad)\"/>"
        }
        return """
            <svg width="\(Int(Self.width))" height="\(Int(Self.height))" role="img" aria-label="mean over the rows">\
            \(strokes)<polyline points="\(points.joined(separator: " "))" fill="none" stroke="var(--cur)" \
            stroke-width="1.5"/></svg>
            """
    }

    private static func short(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}
