internal import Statistics

extension ChunkReport {
    /// Bytes up to which a page takes in more rows; those beyond are in the JSON.
    private static let roomForDrift = 140_000
    private static let roomForAll = 185_000

    /// The report as one HTML page that needs nothing else; below 200 kB.
    package var html: String {
        var page = PageRoom()
        let estimated = estimates.isEmpty ? "" : page.taken(estimateParts)
        let drift = table("column", driftRows, &page, upTo: Self.roomForDrift)
        let quality = table("column", qualityRows, &page, upTo: Self.roomForAll)
        let body: Markup = """
            <h1>Chunks of \(current.name)</h1>
            <p class="lead">beside \(reference.name): \(currentRanges.count) chunks, limits from \(referenceRanges.count)</p>
            \(estimated)
            <h2>Drift</h2>
            \(drift)
            <h2>Quality of the data</h2>
            \(quality)
            """
        return ReportPage.render(title: "Chunks of \(current.name)", body)
    }

    // MARK: Estimates

    private var estimateParts: Markup {
        let heads = [
            ReportPage.head("estimated metric", isNumber: false), ReportPage.head("unusual chunks"),
            ReportPage.head("lower limit"), ReportPage.head("upper limit"), ReportPage.head("newest"),
            ReportPage.head("sampling error"), "<th class=\"n\">expected between</th>" as Markup,
            ReportPage.head("realised"),
        ]
        return """
            <h2>Expected quality</h2>
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(estimates.map(row))</tbody></table></div>
            \(EstimateDrawing.key)
            \(estimates.map(drawing))
            """
    }

    private func row(_ estimate: ChunkEstimate) -> Markup {
        let series = estimate.series
        let (newest, band) = (series.current.last?.value, estimate.bandsOfCurrent.last ?? nil)
        let realised = estimate.realisedCurrent.last ?? nil
        let between = band.flatMap { band -> String? in
            guard let lower = band.lower, let upper = band.upper else { return nil }
            return "\(NumberText.short(lower)) … \(NumberText.short(upper))"
        }
        return """
            <tr><td>\(estimate.metric)</td>\
            \(ReportPage.cell("\(series.unusual) of \(series.current.count)", sort: Double(series.unusual)))\
            \([series.limits.lower, series.limits.upper, newest, band?.samplingError].map(Self.cell))\
            <td class="n">\(between ?? "–")</td>\(Self.cell(realised))</tr>

            """
    }

    private func drawing(_ estimate: ChunkEstimate) -> Markup {
        guard let drawing = EstimateDrawing(estimate) else { return "" }
        return "<h3>\(estimate.metric)</h3>\(drawing.svg)"
    }

    private static func cell(_ value: Double?) -> Markup {
        ReportPage.cell(value.map(NumberText.short) ?? "–", sort: value)
    }

    // MARK: Columns

    private struct Row {
        let name: String
        let method: String
        let series: ChunkSeries
    }

    private var driftRows: [Row] {
        columns.flatMap { column in
            ChunkMethod.allCases.compactMap { method in
                column.series[method].map { Row(name: column.name, method: method.rawValue, series: $0) }
            }
        }
    }

    /// Shares in place of counts; the measurements with the most unusual chunks first.
    private var qualityRows: [Row] {
        let counts: Set<ChunkStatistic> = [.missingCount, .unseenCount, .outsideCount]
        let rows = columns.flatMap { column in
            column.quality.filter { !counts.contains($0.statistic) }.map {
                Row(name: column.name, method: $0.statistic.rawValue, series: $0.series)
            }
        }
        return rows.enumerated().sorted {
            (-$0.element.series.unusual, $0.offset) < (-$1.element.series.unusual, $1.offset)
        }.map(\.element)
    }

    private func table(_ title: String, _ rows: [Row], _ page: inout PageRoom, upTo limit: Int) -> Markup {
        let heads = [
            ReportPage.head(title, isNumber: false), ReportPage.head("method", isNumber: false),
            ReportPage.head("unusual chunks"), ReportPage.head("lower limit"), ReportPage.head("upper limit"),
            ReportPage.head("newest"), "<th>reference, then current</th>" as Markup,
        ]
        var shown: [Markup] = []
        for row in rows {
            guard page.bytes < limit else { break }
            shown.append(page.taken(Self.row(row)))
        }
        let rest = rows.count - shown.count
        let more: Markup = rest > 0 ? "<p class=\"quiet\">\(rest) more rows are in the JSON.</p>" : ""
        return """
            <div class="scroll"><table><thead><tr>\(heads)</tr></thead>
            <tbody>\(shown)</tbody></table></div>\(more)
            """
    }

    private static func row(_ row: Row) -> Markup {
        let series = row.series
        let newest = series.current.last?.value
        return """
            <tr><td>\(String(row.name.prefix(120)))</td><td>\(row.method)</td>\
            \(ReportPage.cell("\(series.unusual) of \(series.current.count)", sort: Double(series.unusual)))\
            \([series.limits.lower, series.limits.upper, newest].map(cell))\
            <td>\(bars(series))</td></tr>

            """
    }

    /// At most so many bars are drawn, the newest.
    private static let shownBars = 40

    /// One path for the reference, the current data, and what is unusual of each.
    private static func bars(_ series: ChunkSeries) -> Markup {
        let all = (series.reference.map { ($0, "r") } + series.current.map { ($0, "c") }).suffix(shownBars)
        let most = all.compactMap(\.0.value).map { abs($0) }.max() ?? 0
        var drawn: [String: String] = [:]
        for (index, item) in all.enumerated() {
            let height = most > 0 ? Int((abs(item.0.value ?? 0) / most * 22).rounded()) : 0
            drawn[item.0.isUnusual ? "alert" : item.1, default: ""] +=
                "M\(4 * index) 25v-\(height + 1)h3v\(height + 1)z"
        }
        let shapes = ["r", "c", "alert"].map { name -> Markup in "<path class=\"\(name)\" d=\"\(drawn[name] ?? "")\"/>"
        }
        return "<svg width=\"160\" height=\"25\" role=\"img\" aria-label=\"values by chunk\">\(shapes)</svg>"
    }
}

/// How much of a page is taken.
private struct PageRoom {
    private(set) var bytes = 4_000

    /// A part, which takes its room.
    mutating func taken(_ part: Markup) -> Markup {
        bytes += part.html.utf8.count
        return part
    }
}
