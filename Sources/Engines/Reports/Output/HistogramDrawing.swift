/// Two distributions as one small drawing: in each bin the reference to the left, the current data to the right.
enum HistogramDrawing {
    private static let size = (width: 168, height: 40)

    /// The drawing with a text for those who do not see it; `label` says what it is of.
    ///
    /// One path a side: a page of many columns stays small.
    static func svg(_ picture: ColumnPicture, label: String) -> Markup {
        let greatest = picture.bars.reduce(0) { max($0, $1.current, $1.reference ?? 0) }
        guard greatest > 0 else { return "<span class=\"quiet\">no values</span>" }
        let reference = path(picture.bars.map(\.reference), greatest, offset: 0)
        let current = path(picture.bars.map(\.current), greatest, offset: 0.46)
        let ends = "\(picture.bars.first?.label ?? "") to \(picture.bars.last?.label ?? "")"
        return """
            <svg role="img" aria-label="\(label)" width="\(size.width)" height="\(size.height)" \
            viewBox="0 0 \(size.width) \(size.height)"><title>\(ends)</title>\
            <path class="r" d="\(reference)"/><path class="c" d="\(current)"/></svg>
            """
    }

    /// A bar for each share; `offset` is where in its bin it begins.
    private static func path(_ shares: [Double?], _ greatest: Double, offset: Double) -> String {
        let step = Double(size.width) / Double(shares.count)
        let width = tenths(max(0.5, step * 0.46))
        var path = ""
        for (index, share) in shares.enumerated() {
            guard let share, share > 0 else { continue }
            let height = max(1, share / greatest * Double(size.height))
            let x = tenths((Double(index) + offset) * step)
            path += "M\(x) \(tenths(Double(size.height) - height))h\(width)v\(tenths(height))h-\(width)z"
        }
        return path
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
