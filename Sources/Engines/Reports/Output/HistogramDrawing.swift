/// Two distributions as one small drawing: for each bin the reference behind, the current data before it.
enum HistogramDrawing {
    private static let size = (width: 168, height: 40)

    /// The drawing with a text for those who do not see it; `label` says what it is of.
    static func svg(_ picture: ColumnPicture, label: String) -> Markup {
        let greatest = picture.bars.reduce(0) { max($0, $1.current, $1.reference ?? 0) }
        guard greatest > 0 else { return "<span class=\"quiet\">no values</span>" }
        let step = Double(size.width) / Double(picture.bars.count)
        let bars = picture.bars.enumerated().map { index, bar -> Markup in
            let left = Double(index) * step
            let shares = "\(NumberText.percent(bar.reference ?? 0)) → \(NumberText.percent(bar.current))"
            let title = bar.reference == nil ? NumberText.percent(bar.current) : shares
            return """
                <g><title>\(bar.label): \(title)</title>\
                \(rectangle(bar.reference, greatest, left, step, isReference: true))\
                \(rectangle(bar.current, greatest, left, step, isReference: false))</g>
                """
        }
        return """
            <svg role="img" aria-label="\(label)" width="\(size.width)" height="\(size.height)" \
            viewBox="0 0 \(size.width) \(size.height)">\(bars)</svg>
            """
    }

    private static func rectangle(
        _ share: Double?,
        _ greatest: Double,
        _ left: Double,
        _ step: Double,
        isReference: Bool
    ) -> Markup {
        guard let share, share > 0 else { return "" }
        let height = max(1, share / greatest * Double(size.height))
        // The halves of a bin stand side by side, with a hair between bins.
        let width = max(0.5, step * 0.46)
        let x = isReference ? left : left + width
        return """
            <rect class="\(isReference ? "r" : "c")" x="\(tenths(x))" y="\(tenths(Double(size.height) - height))" \
            width="\(tenths(width))" height="\(tenths(height))"/>
            """
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
