/// The values at the ranks around each quartile, found bucket by bucket.
struct RankedValues {
    /// The ranks, counted from 0, two for each quartile.
    private let ranks: [Int]

    private let count: Int
    private var found: [Double] = []
    private var below = 0

    /// Looks for the quartiles of so many values.
    init(_ count: Int) {
        self.count = count
        ranks = ColumnContrast.quartiles.flatMap { share in
            let lower = Int(share * Double(count - 1))
            return [lower, min(count - 1, lower + 1)]
        }
    }

    /// The buckets in which the ranks lie, in order.
    func buckets(_ cells: BucketCells) -> [Int] {
        var found: [Int] = []
        var below = 0
        var rank = ranks[...]
        for bucket in cells.sums.indices {
            below += cells.rows(bucket)
            guard let next = rank.first, next < below else { continue }
            found.append(bucket)
            rank = rank.drop { $0 < below }
        }
        return found
    }

    /// Goes on through the next buckets; those with a rank in them have their values in `runs`.
    mutating func look(through buckets: Range<Int>, _ cells: BucketCells, _ runs: BucketRuns) {
        for bucket in buckets where found.count < ranks.count {
            var place = below
            for index in runs.range(bucket) {
                let run = runs.runs[index]
                while found.count < ranks.count, ranks[found.count] < place + run.count { found.append(run.value) }
                place += run.count
            }
            below += cells.rows(bucket)
        }
    }

    /// The quartiles, interpolated linearly.
    ///
    /// A source that showed fewer values than before has failed, and its owner throws what was found of it away.
    var quartiles: [Double] {
        let values = found + Array(repeating: found.last ?? .nan, count: ranks.count - found.count)
        return ColumnContrast.quartiles.enumerated().map { index, share in
            let position = share * Double(count - 1)
            let weight = position - position.rounded(.down)
            let (low, high) = (values[2 * index], values[2 * index + 1])
            return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight)
        }
    }
}

extension NumberColumn {
    /// The values at 0.25, 0.5 and 0.75, interpolated linearly as numpy does; empty when there is no value.
    ///
    /// A long column is counted in fine buckets, and only those in which a quartile lies are put in order.
    package var quartiles: [Double] {
        guard !isEmpty else { return [] }
        guard minimum < maximum else { return ColumnContrast.quartiles.map { _ in minimum } }
        guard !isSorted, let ruler = BucketRuler(low: minimum, high: maximum, values: count) else {
            let sorted = sorted
            return ColumnContrast.quartiles.compactMap { try? sorted.quantile($0) }
        }
        let cells = ruler.cells(self)
        var ranks = RankedValues(count)
        var chosen = [Bool](repeating: false, count: ruler.count)
        for bucket in ranks.buckets(cells) { chosen[bucket] = true }
        ranks.look(through: 0..<ruler.count, cells, ruler.runs(self, cells, in: chosen))
        return ranks.quartiles
    }
}
