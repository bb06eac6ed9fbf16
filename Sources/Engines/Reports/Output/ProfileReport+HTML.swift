internal import Statistics

extension ProfileReport {
    /// Columns that a page shows, and values that it lists of each; the rest is in the JSON.
    private static let (shownNumbers, shownCategories, shownValues) = (80, 60, 5)

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        let numbers = columns.filter { $0.type == .number }.prefix(Self.shownNumbers)
        let others = columns.filter { $0.type != .number }.prefix(Self.shownCategories)
        let sources = merged.isEmpty ? "" : ", \(merged.count) other profiles among them"
        let body: Markup = """
            <h1>Profile of \(current.name)</h1>
            <p class="lead">\(rows) rows\(sources); quantiles, different and most frequent values are estimates</p>
            \(numbers.isEmpty ? "" : table(numberHeads, numbers.map(numberRow)))
            \(others.isEmpty ? "" : table(categoryHeads, others.map(categoryRow)))
            """
        return ReportPage.render(title: "Profile of \(current.name)", body)
    }

    private func table(_ heads: [Markup], _ rows: [Markup]) -> Markup {
        "<div class=\"scroll\"><table><thead><tr>\(heads)</tr></thead><tbody>\(rows)</tbody></table></div>"
    }

    private var numberHeads: [Markup] {
        [ReportPage.head("column", isNumber: false)]
            + ["missing", "infinite", "different", "mean", "deviation", "skewness", "kurtosis", "minimum"]
            .map { ReportPage.head($0) } + ColumnProfile.fractions.map { ReportPage.head($0.name) }
            + [ReportPage.head("maximum")]
    }

    private var categoryHeads: [Markup] {
        [
            ReportPage.head("column", isNumber: false), ReportPage.head("missing"), ReportPage.head("different"),
            "<th>most frequent, with their least count</th>",
        ]
    }

    private func numberRow(_ column: ColumnProfile) -> Markup {
        guard case .numbers(let quantiles, let moments) = column.sketches else { return "" }
        let shape = quantiles.count > 0 ? moments : nil
        let cells =
            [
                Double(column.missing), Double(column.infinite), column.distinct.estimate.rounded(), shape?.mean,
                shape?.sampleVariance.squareRoot(), shape?.skewness, shape?.kurtosis, quantiles.minimum,
            ] + ColumnProfile.fractions.map { try? quantiles.quantile($0.fraction) } + [quantiles.maximum]
        return "<tr><td>\(String(column.name.prefix(60)))</td>\(cells.map(cell))</tr>\n"
    }

    private func categoryRow(_ column: ColumnProfile) -> Markup {
        guard case .categories(let items) = column.sketches else { return "" }
        let listed = items.top(Self.shownValues).map { "\($0.value.prefix(24)): \($0.lowerBound)" }
        return """
            <tr><td>\(String(column.name.prefix(60)))</td>\(cell(Double(column.missing)))\
            \(cell(column.distinct.estimate.rounded()))\
            <td class="quiet">\(listed.joined(separator: ", "))</td></tr>

            """
    }

    private func cell(_ value: Double?) -> Markup {
        guard let value, value.isFinite else { return ReportPage.cell("–", sort: nil) }
        return ReportPage.cell(NumberText.short(value), sort: value)
    }
}
