extension NumberColumn {
    /// The different values in ascending order, and how often each comes; does not sort columns of few values.
    package var valueCounts: [(value: Double, count: Int)] {
        var tally = DistinctTally(limit: 64)
        if !isSorted, tally.add(self) {
            return zip(tally.values, tally.counts).map { (value: $0, count: $1) }.sorted { $0.value < $1.value }
        }
        var counts: [(value: Double, count: Int)] = []
        for value in sorted.values {
            if value == counts.last?.value {
                counts[counts.count - 1].count += 1
            } else {
                counts.append((value: value, count: 1))
            }
        }
        return counts
    }

    /// The share of the value that more than half of the values are; 0 where there is none (Boyer and Moore's vote).
    package var majorityShare: Double {
        var (candidate, votes) = (0.0, 0)
        forEachBlock { block in
            for value in block {
                if votes == 0 { candidate = value }
                votes += value == candidate ? 1 : -1
            }
            return true
        }
        var found = 0
        forEachBlock { block in
            for value in block { found &+= value == candidate ? 1 : 0 }
            return true
        }
        return 2 * found > count ? Double(found) / Double(count) : 0
    }

    /// From about the 0.5 to about the 99.5 percent point, for pictures; nil when empty.
    ///
    /// Long columns are judged by some 4,096 of their values at even distances.
    package var centralRange: ClosedRange<Double>? {
        guard !isEmpty else { return nil }
        let sample = isSorted ? sorted : SortedSample(thinned)
        let (low, high) = (Double(sample.count - 1) * 0.005, Double(sample.count - 1) * 0.995)
        return sample.values[Int(low)]...sample.values[Int(high.rounded(.up))]
    }

    /// `bins + 1` borders at even distances.
    package static func edges(from low: Double, to high: Double, bins: Int) -> [Double] {
        BinCounts.evenEdges(low: low, high: high, bins: max(1, bins))
    }

    /// About how many values lie in each bin of even width, for pictures: what is as good as on an edge may count on
    /// either side of it, and what lies outside of all bins counts in the nearest one.
    package func counts(between edges: [Double]) -> [Int] {
        guard let first = edges.first, let last = edges.last, edges.count > 1 else { return [] }
        guard last > first else { return [count] }
        var counts = [Int](repeating: 0, count: edges.count - 1)
        let scale = Double(counts.count) / (last - first)
        guard scale.isFinite else { return BinCounts.histogram(sorted, edges: edges) }
        let top = Double(counts.count - 1)
        counts.withUnsafeMutableBufferPointer { counts in
            forEachBlock { block in
                for value in block { counts[Int(max(0, min(top, (value - first) * scale)))] += 1 }
                return true
            }
        }
        return counts
    }
}
