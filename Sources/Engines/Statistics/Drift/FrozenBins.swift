/// Bins that are fixed once by the reference, so that every later window is measured with the same ruler.
///
/// A reference with few distinct values gets one bin for each and one for "anything else"; any other gets bins that
/// hold equal shares of the reference, the two outermost open towards infinity.
package struct FrozenBins: Sendable, Hashable {
    /// How a value finds its bin.
    private enum Layout: Sendable, Hashable {
        case distinct([Double])
        case intervals([Double])
    }

    private let layout: Layout

    /// Rows of the reference per bin.
    package let referenceCounts: [Int]

    /// Distinct reference values up to which each is a bin of its own.
    static let distinctLimit = 20

    /// Fixes the bins by `reference`; `bins` is how many equal shares to aim at, at least 2.
    ///
    /// Fewer bins come out where one value holds more than a share.
    package init(reference: SortedSample, bins: Int = 10) {
        let layout: Layout =
            if reference.distinctCount(limit: Self.distinctLimit + 1) <= Self.distinctLimit {
                .distinct(Self.distinctValues(reference))
            } else {
                .intervals(Self.quantileEdges(reference, bins: max(2, bins)))
            }
        self.layout = layout
        self.referenceCounts = Self.counts(reference, layout)
    }

    /// The counts of the reference and of `current` in these bins.
    package func counts(_ current: SortedSample) -> BinCounts {
        BinCounts(reference: referenceCounts, current: Self.counts(current, layout))
    }

    private static func distinctValues(_ sample: SortedSample) -> [Double] {
        var values: [Double] = []
        for value in sample.values where value != values.last { values.append(value) }
        return values
    }

    private static func quantileEdges(_ sample: SortedSample, bins: Int) -> [Double] {
        var edges: [Double] = []
        for bin in 1..<bins {
            let edge = sample.values[sample.count * bin / bins]
            if edge != edges.last, edge != sample.values.first { edges.append(edge) }
        }
        return edges
    }

    private static func counts(_ sample: SortedSample, _ layout: Layout) -> [Int] {
        switch layout {
        case .distinct(let values):
            let known = values.map { sample.count(upTo: $0) - sample.count(below: $0) }
            return known + [sample.count - known.reduce(0, +)]
        case .intervals(let edges):
            let positions = [0] + edges.map { sample.count(below: $0) } + [sample.count]
            return zip(positions.dropFirst(), positions).map { $0 - $1 }
        }
    }
}
