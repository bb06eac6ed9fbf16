import Glibc

/// How many rows of the reference and of the current data fall in each bin or category.
package struct BinCounts: Sendable, Hashable {
    /// Rows of the reference per bin.
    package let reference: [Int]

    /// Rows of the current data per bin, in the same order.
    package let current: [Int]

    /// Pairs the counts of both sides; a bin that one side lacks counts 0.
    package init(reference: [Int], current: [Int]) {
        let bins = max(reference.count, current.count)
        self.reference = reference + Array(repeating: 0, count: bins - reference.count)
        self.current = current + Array(repeating: 0, count: bins - current.count)
    }

    /// The bins that Evidently makes for a numeric column.
    ///
    /// With more than 20 distinct reference values: `ceil(log2(n + m) + 1)` equal widths over the range of both sides
    /// (Sturges), the last bin closed on the right. Otherwise one bin per distinct value of both sides. The edges
    /// depend on the current data, so the numbers of two windows are not on one scale: prefer ``FrozenBins``.
    package static func evidently(reference: SortedSample, current: SortedSample) -> BinCounts {
        guard reference.distinctCount(limit: 21) > 20 else { return distinct(reference: reference, current: current) }
        return byWidth(reference: reference, current: current)
    }

    /// Bins of equal width over the range of both sides, as many as Sturges advises for the rows of both.
    package static func byWidth(reference: SortedSample, current: SortedSample) -> BinCounts {
        let low = min(reference.values.first ?? 0, current.values.first ?? .infinity)
        let high = max(reference.values.last ?? 0, current.values.last ?? -.infinity)
        let edges = sturgesEdges(low: low, high: high, count: reference.count + current.count)
        return BinCounts(reference: histogram(reference, edges: edges), current: histogram(current, edges: edges))
    }

    /// One bin per distinct value of both sides.
    package static func distinct(reference: SortedSample, current: SortedSample) -> BinCounts {
        var counts: (reference: [Int], current: [Int]) = ([], [])
        var before = (0, 0)
        mergePass(reference.values, current.values) { _, below, currentBelow in
            counts.reference.append(below - before.0)
            counts.current.append(currentBelow - before.1)
            before = (below, currentBelow)
        }
        return BinCounts(reference: counts.reference, current: counts.current)
    }

    /// The edges of numpy's "sturges" histogram for `count` values between `low` and `high`.
    static func sturgesEdges(low: Double, high: Double, count: Int) -> [Double] {
        guard high > low else { return [low - 0.5, high + 0.5] }
        let width = (high - low) / (log2(Double(count)) + 1)
        let bins = max(1, Int(((high - low) / width).rounded(.up)))
        return evenEdges(low: low, high: high, bins: bins)
    }

    /// Edges as numpy makes them for a number of bins: a range of one value is widened by a half on both sides.
    static func paddedEdges(low: Double, high: Double, bins: Int) -> [Double] {
        high > low
            ? evenEdges(low: low, high: high, bins: bins) : evenEdges(low: low - 0.5, high: low + 0.5, bins: bins)
    }

    /// `bins + 1` edges at equal distances, the last one exactly `high`.
    static func evenEdges(low: Double, high: Double, bins: Int) -> [Double] {
        let step = (high - low) / Double(bins)
        return (0..<bins).map { Double($0) * step + low } + [high]
    }

    /// How many values lie in each half-open bin, the last one closed; values outside all edges are not counted.
    static func histogram(_ sample: SortedSample, edges: [Double]) -> [Int] {
        guard let last = edges.last else { return [] }
        let positions = edges.dropLast().map { sample.count(below: $0) } + [sample.count(upTo: last)]
        return zip(positions.dropFirst(), positions).map { $0 - $1 }
    }
}
