internal import Statistics

extension PerformanceReport {
    /// Classes that a page shows; those beyond are in the JSON.
    private static let shownLabels = 40

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        let beside: Markup = reference.map { "beside \($0.name), " } ?? ""
        let body: Markup = """
            <h1>Performance on \(current.name)</h1>
            <p class="lead">\(beside)\(task), \(rows) rows with prediction and truth</p>
            \(ReportPage.facts([("rows", String(rows)), ("without prediction or truth", String(unlabelled))]))
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead><tbody>\(ranked.map(row))</tbody></table></div>
            \(labels.isEmpty ? "" : labelTable)\(confusionTable)
            """
        return ReportPage.render(title: "Performance on \(current.name)", body)
    }

    private var ranked: [PerformanceMetric] {
        metrics.enumerated().sorted {
            (-($0.element.decline ?? -.infinity), $0.offset) < (-($1.element.decline ?? -.infinity), $1.offset)
        }.map(\.element)
    }

    private var heads: [Markup] {
        [
            ReportPage.head("metric", isNumber: false), ReportPage.head("reference"), ReportPage.head("current"),
            ReportPage.head("decline"),
        ]
    }

    private func row(_ metric: PerformanceMetric) -> Markup {
        let decline = metric.decline.map { NumberText.percent($0) } ?? "–"
        return """
            <tr><td>\(metric.name)</td>\
            \(ReportPage.cell(metric.reference.map(NumberText.short) ?? "–", sort: metric.reference))\
            \(ReportPage.cell(metric.current.map(NumberText.short) ?? "–", sort: metric.current))\
            \(ReportPage.cell(decline, sort: metric.decline))</tr>

            """
    }

    private var labelTable: Markup {
        let heads = ["class", "rows", "precision", "recall", "F1"].map { ReportPage.head($0, isNumber: $0 != "class") }
        let rows = labels.prefix(Self.shownLabels).map { label -> Markup in
            let cells = [label.support, label.precision, label.recall, label.f1].map {
                ReportPage.cell(NumberText.short($0), sort: $0)
            }
            return "<tr><td>\(label.label)</td>\(cells)</tr>"
        }
        return """
            <h2>Classes</h2><div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """
    }

    private var confusionTable: Markup {
        guard let confusion, confusion.classes.count <= Self.shownLabels else { return "" }
        let heads = confusion.classes.map { label -> Markup in "<th class=\"n\">\(label)</th>" }
        let rows = confusion.classes.indices.map { label -> Markup in
            let cells = confusion.classes.indices.map { predicted -> Markup in
                "<td class=\"n\">\(Int(confusion.matrix[label, predicted]))</td>"
            }
            return "<tr><th>\(confusion.classes[label])</th>\(cells)</tr>"
        }
        return """
            <h2>True class by row, predicted class by column</h2>
            <div class="scroll"><table><thead><tr><th></th>\(heads)</tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }
}
