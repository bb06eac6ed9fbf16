internal import Statistics

/// The two distributions of a column in the same bins, to be drawn side by side.
package struct ColumnPicture: Sendable, Hashable {
    /// A bin and the share of each side in it.
    package struct Bar: Sendable, Hashable {
        /// The category, or the interval as `from … to`.
        package let label: String
        /// The share of the reference, 0…1; nil in a report without one.
        package let reference: Double?
        /// The share of the current data, 0…1.
        package let current: Double
    }

    /// The bars in order: along the number line, or the most frequent category first.
    package let bars: [Bar]

    private static let categories = 12

    /// Pictures numbers between the 0.5 and 99.5 percent points of both sides; what lies outside is in the end bars.
    ///
    /// `known` is a histogram of both sides that was found with something else.
    init(reference: NumberColumn?, current: NumberColumn, known: PairedHistogram? = nil) {
        let totals = (Double(max(1, reference?.count ?? 1)), Double(max(1, current.count)))
        let edges: [Double]
        let counts: (reference: [Int]?, current: [Int])
        if let known {
            edges = known.edges
            counts = (known.reference, known.current)
        } else {
            guard let range = PairedHistogram.range(reference, current) else {
                bars = []
                return
            }
            let (low, high) = (range.lowerBound, range.upperBound)
            edges = NumberColumn.edges(from: low, to: high, bins: low < high ? PairedHistogram.bins : 1)
            counts = (reference.map { $0.counts(between: edges) }, current.counts(between: edges))
        }
        bars = counts.current.indices.map { bin in
            Bar(
                label: "\(Self.short(edges[bin])) … \(Self.short(edges[bin + 1]))",
                reference: counts.reference.map { Double($0[bin]) / totals.0 },
                current: Double(counts.current[bin]) / totals.1
            )
        }
    }

    /// Pictures the most frequent categories of both sides, and the rest in one bar.
    init(reference: CategoryCounts?, current: CategoryCounts) {
        let labels = (reference?.categories ?? []) + current.categories.filter { reference?.contains($0) != true }
        let totals = (Double(max(1, reference?.rows ?? 1)), Double(max(1, current.rows)))
        let all = labels.map { label in
            Bar(
                label: String(label.prefix(60)),
                reference: reference.map { Double($0.count(of: label)) / totals.0 },
                current: Double(current.count(of: label)) / totals.1
            )
        }
        let ranked = all.indices.sorted { (-Self.weight(all[$0]), $0) < (-Self.weight(all[$1]), $1) }
        let shown = ranked.prefix(Self.categories).map { all[$0] }
        let rest = ranked.dropFirst(Self.categories).map { all[$0] }
        bars = rest.isEmpty ? shown : shown + [Self.sum(rest, hasReference: reference != nil)]
    }

    private static func weight(_ bar: Bar) -> Double { max(bar.reference ?? 0, bar.current) }

    private static func sum(_ bars: [Bar], hasReference: Bool) -> Bar {
        Bar(
            label: "\(bars.count) others",
            reference: hasReference ? bars.reduce(0) { $0 + ($1.reference ?? 0) } : nil,
            current: bars.reduce(0) { $0 + $1.current }
        )
    }

    private static func short(_ value: Double) -> String { NumberText.short(value) }
}
