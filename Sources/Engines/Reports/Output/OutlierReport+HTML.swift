extension OutlierReport {
    /// Columns that a page shows, and outliers that it lists of each; the rest is in the JSON.
    private static let (shownColumns, shownOutliers) = (300, 8)

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        let heads = [
            ReportPage.head(rule.isOfRows ? "columns" : "column", isNumber: false), ReportPage.head("outliers"),
            ReportPage.head("share"), ReportPage.head("judged"), ReportPage.head("lower limit"),
            ReportPage.head("upper limit"), "<th>farthest, by row</th>",
        ]
        let usual = reference.map { "usual is what \($0.name) holds" } ?? "usual is what the data itself holds"
        let body: Markup = """
            <h1>Outliers of \(current.name)</h1>
            <p class="lead">\(current.rows) rows, by the rule \(rule.rawValue); \(usual)</p>
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(findings.prefix(Self.shownColumns).map(row))</tbody></table></div>
            """
        return ReportPage.render(title: "Outliers of \(current.name)", body)
    }

    private func row(_ finding: OutlierFinding) -> Markup {
        let name = finding.columns.joined(separator: ", ")
        let listed = finding.farthest.prefix(Self.shownOutliers).map { outlier in
            "\(outlier.row): \(NumberText.short(outlier.value ?? outlier.score))"
        }
        return """
            <tr><td>\(String(name.prefix(120)))</td>\
            \(ReportPage.cell("\(finding.outside)", sort: Double(finding.outside)))\
            \(ReportPage.cell(NumberText.short(finding.share), sort: finding.share))\
            \(ReportPage.cell("\(finding.judged)", sort: Double(finding.judged)))\
            \(ReportPage.cell(finding.lower.map(NumberText.short) ?? "–", sort: finding.lower))\
            \(ReportPage.cell(NumberText.short(finding.upper), sort: finding.upper))\
            <td class="quiet">\(listed.joined(separator: ", "))</td></tr>

            """
    }
}
