extension BinCounts {
    /// The bins that Evidently makes, see ``evidently(reference:current:)``; without sorting long columns.
    package static func evidently(reference: NumberColumn, current: NumberColumn) -> BinCounts {
        guard reference.distinctCount(limit: 21) > 20 else { return distinct(reference: reference, current: current) }
        return byWidth(reference: reference, current: current)
    }

    /// Bins of equal width over the range of both sides, as many as Sturges advises for the rows of both.
    package static func byWidth(reference: NumberColumn, current: NumberColumn) -> BinCounts {
        let edges = sturgesEdges(
            low: min(reference.minimum, current.minimum),
            high: max(reference.maximum, current.maximum),
            count: reference.count + current.count
        )
        return BinCounts(
            reference: histogram(reference, edges: edges),
            current: histogram(current, edges: edges)
        )
    }

    /// One bin per distinct value of both sides, ascending.
    package static func distinct(reference: NumberColumn, current: NumberColumn) -> BinCounts {
        var left = DistinctTally(limit: 64)
        var right = DistinctTally(limit: 64)
        guard !(reference.isSorted && current.isSorted), left.add(reference), right.add(current) else {
            return distinct(reference: reference.sorted, current: current.sorted)
        }
        let values = Set(left.values).union(right.values).sorted()
        return BinCounts(
            reference: values.map(left.count(of:)),
            current: values.map(right.count(of:))
        )
    }

    /// How many values lie in each half-open bin of equal width, the last one closed; values outside are not counted.
    ///
    /// A bin is found by division and then corrected by the edges themselves, as numpy does.
    static func histogram(_ column: NumberColumn, edges: [Double]) -> [Int] {
        guard let first = edges.first, let last = edges.last, last > first else { return [column.count] }
        let bins = edges.count - 1
        let scale = Double(bins) / (last - first)
        guard scale.isFinite else { return histogram(column.sorted, edges: edges) }
        var counts = [Int](repeating: 0, count: bins)
        edges.withUnsafeBufferPointer { edges in
            counts.withUnsafeMutableBufferPointer { counts in
                column.forEachBlock { block in
                    for value in block where value >= first && value <= last {
                        var bin = min(bins - 1, Int((value - first) * scale))
                        if value < edges[bin] {
                            bin -= 1
                        } else if bin < bins - 1, value >= edges[bin + 1] {
                            bin += 1
                        }
                        counts[bin] += 1
                    }
                    return true
                }
            }
        }
        return counts
    }
}
