internal import Statistics

/// A metric chunk by chunk as one drawing: the estimate with its band, what was realised, the limits, and what is unusual.
struct EstimateDrawing {
    private let estimate: ChunkEstimate
    private let points: [Point]
    /// How many of the points are of the reference.
    private let referenceCount: Int
    private let low: Double
    private let high: Double

    private struct Point {
        let finding: ChunkFinding
        let band: EstimateBand?
        let realised: Double?
    }

    private static let size = (width: 720.0, height: 180.0)
    private static let plot = (left: 58.0, right: 712.0, top: 10.0, bottom: 158.0)
    /// At most so many chunks are drawn, the newest: a page stays small.
    private static let maximumChunks = 100

    /// Lays out a metric; nil where no chunk has a value.
    init?(_ estimate: ChunkEstimate) {
        func points(_ findings: [ChunkFinding], _ bands: [EstimateBand?], _ realised: [Double?]) -> [Point] {
            findings.indices.map { Point(finding: findings[$0], band: bands[$0], realised: realised[$0]) }
        }
        let before = points(estimate.series.reference, estimate.bandsOfReference, estimate.realisedReference)
        let now = points(estimate.series.current, estimate.bandsOfCurrent, estimate.realisedCurrent)
        self.estimate = estimate
        self.points = Array((before + now).suffix(Self.maximumChunks))
        referenceCount = max(0, self.points.count - now.count)
        let values = self.points.flatMap { [$0.finding.value, $0.band?.lower, $0.band?.upper, $0.realised] }
        let all = (values + [estimate.series.limits.lower, estimate.series.limits.upper]).compactMap { $0 }
            .filter { abs($0) < Double.greatestFiniteMagnitude }
        guard let least = all.min(), let most = all.max() else { return nil }
        let margin = most > least ? (most - least) * 0.05 : max(abs(most) * 0.05, 0.05)
        (low, high) = (least - margin, most + margin)
    }

    /// The drawing, with a text for those who do not see it.
    var svg: Markup {
        let unusual = points.count { $0.finding.isUnusual }
        let label = "\(estimate.metric) by chunk, \(unusual) of \(points.count) unusual"
        let bands = band.isEmpty ? "" : "<path class=\"band\" d=\"\(band)\"/>" as Markup
        return """
            <svg class="chart" role="img" aria-label="\(label)" viewBox="0 0 720 180"><title>\(label)</title>\
            \(axis)\(bands)\(limits)<path class="was" d="\(line(\.realised))"/>\
            <path class="est" d="\(line(\.finding.value))"/>\(dots(\.realised, "r"))\(alerts)</svg>
            """
    }

    /// What the signs mean.
    static let key: Markup = """
        <p class="quiet"><span class="key c"></span>estimate, with three sampling errors on both sides\
        <span class="key r"></span>realised<span class="key bad"></span>unusual; dashed: the limits</p>
        """

    // MARK: Places

    private func x(_ index: Int) -> Double {
        let step = (Self.plot.right - Self.plot.left) / Double(max(1, points.count))
        return Self.plot.left + (Double(index) + 0.5) * step
    }

    private func y(_ value: Double) -> Double {
        let share = (min(max(value, low), high) - low) / (high - low)
        return Self.plot.bottom - share * (Self.plot.bottom - Self.plot.top)
    }

    private func place(_ index: Int, _ value: Double) -> String { "\(tenths(x(index))) \(tenths(y(value)))" }

    private func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }

    // MARK: Parts

    /// A line through what has a value; it breaks where nothing is known, and between reference and current data.
    private func line(_ value: (Point) -> Double?) -> String {
        var path = ""
        var isOpen = false
        for (index, point) in points.enumerated() {
            guard let value = value(point) else {
                isOpen = false
                continue
            }
            path += (isOpen && index != referenceCount ? "L" : "M") + place(index, value)
            isOpen = true
        }
        return path
    }

    private var band: String {
        var path = ""
        for part in [0..<referenceCount, referenceCount..<points.count] {
            var stretch: [(index: Int, lower: Double, upper: Double)] = []
            for index in part {
                if let band = points[index].band, let lower = band.lower, let upper = band.upper {
                    stretch.append((index, lower, upper))
                } else {
                    path += outline(stretch)
                    stretch = []
                }
            }
            path += outline(stretch)
        }
        return path
    }

    private func outline(_ stretch: [(index: Int, lower: Double, upper: Double)]) -> String {
        guard !stretch.isEmpty else { return "" }
        let above = stretch.map { place($0.index, $0.upper) }
        let below = stretch.reversed().map { place($0.index, $0.lower) }
        return "M" + (above + below).joined(separator: "L") + "z"
    }

    private var limits: [Markup] {
        [estimate.series.limits.lower, estimate.series.limits.upper].compactMap { $0 }
            .filter { abs($0) < Double.greatestFiniteMagnitude }
            .map { limit in
                let height = tenths(y(limit))
                return "<path class=\"limit\" d=\"M\(tenths(Self.plot.left)) \(height)H\(tenths(Self.plot.right))\"/>"
            }
    }

    /// One round dot each, as the ends of lines of no length.
    private var alerts: Markup {
        let path = points.enumerated().compactMap { index, point in
            point.finding.isUnusual ? point.finding.value.map { "M\(place(index, $0))h.01" } : nil
        }
        return "<path class=\"unusual\" d=\"\(path.joined())\"/>"
    }

    private func dots(_ value: (Point) -> Double?, _ name: String) -> Markup {
        let path = points.enumerated().compactMap { index, point in
            value(point).map { "M\(tenths(x(index) - 1.5)) \(tenths(y($0) - 1.5))h3v3h-3z" }
        }
        return "<path class=\"\(name)\" d=\"\(path.joined())\"/>"
    }

    private var axis: Markup {
        let border = tenths(Self.plot.left + Double(referenceCount) / Double(max(1, points.count)) * 654)
        let (top, bottom) = (NumberText.short(high), NumberText.short(low))
        return """
            <path class="axis" d="M58 10V158H712M\(border) 10V158"/><text x="52" y="18" text-anchor="end">\(top)</text>\
            <text x="52" y="158" text-anchor="end">\(bottom)</text><text x="60" y="174">reference</text>\
            <text x="712" y="174" text-anchor="end">current</text>
            """
    }
}
