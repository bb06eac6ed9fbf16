/// Two columns counted in fine buckets of equal width over the range of both; see ``ColumnContrast``.
struct BucketedPair {
    private let reference: NumberColumn
    private let current: NumberColumn
    let ruler: BucketRuler

    let referenceCells: BucketCells
    let currentCells: BucketCells

    /// Counts both columns; nil where the range is empty or too wide for doubles.
    init?(_ reference: NumberColumn, _ current: NumberColumn) {
        let low = min(reference.minimum, current.minimum)
        let high = max(reference.maximum, current.maximum)
        guard let ruler = BucketRuler(low: low, high: high, values: reference.count + current.count) else {
            return nil
        }
        self.reference = reference
        self.current = current
        self.ruler = ruler
        referenceCells = ruler.cells(reference)
        currentCells = ruler.cells(current)
    }

    /// Which values of a bucket must be looked at.
    private struct Need: OptionSet {
        let rawValue: UInt8
        static let reference = Need(rawValue: 1)
        static let current = Need(rawValue: 2)
        static let order = Need(rawValue: 4)
    }

    /// Sums over the buckets that need no look, and what the others need.
    private struct Survey {
        var needs: [Need]
        var area = CompensatedSum()
        var greatest = 0
    }

    func contrast() -> ColumnContrast {
        let (n, m) = (reference.count, current.count)
        var survey = survey(n, m)
        let ranks = (Self.ranks(n), Self.ranks(m))
        mark(ranks.0, referenceCells, .reference, &survey.needs)
        mark(ranks.1, currentCells, .current, &survey.needs)
        let left = ruler.runs(
            reference,
            referenceCells,
            in: survey.needs.map { !$0.isDisjoint(with: [.reference, .order]) }
        )
        let right = ruler.runs(
            current,
            currentCells,
            in: survey.needs.map { !$0.isDisjoint(with: [.current, .order]) }
        )
        let quartiles = (
            orderStatistics(ranks.0, referenceCells, left), orderStatistics(ranks.1, currentCells, right)
        )
        finish(&survey, left, right)
        return ColumnContrast(
            scaledDistance: survey.greatest,
            area: survey.area.value / (Double(n) * Double(m)),
            referenceQuartiles: Self.quartiles(quartiles.0, n),
            currentQuartiles: Self.quartiles(quartiles.1, m),
            histogram: histogram(over: PairedHistogram.range(reference, current))
        )
    }

    private func survey(_ n: Int, _ m: Int) -> Survey {
        var survey = Survey(needs: Array(repeating: [], count: ruler.count))
        var gap = 0
        for bucket in 0..<ruler.count {
            gap += referenceCells.rows(bucket) * m - currentCells.rows(bucket) * n
            survey.greatest = max(survey.greatest, abs(gap))
        }
        gap = 0
        for bucket in 0..<ruler.count {
            let (mine, other) = (referenceCells.sums[bucket], currentCells.sums[bucket])
            let highest = gap + Int(mine.x) * m
            let lowest = gap - Int(other.x) * n
            let next = highest + lowest - gap
            if highest > survey.greatest || -lowest > survey.greatest || (highest > 0 && lowest < 0) {
                survey.needs[bucket].insert(.order)
            } else if gap != 0 || next != gap {
                // Of one sign: the integral of the difference, by parts.
                let moved = Double(m) * mine.y - Double(n) * other.y
                survey.area.add(abs(Double(next) * ruler.width(bucket) - moved))
            }
            gap = next
        }
        return survey
    }

    /// Adds the buckets whose values had to be put in order.
    private func finish(_ survey: inout Survey, _ left: BucketRuns, _ right: BucketRuns) {
        let (n, m) = (reference.count, current.count)
        var gap = 0
        left.runs.withUnsafeBufferPointer { mine in
            right.runs.withUnsafeBufferPointer { others in
                for bucket in 0..<ruler.count {
                    guard survey.needs[bucket].contains(.order) else {
                        gap += referenceCells.rows(bucket) * m - currentCells.rows(bucket) * n
                        continue
                    }
                    let ends = (ruler.border(bucket), ruler.border(bucket + 1))
                    let stretches = (
                        UnsafeBufferPointer(rebasing: mine[left.range(bucket)]),
                        UnsafeBufferPointer(rebasing: others[right.range(bucket)])
                    )
                    merge(stretches.0, stretches.1, from: ends.0, to: ends.1, &gap, &survey)
                }
            }
        }
    }

    /// Walks over the values of both sides in a bucket, and takes the gap of the distribution functions along.
    @inline(__always)
    private func merge(
        _ mine: UnsafeBufferPointer<BucketRuns.Run>,
        _ others: UnsafeBufferPointer<BucketRuns.Run>,
        from low: Double,
        to high: Double,
        _ gap: inout Int,
        _ survey: inout Survey
    ) {
        let (n, m) = (reference.count, current.count)
        var (i, j) = (0, 0)
        var previous = low
        var area = CompensatedSum()
        while i < mine.count || j < others.count {
            let value = min(
                i < mine.count ? mine[i].value : .infinity,
                j < others.count ? others[j].value : .infinity
            )
            area.add(Double(abs(gap)) * (value - previous))
            if i < mine.count, mine[i].value == value {
                gap += mine[i].count * m
                i += 1
            }
            if j < others.count, others[j].value == value {
                gap -= others[j].count * n
                j += 1
            }
            survey.greatest = max(survey.greatest, abs(gap))
            previous = value
        }
        area.add(Double(abs(gap)) * (high - previous))
        survey.area.add(area.value)
    }

    /// The two order statistics around each quartile.
    private static func ranks(_ count: Int) -> [Int] {
        ColumnContrast.quartiles.flatMap { share in
            let lower = Int(share * Double(count - 1))
            return [lower, min(count - 1, lower + 1)]
        }
    }

    private static func quartiles(_ values: [Double], _ count: Int) -> [Double] {
        ColumnContrast.quartiles.enumerated().map { index, share in
            let position = share * Double(count - 1)
            let weight = position - position.rounded(.down)
            let (low, high) = (values[2 * index], values[2 * index + 1])
            return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight)
        }
    }

    private func mark(_ ranks: [Int], _ cells: BucketCells, _ side: Need, _ needs: inout [Need]) {
        var below = 0
        var rank = ranks[...]
        for bucket in 0..<ruler.count {
            below += cells.rows(bucket)
            while let next = rank.first, next < below {
                needs[bucket].insert(side)
                rank.removeFirst()
            }
        }
    }

    /// The values of `ranks`, ascending, all of which lie in buckets whose values are at hand.
    private func orderStatistics(_ ranks: [Int], _ cells: BucketCells, _ sorted: BucketRuns) -> [Double] {
        var found: [Double] = []
        var below = 0
        for bucket in 0..<ruler.count where found.count < ranks.count {
            let end = below + cells.rows(bucket)
            var place = below
            for index in sorted.range(bucket) {
                let run = sorted.runs[index]
                while found.count < ranks.count, ranks[found.count] < place + run.count { found.append(run.value) }
                place += run.count
            }
            below = end
        }
        // A source that showed fewer values than before has failed, and its owner throws what was found of it away.
        while found.count < ranks.count { found.append(found.last ?? .nan) }
        return found
    }
}
